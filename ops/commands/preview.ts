import { deploy } from "../deploy";
import { reportInWords } from "../report";
import { chosenStacks } from "../stacks";
import type { Context, Done, RunOptions } from "./context";
import { settings } from "./run";

/** Shows what `up` would do. */
export const preview = async (context: Context, options: RunOptions): Promise<Done> => {
  const stacks = chosenStacks("preview", options.stack, context.workDir);
  const results = await deploy({ ...(await settings(stacks, context, options)), command: "preview" });
  return { results, words: reportInWords(results, true) };
};
