import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";

const optionsOf = (file: string): Record<string, unknown> =>
  ts.parseConfigFileTextToJson(file, readFileSync(path.join(__dirname, "../..", file), "utf8")).config.compilerOptions;

it("says again to Pulumi, which doesn't look into an extended file, how handlers are compiled", () => {
  const { target, module, moduleResolution } = optionsOf("tsconfig.json");

  expect(optionsOf("tsconfig.pulumi.json")).toMatchObject({ target, module, moduleResolution });
});
