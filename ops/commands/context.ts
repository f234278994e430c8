import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { PulumiFn } from "@pulumi/pulumi/automation";
import type { Repeat } from "../advice";
import type { StackResult } from "../deploy";
import type { Display } from "../display";
import type { Engine } from "../engine/engine";
import { Misuse } from "../failure";
import type { Interruption } from "../interrupt";
import type { Details } from "../report";
import { projectRoot } from "../root";

/** What every command gets. */
export interface Context {
  /** Folder of Pulumi.yaml and the stacks' settings. */
  workDir: string;
  display: Display;
  interruption: Interruption;
  /** Where the user's relative paths begin. */
  from: string;
  /** Finds the engine, or installs it. */
  engine: () => Promise<Engine>;
  /** The program. Default: the project's own. */
  program?: PulumiFn;
}

/** What a command did: the results, for people on standard output in `words`. */
export interface Done {
  results: StackResult[];
  words: string[];
  /** Default: by the results. */
  exitCode?: number;
  /** What the JSON has of it beside the results. */
  details?: Details;
}

/** Options that every command takes. */
export interface CommonOptions {
  stack: string[];
  cwd?: string;
  json?: boolean;
}

/** Options of the commands that operate what is deployed. */
export interface OperatingOptions extends CommonOptions {
  /** Credentials to use as they are, in place of the settings' profile and role. */
  profile?: string;
}

/** Options of the commands that run the engine. */
export interface RunOptions extends CommonOptions {
  parallel?: number;
  create?: boolean;
  yes?: boolean;
  expectNoChanges?: boolean;
  markdown?: string;
}

/** The folder of Pulumi.yaml. Throws Misuse when there is none, or when the functions' packages would not be found from it. */
export const workDirOf = (cwd: string | undefined, from: string): string => {
  const root = projectRoot();
  if (cwd === undefined) return root;
  const folder = resolve(from, cwd);
  if (!existsSync(join(folder, "Pulumi.yaml"))) throw new Misuse(`--cwd: there is no Pulumi.yaml in ${folder}.`);
  if (!existsSync(join(folder, "node_modules"))) {
    throw new Misuse(
      `--cwd: ${folder} has no node_modules, in which the functions' packages are looked for. Link the project's: ln -s ${join(root, "node_modules")} ${join(folder, "node_modules")}`,
    );
  }
  return folder;
};

/** How this run is repeated. */
export const repeatOf = (command: string, { stack, cwd, create }: CommonOptions & { create?: boolean }): Repeat => ({
  command,
  stacks: stack.includes("all") ? ["all"] : stack,
  ...(cwd !== undefined && { cwd }),
  ...(create && { create }),
});
