import pLimit from "p-limit";
import { pulumiCli } from "../cli";
import type { StackResult } from "../deploy";
import { EXIT } from "../failure";
import { outputsOf } from "../outputs";
import { outputsInWords } from "../report";
import { accountOf, chosenStacks } from "../stacks";
import type { CommonOptions, Context, Done } from "./context";
import { failedResult } from "./failed";

/** Shows the outputs of each stack, without the secret ones. */
export const outputs = async (context: Context, options: CommonOptions): Promise<Done> => {
  const { workDir, interruption } = context;
  const cli = await pulumiCli((await context.engine()).root, interruption.stop);
  const read = async (stack: string): Promise<StackResult> => {
    const begun = Date.now();
    const account = accountOf(stack, workDir);
    const seconds = () => (Date.now() - begun) / 1000;
    try {
      const found = await outputsOf(stack, { cli, workDir });
      const common = { stack, ...(account && { account }), changes: [], failures: [], exitCode: EXIT.ok };
      return { ...common, outcome: "succeeded", ...found, seconds: seconds() };
    } catch (error) {
      return failedResult(stack, error, { command: "outputs", options, workDir, seconds: seconds() });
    }
  };
  const limit = pLimit(2);
  const names = chosenStacks("outputs", options.stack, workDir);
  const results = await Promise.all(names.map((stack) => limit(() => read(stack))));
  return { results, words: results.filter(({ outcome }) => outcome === "succeeded").flatMap(outputsInWords) };
};
