import { StackNotFoundError } from "@pulumi/pulumi/automation";
import { advice } from "../advice";
import type { StackResult } from "../deploy";
import { causesOf, codeOf, EXIT } from "../failure";
import { accountOf } from "../stacks";
import { type CommonOptions, repeatOf } from "./context";

/** The result of a stack for which the command failed before anything was done, with what to do next. */
export const failedResult = (
  stack: string,
  error: unknown,
  { command, options, workDir, seconds }: { command: string; options: CommonOptions; workDir: string; seconds: number },
): StackResult => {
  const account = accountOf(stack, workDir);
  const failures = causesOf(error, []);
  return {
    stack,
    ...(account && { account }),
    outcome: "failed",
    changes: [],
    outputs: {},
    secretOutputs: [],
    seconds,
    failures,
    exitCode: error instanceof StackNotFoundError ? EXIT.noSuchStack : codeOf(error),
    next: advice(failures, { command, stack, account, repeat: repeatOf(command, options) }),
  };
};
