import { NEEDS_FIRST } from "../advice";
import { pulumiCli } from "../cli";
import { confirm, isInteractive } from "../confirm";
import { type Command, type DeployOptions, deploy, type StackResult } from "../deploy";
import { EXIT, Misuse } from "../failure";
import { refuseNeeded } from "../needed";
import { remaining } from "../remaining";
import { reportInWords } from "../report";
import { chosenStacks } from "../stacks";
import { type Context, type Done, type RunOptions, repeatOf } from "./context";
import { failedResult } from "./failed";

/** `up` and `destroy`: at a terminal shows what would happen and asks once, else wants --yes. */
export const change = async (command: "up" | "destroy", context: Context, options: RunOptions): Promise<Done> => {
  const stacks = chosenStacks(command, options.stack, context.workDir);
  if (!options.yes && !isInteractive()) {
    throw new Misuse(
      `${command} asks before it changes anything, and there is nobody to ask: add --yes. What it would do: npm run ops -- ${
        command === "up" ? "preview" : "destroy, at a terminal"
      }`,
    );
  }
  const settled = await settings(command, stacks, context, options);
  if (command === "destroy" && !options.stack.includes("all")) {
    const refusal = await whileNeeded(stacks, settled, context, options);
    if (refusal) return refusal;
  }
  if (!options.yes) {
    const refusal = await ask(command, stacks, settled, context);
    if (refusal) return refusal;
  }
  const results = await deploy({ ...settled, command });
  return { results, words: [...reportInWords(results, false), ...remaining(results, options.cwd)] };
};

// Gives what ends the command where the backend can't tell whether others need these stacks.
const whileNeeded = async (
  stacks: readonly string[],
  { engine }: Pick<DeployOptions, "engine">,
  { workDir, interruption }: Context,
  options: RunOptions,
): Promise<Done | undefined> => {
  const begun = Date.now();
  const cli = await pulumiCli(engine.root, interruption.stop);
  try {
    await refuseNeeded(stacks, { cli, workDir, repeat: repeatOf("destroy", options) });
    return undefined;
  } catch (error) {
    if (error instanceof Misuse) throw error;
    const seconds = (Date.now() - begun) / 1000;
    const results = stacks.map((stack) =>
      failedResult(stack, error, { command: "destroy", options, workDir, seconds }),
    );
    return { results, words: [] };
  }
};

/** What `deploy` needs to be told, of the command line. */
export const settings = async (
  command: string,
  stacks: readonly string[],
  { workDir, display, interruption, engine, program }: Context,
  options: RunOptions,
): Promise<Omit<DeployOptions, "command">> => ({
  stacks,
  workDir,
  engine: await engine(),
  program,
  create: options.create,
  expectNoChanges: options.expectNoChanges,
  parallel: options.parallel,
  repeat: repeatOf(command, options),
  onProgress: display.progress,
  interruption,
});

// Shows what would happen to all stacks, and asks once. Gives what ends the command: a failure, or a no.
const ask = async (
  command: "up" | "destroy",
  stacks: readonly string[],
  settled: Omit<DeployOptions, "command">,
  { display, interruption }: Context,
): Promise<Done | undefined> => {
  const preview: Command = command === "up" ? "preview" : "preview destroy";
  const shown = await deploy({ ...settled, command: preview, expectNoChanges: false });
  interruption.stop.throwIfAborted();
  const waiting = shown.filter((result) => waitsForOthers(result, shown));
  if (shown.some((result) => result.outcome !== "succeeded" && !waiting.includes(result))) {
    return { results: shown, words: [] };
  }
  for (const line of reportInWords(
    shown.filter((result) => !waiting.includes(result)),
    true,
  ))
    display.print(line);
  for (const { stack } of waiting)
    display.print(`${stack}: what it makes can be told once the stacks that it needs are up`);
  const verb = command === "up" ? "Deploy" : "Destroy";
  if (await confirm(`${verb} ${stacks.join(", ")}?`, interruption.stop)) return undefined;
  return { results: [], words: ["Nothing was changed."], exitCode: EXIT.declined };
};

// Before the first deployment a stack can't be previewed: what it needs of others is not there yet. Those may wait themselves.
export const waitsForOthers = (result: StackResult, shown: readonly StackResult[]): boolean => {
  const others = shown.filter((other) => other !== result);
  return (
    result.outcome === "failed" &&
    result.failures.every(({ reason }) => {
      const needed = others.find(({ stack }) => stack === NEEDS_FIRST.exec(reason)?.[1]);
      return needed && (needed.changes.length > 0 || waitsForOthers(needed, others));
    })
  );
};
