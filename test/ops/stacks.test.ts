import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { chosenStacks } from "../../ops/stacks";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stacks-"));
  for (const stack of ["prod", "organization", "audit", "management", "dev"]) {
    writeFileSync(join(folder, `Pulumi.${stack}.yaml`), "config: {}\n");
  }
  writeFileSync(join(folder, "Pulumi.yaml"), "name: hakken\n");
  return () => rmSync(folder, { recursive: true, force: true });
});

describe("chosenStacks", () => {
  it("takes every stack that has settings, each after those that it needs", () => {
    expect(chosenStacks("up", [], folder)).toEqual(["audit", "management", "organization", "dev", "prod"]);
  });

  it("destroys in reverse", () => {
    expect(chosenStacks("destroy", ["all"], folder)).toEqual(["prod", "dev", "organization", "management", "audit"]);
  });

  it("takes those named, in order whatever the order of the names, and each once", () => {
    expect(chosenStacks("preview", ["organization", "audit", "audit"], folder)).toEqual(["audit", "organization"]);
  });

  it("refuses a mistyped name, and says which there are", () => {
    expect(() => chosenStacks("up", ["audti"], folder)).toThrow(
      'No settings for "audti": there is no Pulumi.audti.yaml. Stacks with settings: audit, management, organization, dev, prod.',
    );
  });

  it("says how several are named", () => {
    expect(() => chosenStacks("up", ["audit,dev"], folder)).toThrow("with spaces between the names: --stack audit dev");
  });
});
