import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { deploy } from "../deploy";
import { previewMarkdown } from "../markdown";
import { reportInWords } from "../report";
import { chosenStacks } from "../stacks";
import type { Context, Done, RunOptions } from "./context";
import { settings } from "./run";

/** Shows what `up` would do; with --markdown in a file too, also when the preview fails. */
export const preview = async (context: Context, options: RunOptions): Promise<Done> => {
  const stacks = chosenStacks("preview", options.stack, context.workDir);
  const results = await deploy({ ...(await settings("preview", stacks, context, options)), command: "preview" });
  if (options.markdown)
    writeFileSync(resolve(context.from, options.markdown), results.map(previewMarkdown).join("\n\n"));
  return { results, words: reportInWords(results, true) };
};
