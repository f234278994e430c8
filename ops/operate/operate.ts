import type { Account } from "../adopt/account";
import type { Context, Done, OperatingOptions } from "../commands/context";
import { failedResult } from "../commands/failed";
import { Misuse } from "../failure";
import { openPipeline, type Pipeline, pipelineStack } from "./pipeline";

/** Makes a result of an error that concerns a part of what a command works on. */
export type Failed = (error: unknown) => Done["results"][number];

/** What a command does to a pipeline. */
export type Operation = (pipeline: Pipeline, failed: Failed) => Promise<Done>;

/** Finds the pipeline, signs in, and does it. What fails is told as the stack's failure, with what to do next. */
export const operate = (
  command: string,
  context: Context,
  options: OperatingOptions,
  operation: Operation,
): Promise<Done> => {
  const stack = pipelineStack(command, options.stack, context.workDir);
  return operateOn(stack, command, context, options, () => openPipeline(stack, context, options), operation);
};

/** The same for what else a stack has deployed: `open` finds it, and signs in. */
export const operateOn = async <Opened extends { account: Account }>(
  stack: string,
  command: string,
  { workDir, interruption }: Context,
  options: OperatingOptions,
  open: () => Promise<Opened>,
  operation: (opened: Opened, failed: Failed) => Promise<Done>,
): Promise<Done> => {
  const begun = Date.now();
  const failed: Failed = (error) =>
    failedResult(stack, named(error), { command, options, workDir, seconds: (Date.now() - begun) / 1000 });
  let opened: Opened | undefined;
  try {
    opened = await open();
    return await operation(opened, failed);
  } catch (error) {
    interruption.stop.throwIfAborted();
    if (error instanceof Misuse) throw error;
    return { results: [failed(error)], words: [] };
  } finally {
    opened?.account.close();
  }
};

/** AWS's errors say little without their names. The engine's own go on as they are. */
const named = (error: unknown): unknown => {
  const isOfAws = error instanceof Error && "$metadata" in error && !error.message.startsWith(error.name);
  return isOfAws ? new Error(`${error.name}: ${error.message}`) : error;
};
