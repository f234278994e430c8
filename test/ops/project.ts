import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { PulumiFn } from "@pulumi/pulumi/automation";
import { type DeployOptions, deploy, type Progress, requireSuccess, type StackResult } from "../../ops/deploy";
import type { Engine } from "../../ops/engine/engine";

/** A Pulumi project in a folder of its own, with a backend there. The engine is real, and components need no provider. */
export interface Project {
  folder: string;
  engine: Engine;
  env: Record<string, string>;
  progress: Progress[];
  run(options: Partial<DeployOptions> & Pick<DeployOptions, "command">): Promise<StackResult[]>;
  /** Writes the settings of a stack: those of the namespace `sample`, unless their keys name another one, and its account. */
  settings(stack: string, values: Record<string, unknown>): void;
  remove(): void;
}

export const PROJECT = "name: sample\nruntime: nodejs\n";

export const project = (engine: Engine, program: PulumiFn = parts): Project => {
  const folder = mkdtempSync(join(tmpdir(), "project-"));
  writeFileSync(join(folder, "Pulumi.yaml"), PROJECT);
  const progress: Progress[] = [];
  const env = {
    PULUMI_HOME: join(folder, "home"),
    PULUMI_BACKEND_URL: `file://${folder}`,
    PULUMI_CONFIG_PASSPHRASE: "x",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
  return {
    folder,
    engine,
    env,
    progress,
    run: (options) =>
      deploy({
        stacks: ["audit"],
        workDir: folder,
        engine,
        program,
        create: true,
        env,
        onProgress: (line) => progress.push(line),
        ...options,
      }),
    settings: (stack, values) => {
      const config = Object.entries(values).map(
        ([key, value]) => `  ${key.includes(":") ? key : `sample:${key}`}: ${JSON.stringify(value)}\n`,
      );
      writeFileSync(
        join(folder, `Pulumi.${stack}.yaml`),
        `config:\n${"hakken:account" in values ? "" : `  hakken:account: "444455556666"\n`}${config.join("")}`,
      );
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
};

/** As many components as the settings say. */
export const parts: PulumiFn = async () => {
  const count = new pulumi.Config().requireNumber("parts");
  for (let part = 0; part < count; part++) new pulumi.ComponentResource("sample:index:Part", `part-${part}`);
  return { count, token: pulumi.secret("s3cret"), nested: { public: "open", hidden: pulumi.secret("s3cret") } };
};

/** What is said of stacks that did not succeed, a line each. */
export const wordsOf = (results: StackResult[]): string => {
  try {
    requireSuccess(results);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("All succeeded");
};
