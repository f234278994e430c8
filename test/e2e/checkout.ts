import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseDocument } from "yaml";
import { projectRoot } from "../../ops/root";
import { engineEnvironment } from "../../sandbox/project";
import { liveRun } from "../../sandbox/run";
import type { Stage } from "./stage";

/** A copy of the project at another path, with the settings of the sandbox's stacks: what a second person has. */
export interface Checkout {
  folder: string;
}

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  child: ChildProcess;
  ended: Promise<Ended>;
  /** Until standard error has this. */
  says(words: RegExp): Promise<void>;
}

const PARTS = [
  ...["bin", "components", "handlers", "settings", "stacks", "index.ts", "settings.ts"],
  ...["package.json", "tsconfig.json", "tsconfig.build.json", "tsconfig.pulumi.json", "Pulumi.yaml"],
];

/** Copies the project, compiled program and all. It goes when the sandbox is taken down. */
export function checkoutOf({ places }: Stage): Checkout {
  const folder = join(places.work, "second");
  const root = projectRoot();
  mkdirSync(folder, { recursive: true });
  for (const part of PARTS)
    if (existsSync(join(root, part))) cpSync(join(root, part), join(folder, part), { recursive: true });
  for (const stack of ["audit", "management", "organization", "partner", "prod"]) {
    cpSync(join(places.work, `Pulumi.${stack}.yaml`), join(folder, `Pulumi.${stack}.yaml`));
  }
  if (!existsSync(join(folder, "node_modules")))
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "dir");
  return { folder };
}

/** Gives what the stack management makes another tag: by that its detectors are changed, and little else. */
export function tag(folder: string, owner: string): void {
  const file = join(folder, "Pulumi.management.yaml");
  const settings = parseDocument(readFileSync(file, "utf8"));
  settings.setIn(["config", "hakken:tags", "Owner"], owner);
  writeFileSync(file, settings.toString());
}

/** Starts the ops script: on the sandbox's settings, or, in another checkout, as one does there. */
export function ops(stage: Stage, args: string[], checkout?: Checkout): Running {
  const script = join(checkout?.folder ?? projectRoot(), "bin", "ops", "main.js");
  const where = checkout ? [] : ["--cwd", stage.places.work];
  return start(stage, process.execPath, [script, ...args, ...where], { cwd: checkout?.folder, AWS: true });
}

/** Starts the plain CLI in a checkout, with its language host. */
export function plain(stage: Stage, checkout: Checkout, host: string, args: string[]): Running {
  // The host looks for the `node` that runs it, and the CLI for the host.
  const PATH = [host, join(process.execPath, ".."), process.env.PATH].join(delimiter);
  return start(stage, join(cliFolder(), "pulumi"), [...args, "--non-interactive"], { cwd: checkout.folder, PATH });
}

/** The folder of Pulumi's language host for Node: beside the CLI, or in PATH. */
export function languageHost(): string | undefined {
  const folders = [cliFolder(), ...(process.env.PATH ?? "").split(delimiter)];
  return folders.find((folder) => existsSync(join(folder, "pulumi-language-nodejs")));
}

function cliFolder(): string {
  const { version } = JSON.parse(readFileSync(join(projectRoot(), "node_modules", "pulumi", "package.json"), "utf8"));
  return join(process.env.PULUMI_HOME || join(homedir(), ".pulumi"), "versions", version, "bin");
}

function start(
  { places }: Stage,
  command: string,
  args: string[],
  { cwd, PATH, AWS }: { cwd?: string; PATH?: string; AWS?: boolean },
): Running {
  const run = liveRun(places);
  if (!run) throw new Error("The sandbox is not up");
  const { CI: _, ...env } = process.env;
  // Pulumi's home stays the user's: the CLI is there.
  const { PULUMI_HOME: _home, ...engine } = engineEnvironment(places, run);
  // For what ops asks AWS itself; the engine's provider knows its own way.
  const aws = AWS && { AWS_ENDPOINT_URL: run.endpoint, AWS_SHARED_CREDENTIALS_FILE: places.credentials };
  const child = spawn(command, args, {
    cwd: cwd ?? projectRoot(),
    env: { ...env, ...engine, ...aws, ...(PATH && { PATH }) },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  let over = false;
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      over = true;
      resolve({ code, stdout, stderr });
    });
  });
  const says = async (words: RegExp) => {
    while (!words.test(stderr)) {
      if (over) throw new Error(`It ended without ${words}:\n${stderr}${stdout}`);
      await sleep(50);
    }
  };
  return { child, ended, says };
}
