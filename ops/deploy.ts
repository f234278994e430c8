import {
  CommandError,
  LocalWorkspace,
  PulumiCommand,
  type PulumiFn,
  Stack,
  StackNotFoundError,
  type UpResult,
} from "@pulumi/pulumi/automation";
import type { Engine } from "./engine/engine";
import { type Change, type Failure, runLog } from "./events";
import type { Interruption } from "./interrupt";

export type Command = "up" | "preview" | "destroy";

export interface DeployOptions {
  command: Command;
  /** Names of stacks, done in this order. */
  stacks: readonly string[];
  /** Folder of Pulumi.yaml and the Pulumi.<stack>.yaml, which are read and never written. */
  workDir: string;
  engine: Engine;
  /** The program. Default: the project's own, compiled. */
  program?: PulumiFn;
  /** Added to this process's environment for the engine. */
  env?: Record<string, string>;
  /** Makes a stack that does not exist yet. Default: that is an error, since a name may be mistyped. */
  create?: boolean;
  onProgress: (progress: Progress) => void;
  interruption?: Interruption;
}

export interface Progress {
  stack: string;
  kind: "begin" | "resource" | "warning" | "end";
  text: string;
}

/** What was done to a stack, or would be. */
export interface StackResult {
  stack: string;
  changes: Change[];
  /** After `up`: its outputs, without the secret ones. */
  outputs: Record<string, unknown>;
  seconds: number;
}

/** A stack that failed. Its message names the stack, each resource, and the reason. */
export class StackFailure extends Error {
  constructor(
    readonly stackName: string,
    readonly failures: readonly Failure[],
  ) {
    super(
      failures
        .map(
          ({ resource, reason }) => `${stackName}: ${resource ? `${resource.type} "${resource.name}": ` : ""}${reason}`,
        )
        .join("\n"),
    );
    this.name = "StackFailure";
  }
}

/** Runs a command on stacks, one after the other, and stops at the first that fails (StackFailure). */
export const deploy = async (options: DeployOptions): Promise<StackResult[]> => {
  const pulumiCommand = await PulumiCommand.get({ root: options.engine.root });
  const program = options.program ?? ((await import("../index")).default as PulumiFn);
  const results: StackResult[] = [];
  for (const stack of options.stacks) {
    options.interruption?.stop.throwIfAborted();
    results.push(await runStack(stack, { ...options, program, pulumiCommand }));
  }
  return results;
};

interface RunOptions extends DeployOptions {
  program: PulumiFn;
  pulumiCommand: PulumiCommand;
}

const runStack = async (name: string, options: RunOptions): Promise<StackResult> => {
  const { command, interruption } = options;
  const begun = Date.now();
  const report = (kind: Progress["kind"], text: string) => options.onProgress({ stack: name, kind, text });
  const log = runLog({
    changed: ({ operation, type, name }) => report("resource", `${operation} ${type} ${name}`),
    warned: (message) => report("warning", message),
  });
  let thrown: unknown;
  const program: PulumiFn = async () => {
    try {
      return await options.program();
    } catch (error) {
      // The engine gets this error's message wrapped in its own: keep the program's words.
      thrown = error;
      throw error;
    }
  };

  report("begin", command);
  try {
    const stack = await open(name, program, options);
    const result = await stack[command]({ onEvent: log.take, signal: interruption?.forward, color: "never" });
    const outputs = command === "up" ? plainOutputs((result as UpResult).outputs) : {};
    const seconds = (Date.now() - begun) / 1000;
    const changes = log.changes();
    report("end", `${summary(changes, command)} (${seconds.toFixed(1)} s)`);
    return { stack: name, changes, outputs, seconds };
  } catch (error) {
    if (interruption?.stop.aborted) {
      throw new StackFailure(name, [{ reason: `interrupted during ${command}` }, ...log.failures()]);
    }
    throw new StackFailure(name, thrown ? [{ reason: messageOf(thrown) }] : causes(name, error, log.failures()));
  }
};

const open = async (name: string, program: PulumiFn, options: RunOptions): Promise<Stack> => {
  const workspace = await LocalWorkspace.create({
    workDir: options.workDir,
    program,
    pulumiCommand: options.pulumiCommand,
    envVars: options.env,
  });
  return await (options.create ? Stack.createOrSelect(name, workspace) : Stack.select(name, workspace));
};

const causes = (name: string, error: unknown, failures: Failure[]): Failure[] => {
  if (failures.length) return failures;
  if (error instanceof StackNotFoundError) {
    return [{ reason: `there is no such stack in this backend; make it: pulumi stack init ${name}` }];
  }
  return [{ reason: error instanceof CommandError ? errorLines(error) : messageOf(error) }];
};

// A CommandError's message is the whole of both outputs; the CLI's own errors begin with "error:".
const errorLines = (error: CommandError): string => {
  const said = error.message.split("\n").filter((line) => line.startsWith("error:"));
  return said.length ? [...new Set(said)].map((line) => line.slice(7).trim()).join("\n") : error.message;
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const plainOutputs = (outputs: UpResult["outputs"]): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(outputs)
      .filter(([, { secret }]) => !secret)
      .map(([key, { value }]) => [key, value]),
  );

const summary = (changes: readonly Change[], command: Command): string => {
  if (!changes.length) return "no change";
  const counts = new Map<string, number>();
  for (const { operation } of changes) counts.set(operation, (counts.get(operation) ?? 0) + 1);
  const text = [...counts].map(([operation, count]) => `${count} ${operation}`).join(", ");
  return command === "preview" ? `would ${text}` : text;
};
