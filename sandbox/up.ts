import { existsSync, rmSync, writeFileSync } from "node:fs";
import { type Command, deploy, type Progress, requireSuccess, type StackResult } from "../ops/deploy";
import { type Engine, engine } from "../ops/engine/engine";
import type { Interruption } from "../ops/interrupt";
import { withLock } from "../ops/lock";
import { PROTECTION_OFF } from "../settings/common";
import { inOrder, inReverse } from "../stacks/order";
import { installMinistack } from "./aws/ministack";
import { startDaemon } from "./daemon";
import { estateIn, STACK_ACCOUNTS } from "./estate";
import { enableHealthView } from "./healthView";
import type { Places } from "./places";
import { type Choice, engineEnvironment, writeProject } from "./project";
import { clear, liveRun, type Run } from "./run";

/** Whoever brings a sandbox up or down: what it is told, and how it is stopped. */
export interface Operator {
  progress: (line: string) => void;
  interruption: Interruption;
  /** The user's environment, which says where the Pulumi CLI is kept and Go is found. */
  env: NodeJS.ProcessEnv;
}

export interface Up {
  run: Run;
  engine: Engine;
  results: StackResult[];
  /** Whether it was not up before. */
  fresh: boolean;
}

/** Installs what is missing, starts the sandbox unless it runs, and deploys these stacks with these settings; default: all. */
export const bringUp = async (
  places: Places,
  choice: Choice,
  operator: Operator,
  stacks?: readonly string[],
): Promise<Up> =>
  await locked(places, operator, async () => {
    const signal = operator.interruption.stop;
    const cli = await engine({ progress: operator.progress, signal, env: operator.env });
    const before = existsSync(places.unfinished) ? undefined : liveRun(places);
    const run = before ?? (await start(places, operator));
    writeFileSync(places.unfinished, "");
    try {
      await writeProject(places, run, choice, cli);
      const results = await deployAll("up", places, run, cli, operator, stacks);
      return { run, engine: cli, results, fresh: before === undefined };
    } catch (error) {
      // Nobody asked to see what is half there. After a failure it stays: it says more than the message.
      if (signal.aborted && !before) await clear(places);
      throw error;
    } finally {
      // A killed deployment leaves Pulumi's lock and half a state behind: the next start begins anew.
      rmSync(places.unfinished, { force: true });
    }
  });

const start = async (places: Places, { progress, interruption }: Operator): Promise<Run> => {
  await clear(places);
  const python = await installMinistack({ folder: places.folder, progress });
  interruption.stop.throwIfAborted();
  progress("Starting the local AWS, the services that it lacks, Slack, Backlog and mail ...");
  return await startDaemon(places, python, interruption.stop);
};

/** Runs a command on the stacks of a sandbox that is up, in order (destroy: in reverse); default: on all. Fails if one of them does. */
export const deployAll = async (
  command: Command,
  places: Places,
  run: Run,
  engine: Engine,
  { progress, interruption }: Operator,
  stacks: readonly string[] = Object.keys(STACK_ACCOUNTS),
): Promise<StackResult[]> => {
  const results = requireSuccess(
    await deploy({
      command,
      stacks: (command === "destroy" ? inReverse : inOrder)(stacks),
      workDir: places.work,
      engine,
      env: engineEnvironment(places, run),
      create: true,
      onProgress: showBriefly(progress),
      interruption,
    }),
  );
  if (command === "up" && stacks.includes("management")) {
    await enableHealthView(run, estateIn(places), interruption.stop);
  }
  return results;
};

/** Ends a sandbox and removes all but what takes long to install. Tells whether one was up. */
export const takeDown = async (places: Places, operator: Operator): Promise<boolean> =>
  await locked(places, operator, async () => {
    const was = liveRun(places) !== undefined;
    await clear(places);
    return was;
  });

const locked = <T>(places: Places, { progress, interruption }: Operator, work: () => Promise<T>): Promise<T> => {
  const waiting = (pid: number) => progress(`Process ${pid} is bringing the sandbox up or down: waiting for it.`);
  return withLock(places.lock, { waiting, signal: interruption.stop }, work);
};

// Its stacks make hundreds of resources: name the stack, count them, and show what went wrong.
const showBriefly = (progress: (line: string) => void) => {
  const counts = new Map<string, number>();
  return ({ stack, kind, text }: Progress) => {
    if (kind === "begin") counts.set(stack, 0);
    if (kind === "resource") {
      const count = (counts.get(stack) ?? 0) + 1;
      counts.set(stack, count);
      if (count % 25 === 0) progress(`  ${stack}: ${count} resources ...`);
    }
    // Nobody guards a sandbox: its stacks have protection off by themselves (project.ts).
    if (kind === "warning" && !text.includes(PROTECTION_OFF)) progress(`! ${stack}: ${text}`);
    if (kind === "end") progress(`✓ ${stack}: ${text}`);
  };
};
