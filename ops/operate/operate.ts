import type { Context, Done } from "../commands/context";
import { failedResult } from "../commands/failed";
import { Misuse } from "../failure";
import { type OperatingOptions, openPipeline, type Pipeline, pipelineStack } from "./pipeline";

/** What a command does to a pipeline. `failed` makes a result of an error that concerns a part of it alone. */
export type Operation = (pipeline: Pipeline, failed: (error: unknown) => Done["results"][number]) => Promise<Done>;

/** Finds the pipeline, signs in, and does it. What fails is told as the stack's failure, with what to do next. */
export const operate = async (
  command: string,
  context: Context,
  options: OperatingOptions,
  operation: Operation,
): Promise<Done> => {
  const { workDir, interruption } = context;
  const stack = pipelineStack(command, options.stack, workDir);
  const begun = Date.now();
  const failed = (error: unknown) =>
    failedResult(stack, named(error), { command, options, workDir, seconds: (Date.now() - begun) / 1000 });
  let pipeline: Pipeline | undefined;
  try {
    pipeline = await openPipeline(stack, context, options);
    return await operation(pipeline, failed);
  } catch (error) {
    interruption.stop.throwIfAborted();
    if (error instanceof Misuse) throw error;
    return { results: [failed(error)], words: [] };
  } finally {
    pipeline?.account.close();
  }
};

/** AWS's errors say little without their names. The engine's own go on as they are. */
const named = (error: unknown): unknown => {
  const isOfAws = error instanceof Error && "$metadata" in error && !error.message.startsWith(error.name);
  return isOfAws ? new Error(`${error.name}: ${error.message}`) : error;
};
