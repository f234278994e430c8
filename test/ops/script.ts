import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../ops/root";
import type { Project } from "./project";

/** The ops script as a process of its own, on a project whose program goes by its settings: see PROGRAM. */
export interface Script {
  child: ChildProcess;
  /** What it has said so far. */
  stdout(): string;
  stderr(): string;
  ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

// `parts` components, which `protect` keeps; `needs` a stack that must be up, as hakken's own program says it; `fail` throws these words;
// `wait` takes so many milliseconds, which an interruption can't cut short.
const PROGRAM = `
const pulumi = require("@pulumi/pulumi");
const { setTimeout: sleep } = require("node:timers/promises");
const { endWith, ops } = require(${JSON.stringify(join(projectRoot(), "bin", "ops", "commands", "ops.js"))});
const { outputsOf } = require(${JSON.stringify(join(projectRoot(), "bin", "stacks", "outputs.js"))});
ops(process.argv.slice(2), async () => {
  const config = new pulumi.Config();
  console.log("said by the program of", pulumi.getStack());
  if (config.get("needs")) await outputsOf(config.get("needs"), ["parts"], { stacks: {} });
  const protect = config.getBoolean("protect");
  for (let part = 0; part < config.requireNumber("parts"); part++) new pulumi.ComponentResource("sample:index:Part", "part-" + part, {}, { protect });
  if (config.get("fail")) throw new pulumi.RunError(config.get("fail"));
  await sleep(config.getNumber("wait") ?? 0);
  return { parts: config.get("parts"), token: pulumi.secret("s3cret") };
}).then(endWith);
`;

/** The command line that starts the script on this project. */
export const commandLine = (project: Project, args: readonly string[]): string[] => {
  const file = join(project.folder, "ops.cjs");
  writeFileSync(file, PROGRAM);
  const modules = join(project.folder, "node_modules");
  if (!existsSync(modules)) symlinkSync(join(projectRoot(), "node_modules"), modules, "dir");
  return [process.execPath, file, ...args, "--cwd", project.folder];
};

export const environment = (project: Project): NodeJS.ProcessEnv => {
  const { CI: _, NO_COLOR: _no, FORCE_COLOR: _force, INIT_CWD: _init, ...env } = process.env;
  return { ...env, ...project.env, PULUMI_HOME: undefined };
};

/** Starts it, with no terminal. */
export const script = (project: Project, ...args: string[]): Script => {
  const [command = "", ...rest] = commandLine(project, args);
  const child = spawn(command, rest, { env: environment(project), stdio: ["ignore", "pipe", "pipe"], detached: true });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
    child.on("close", (code) => resolve({ code, stdout, stderr })),
  );
  return { child, stdout: () => stdout, stderr: () => stderr, ended };
};
