import type { EngineEvent, PulumiFn } from "@pulumi/pulumi/automation";
import { neededBy } from "../stacks/order";
import type { Adoption } from "./adopt/adoption";
import type { Repeat } from "./advice";
import { errorsApart } from "./apart";
import { pulumiCli } from "./cli";
import type { Engine } from "./engine/engine";
import type { Change, Failure } from "./events";
import { EXIT, failureLine } from "./failure";
import type { Interruption } from "./interrupt";
import { leavingFirst, leftBefore } from "./leaving";
import { defaultParallel, inTurn } from "./schedule";
import { runStack } from "./stackRun";
import { accountOf } from "./stacks";

/** "preview destroy" shows what a destroy would delete. */
export type Command = "up" | "preview" | "destroy" | "preview destroy";

export interface DeployOptions {
  command: Command;
  /** Names of stacks, each after those that it has to wait for. */
  stacks: readonly string[];
  /** Folder of Pulumi.yaml and the Pulumi.<stack>.yaml. They are read; where a stack is made, Pulumi notes there what encrypts its secrets. */
  workDir: string;
  engine: Engine;
  /** The program. Default: the project's own, compiled. */
  program?: PulumiFn;
  /** Added to this process's environment for the engine. */
  env?: Record<string, string>;
  /** Makes a stack that does not exist yet. Default: that is an error, since a name may be mistyped. */
  create?: boolean;
  /** Fails where anything would change, or, with `up`, has. Default: false. */
  expectNoChanges?: boolean;
  /** How many stacks at a time. Default: by the memory that is free. */
  parallel?: number;
  /** How a person would repeat this. Default: each stack by itself. */
  repeat?: Repeat;
  onProgress: (progress: Progress) => void;
  interruption?: Interruption;
  /** Gets all that the engine tells of a preview, and a file to write what it would make into. */
  look?: { importFile: (stack: string) => string; onEvent: (stack: string, event: EngineEvent) => void };
}

export interface Progress {
  stack: string;
  /** "doing": work on a resource begins; "resource": it is done, or would be changed. */
  kind: "begin" | "doing" | "resource" | "warning" | "end" | "failed" | "skipped";
  text: string;
}

/** What became of a stack. */
export interface StackResult {
  stack: string;
  /** The account that its settings name. */
  account?: string;
  outcome: "succeeded" | "failed" | "interrupted" | "not started";
  /** What was changed, or would be; before a failure too. */
  changes: Change[];
  /** After `up`: its outputs, without the secret ones. */
  outputs: Record<string, unknown>;
  /** Names of the outputs that were left out, being secret. */
  secretOutputs: string[];
  seconds: number;
  /** Empty exactly when it succeeded. */
  failures: Failure[];
  /** Pulumi's own exit code, or 130. 0 for what was not started. */
  exitCode: number;
  /** What to do about the failures: a sentence with the command to run. */
  next?: string;
  /** After `adopt`: what it found. */
  adoption?: Adoption;
}

/** Some stack did not succeed. The message names each, its resources, and the reasons. */
export class DeploymentFailure extends Error {
  constructor(readonly results: readonly StackResult[]) {
    super(results.flatMap(({ stack, failures }) => failures.map((failure) => failureLine(stack, failure))).join("\n"));
    this.name = "DeploymentFailure";
  }
}

/** Gives the results back if all stacks succeeded, else throws a DeploymentFailure. */
export const requireSuccess = (results: StackResult[]): StackResult[] => {
  if (results.some(({ outcome }) => outcome !== "succeeded")) throw new DeploymentFailure(results);
  return results;
};

/**
 * Runs a command on stacks: each as soon as those that it needs are done (destroy: those that need it), independent ones side by side.
 * A preview changes nothing, and so waits for none. Before an `up`, those that must be the first to leave a region do. Stacks that fail are told by their results, given in the order of `stacks`.
 */
export const deploy = async (options: DeployOptions): Promise<StackResult[]> => {
  const { command, stacks, interruption, parallel = defaultParallel() } = options;
  const cli = await pulumiCli(options.engine.root, interruption?.stop);
  const program = options.program ?? ((await import("../index")).default as PulumiFn);
  const notStarted = (stack: string, reason: string): StackResult => {
    const account = accountOf(stack, options.workDir);
    options.onProgress({ stack, kind: "skipped", text: reason });
    const nothing = { changes: [], outputs: {}, secretOutputs: [], seconds: 0, exitCode: EXIT.ok };
    return { stack, ...(account && { account }), outcome: "not started", ...nothing, failures: [{ reason }] };
  };
  const inOrderOf = (names: readonly string[], after: (stack: string) => readonly string[]) =>
    inTurn<StackResult>({
      names,
      after,
      parallel,
      work: async (stack) =>
        interruption?.stop.aborted
          ? notStarted(stack, "not started: interrupted")
          : await twiceWhereLeaving(command, () => runStack(stack, { ...options, program, cli })),
      wentWell: ({ outcome }) => outcome === "succeeded",
      skip: (stack, inTheWay) => notStarted(stack, reasonFor(command, inTheWay)),
    });
  return await errorsApart(async () => {
    const first = command === "up" ? await leavingFirst(stacks, { ...options, cli }) : [];
    const left = await inOrderOf(first, leftBefore(first));
    const inTheWay = left.filter(({ outcome }) => outcome !== "succeeded");
    if (inTheWay.length === 0) {
      const results = await inOrderOf(stacks, (stack) => before(command, stack, stacks));
      return results.map((result) => together(left, result));
    }
    return stacks.map(
      (stack) => left.find((result) => result.stack === stack) ?? notStarted(stack, reasonFor(command, inTheWay)),
    );
  });
};

/** A region is left in two runs, the first of which only lifts the protection (stacks/removedRegions.ts): both, one after the other. */
const twiceWhereLeaving = async (command: Command, run: () => Promise<StackResult>): Promise<StackResult> => {
  const first = await run();
  const { leaving } = first.outputs;
  if (command !== "up" || first.outcome !== "succeeded" || !Array.isArray(leaving) || leaving.length === 0)
    return first;
  return together([first], await run());
};

/** The result of a stack's last run, with what was done in one before it. */
const together = (before: readonly StackResult[], last: StackResult): StackResult => {
  const first = before.find(({ stack }) => stack === last.stack);
  if (!first) return last;
  return { ...last, changes: [...first.changes, ...last.changes], seconds: first.seconds + last.seconds };
};

/** The exit code of it all: 130 when it was interrupted, else that of the first stack that failed. */
export const exitCodeOf = (results: readonly StackResult[], interrupted = false): number => {
  if (interrupted && results.some(({ outcome }) => outcome !== "succeeded")) return EXIT.interrupted;
  return results.find(({ exitCode }) => exitCode)?.exitCode ?? EXIT.ok;
};

const before = (command: Command, stack: string, stacks: readonly string[]): readonly string[] => {
  if (command === "up") return neededBy(stack);
  if (command === "destroy") return stacks.filter((other) => neededBy(other).includes(stack));
  return [];
};

// Those that were not started themselves are only in the way because of the others.
const reasonFor = (command: Command, inTheWay: readonly StackResult[]): string => {
  const culprits = inTheWay.filter(({ outcome }) => outcome !== "not started");
  const names = (culprits.length ? culprits : inTheWay).map(({ stack }) => stack).join(", ");
  return command === "destroy" ? `not started: needed by ${names}` : `not started: needs ${names}`;
};
