import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";

const optionsOf = (file: string): Record<string, unknown> =>
  ts.parseConfigFileTextToJson(file, readFileSync(path.join(__dirname, "../..", file), "utf8")).config.compilerOptions;

it("says again to Pulumi, which doesn't look into an extended file, how handlers are compiled", () => {
  const { target, module, moduleResolution } = optionsOf("tsconfig.json");

  expect(optionsOf("tsconfig.pulumi.json")).toMatchObject({ target, module, moduleResolution });
});

it("compiles every file of the project, also what is only imported", () => {
  const root = path.join(__dirname, "../..");
  const isOurs = (name: string) => !["node_modules", "bin"].includes(name) && (name === "." || !name.startsWith("."));
  const sources = globSync("**/*.ts", { cwd: root, exclude: (name) => !isOurs(path.basename(name)) });

  const config = ts.getParsedCommandLineOfConfigFile(path.join(root, "tsconfig.build.json"), {}, {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
      throw new Error(String(messageText));
    },
  } as ts.ParseConfigFileHost);

  const compiled = config?.fileNames.map((file) => path.relative(root, file)).sort();
  expect(compiled).toEqual(sources.sort());
});
