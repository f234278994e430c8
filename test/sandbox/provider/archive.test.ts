import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { strFromU8, unzipSync } from "fflate";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { zip } from "../../../sandbox/provider/archive";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const asset = (fields: object) => ({ [SIGNATURE]: "c44067f5952c0a294b673a41bacd8c17", ...fields });
const archive = (fields: object) => ({ [SIGNATURE]: "0def7320c3a5731c473e5ecbe6d01bc7", ...fields });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "hakken-archive-"));
  mkdirSync(path.join(folder, "new/node_modules/pkg/lib"), { recursive: true });
  writeFileSync(path.join(folder, "new/node_modules/pkg/package.json"), "{}");
  writeFileSync(path.join(folder, "new/node_modules/pkg/lib/a.js"), "a");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const code = (order: string[]) =>
  archive({
    assets: Object.fromEntries(
      order.map((name) => [
        name,
        name.endsWith(".js") ? asset({ text: "code" }) : archive({ path: "node_modules/pkg" }),
      ]),
    ),
  });

describe("the zip of an archive", () => {
  it("holds text and folders, found in the first program folder that has them", () => {
    const bytes = zip(code(["__index.js", "node_modules/pkg"]), [path.join(folder, "old"), path.join(folder, "new")]);

    const files = Object.entries(unzipSync(bytes)).map(([name, content]) => [name, strFromU8(content)]);
    expect(files).toEqual([
      ["__index.js", "code"],
      ["node_modules/pkg/lib/a.js", "a"],
      ["node_modules/pkg/package.json", "{}"],
    ]);
  });

  it("has the same bytes for the same content, in whichever order it came", () => {
    const folders = [path.join(folder, "new")];

    expect(zip(code(["__index.js", "node_modules/pkg"]), folders)).toEqual(
      zip(code(["node_modules/pkg", "__index.js"]), folders),
    );
  });

  it.each([
    ["a path that no folder has", archive({ path: "node_modules/none" }), /"node_modules\/none" is in none/],
    ["a remote archive", archive({ uri: "https://example.com/a.zip" }), /remote archive is not supported/],
    ["a remote asset", archive({ assets: { a: asset({ uri: "https://example.com/a" }) } }), /remote asset/],
  ])("is refused for %s", (_what, value, message) => {
    expect(() => zip(value, [path.join(folder, "new")])).toThrow(message);
  });
});
