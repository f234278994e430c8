import { StackNotFoundError } from "@pulumi/pulumi/automation";
import pLimit from "p-limit";
import { advice } from "../advice";
import { pulumiCli } from "../cli";
import type { StackResult } from "../deploy";
import { causesOf, codeOf, EXIT } from "../failure";
import { outputsOf } from "../outputs";
import { outputsInWords } from "../report";
import { accountOf, chosenStacks } from "../stacks";
import { type CommonOptions, type Context, type Done, repeatOf } from "./context";

/** Shows the outputs of each stack, without the secret ones. */
export const outputs = async (context: Context, options: CommonOptions): Promise<Done> => {
  const { workDir, interruption } = context;
  const cli = await pulumiCli((await context.engine()).root, interruption.stop);
  const read = async (stack: string): Promise<StackResult> => {
    const begun = Date.now();
    const account = accountOf(stack, workDir);
    const seconds = () => (Date.now() - begun) / 1000;
    const common = { stack, ...(account && { account }), changes: [] };
    try {
      const found = await outputsOf(stack, { cli, workDir });
      return { ...common, outcome: "succeeded", ...found, seconds: seconds(), failures: [], exitCode: EXIT.ok };
    } catch (error) {
      const failures = causesOf(error, []);
      const exitCode = error instanceof StackNotFoundError ? EXIT.noSuchStack : codeOf(error);
      const next = advice(failures, { command: "outputs", stack, account, repeat: repeatOf("outputs", options) });
      return {
        ...common,
        outcome: "failed",
        outputs: {},
        secretOutputs: [],
        seconds: seconds(),
        failures,
        exitCode,
        next,
      };
    }
  };
  const limit = pLimit(2);
  const names = chosenStacks("outputs", options.stack, workDir);
  const results = await Promise.all(names.map((stack) => limit(() => read(stack))));
  return { results, words: results.filter(({ outcome }) => outcome === "succeeded").flatMap(outputsInWords) };
};
