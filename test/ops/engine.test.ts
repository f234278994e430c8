import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { engine } from "../../ops/engine/engine";
import { processId } from "../../ops/processes";

const { version } = JSON.parse(readFileSync("node_modules/pulumi/package.json", "utf8")) as { version: string };

let home: string;
let versions: string;
let lines: string[];
const progress = (line: string) => void lines.push(line);

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "engine-"));
  versions = join(home, ".pulumi", "versions");
  lines = [];
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const script = (file: string, text: string): string => {
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, 0o755);
  return file;
};

/** A program that answers as `pulumi version` does. */
const cli = (answer = `v${version}`) => `#!/bin/sh\necho ${answer}\n`;

/** A `go` that, as the real one, answers `version`, and writes what `-o` names; `before` runs first. */
const go = (before = "") =>
  script(
    join(home, "path", "go"),
    `#!/bin/sh
[ "$1" = version ] && { echo "go version go1.26.8 linux/amd64"; exit 0; }
echo build >> "${home}/builds"
[ -f go.mod ] && [ -f go.sum ] || { echo "go: no go.mod"; exit 1; }
${before}
while [ "$1" != "-o" ]; do shift; done
mkdir -p "$(dirname "$2")"
printf '#!/bin/sh\\necho v${version}\\n' > "$2"
chmod +x "$2"
`,
  );

const failing = () =>
  script(join(home, "run.js"), `process.stderr.write("Downloading\\npulumi: fetch failed\\n"); process.exit(1);`);
const env = () => ({ HOME: home, PATH: `${join(home, "path")}:/usr/bin:/bin` });
const builds = () =>
  existsSync(join(home, "builds")) ? readFileSync(join(home, "builds"), "utf8").split("\n").length - 1 : 0;

describe("engine", () => {
  it("finds the CLI that is there, and installs nothing", async () => {
    script(join(versions, version, "bin", "pulumi"), cli());

    const found = await engine({ progress, env: env(), installer: failing() });

    expect(found).toEqual({ version, root: join(versions, version) });
    expect(lines).toEqual([]);
  });

  it("downloads by the npm package into a folder of its own, and puts the whole version in place", async () => {
    const installer = script(
      join(home, "run.js"),
      `const fs = require("fs"), path = require("path");
       const bin = path.join(process.env.PULUMI_HOME, "versions", process.env.PULUMI_VERSION, "bin");
       fs.mkdirSync(bin, { recursive: true });
       fs.writeFileSync(path.join(bin, "pulumi"), ${JSON.stringify(cli())}, { mode: 0o755 });
       fs.writeFileSync(path.join(bin, "pulumi-language-nodejs"), "");`,
    );

    const { root } = await engine({ progress, env: env(), installer });

    expect(readdirSync(join(root, "bin")).sort()).toEqual(["pulumi", "pulumi-language-nodejs"]);
    expect(readdirSync(versions)).toEqual([version]);
  });

  it("builds it from Go modules where the download fails, and finds it again", async () => {
    go();
    const options = { progress, env: env(), installer: failing() };

    await engine(options);
    await engine(options);

    expect(builds()).toBe(1);
    expect(readdirSync(versions)).toEqual([version]);
    expect(lines.join("\n")).toMatch(/Its download failed: pulumi: fetch failed\n.*from Go modules/);
  });

  it.skipIf(process.platform === "darwin")(
    "leaves nothing of Go's in the user's folders, and minds what is set there",
    async () => {
      go(`mkdir -p "\${XDG_CONFIG_HOME:-$HOME/.config}/go/telemetry"; echo "$GOENV" > ${home}/goenv`);

      await engine({ progress, env: env(), installer: failing() });

      expect(existsSync(join(home, ".config"))).toBe(false);
      expect(readFileSync(join(home, "goenv"), "utf8").trim()).toBe(join(home, ".config", "go", "env"));
      expect(readdirSync(versions)).toEqual([version]);
    },
  );

  it("replaces a CLI that is broken, or of another version", async () => {
    go();
    script(join(versions, version, "bin", "pulumi"), cli("v3.1.0"));

    const { root } = await engine({ progress, env: env(), installer: failing() });

    expect(readFileSync(join(root, "bin", "pulumi"), "utf8")).toContain(version);
  });

  it("says how to get it when neither way is open, and leaves nothing", async () => {
    const attempt = engine({ progress, env: { ...env(), PATH: "/nowhere" }, installer: failing() });

    await expect(attempt).rejects.toThrow(
      /fetch failed[\s\S]*Go 1\.26 or later[\s\S]*no `go` in PATH[\s\S]*put the CLI .*bin\/pulumi/,
    );
    expect(readdirSync(versions)).toEqual([]);
  });

  it("gives the compiler's own words when the build fails", async () => {
    go("echo 'cannot find module'; exit 1");

    const attempt = engine({ progress, env: env(), installer: failing() });

    await expect(attempt).rejects.toThrow(/build from Go modules failed: .*cannot find module/s);
    expect(readdirSync(versions)).toEqual([]);
  });

  it("builds once when two start at the same time: the second waits and says so", async () => {
    go("sleep 1");
    const options = { progress, env: env(), installer: failing() };

    const both = await Promise.all([engine(options), sleep(300).then(() => engine(options))]);

    expect(both[0]).toEqual(both[1]);
    expect(builds()).toBe(1);
    expect(lines).toContain(`Process ${process.pid} is installing the Pulumi CLI ${version}: waiting for it.`);
  });

  it("ends the build and removes all it left when it is interrupted", async () => {
    go(`sleep 60 & echo $! > ${home}/child; wait`);
    const stop = new AbortController();

    const attempt = engine({ progress, env: env(), installer: failing(), signal: stop.signal });
    const outcome = attempt.catch((error: Error) => error);
    while (!existsSync(join(home, "child")) || !readFileSync(join(home, "child"), "utf8")) await sleep(20);
    stop.abort(new Error("interrupted"));

    expect(await outcome).toEqual(new Error("interrupted"));
    expect(readdirSync(versions)).toEqual([]);
    await sleep(100);
    const child = Number(readFileSync(join(home, "child"), "utf8"));
    expect(processId(child)).toBeUndefined();
  });

  it("takes over the lock and the folder of an installation that was killed", async () => {
    go();
    mkdirSync(join(versions, ".installing-999999999", "modules"), { recursive: true });
    writeFileSync(
      join(versions, `.${version}.lock`),
      JSON.stringify({ pid: process.pid, started: "long ago", nonce: "x" }),
    );

    await engine({ progress, env: env(), installer: failing() });

    expect(readdirSync(versions)).toEqual([version]);
  });
});
