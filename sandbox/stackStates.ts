import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { inOrder } from "../stacks/order";
import { STACK_ACCOUNTS, type StackName } from "./estate";
import { ACCOUNTS } from "./organization";
import type { Places } from "./places";

/** A stack as Pulumi's state has it. */
export interface StackState {
  stack: string;
  account: string;
  /** 0 before its first deployment, and after it was destroyed. */
  resources: number;
  /** What was last done to it; absent before its first deployment. */
  last?: {
    kind: string;
    /** "succeeded" or "failed"; "in-progress" while it lasts. */
    result: string;
    /** ISO 8601, UTC. */
    at: string;
    seconds: number;
  };
}

const checkpoint = z.object({
  checkpoint: z.object({ latest: z.object({ resources: z.array(z.unknown()).nullish() }).nullish() }),
});
const history = z.object({ kind: z.string(), result: z.string(), startTime: z.number(), endTime: z.number() });

/**
 * All stacks in the order of their deployment, read from the files of Pulumi's own backend: to ask the CLI takes a second a stack.
 * The pinned CLI writes them so; another layout is an error.
 */
export const stackStates = (places: Places): StackState[] =>
  inOrder(Object.keys(STACK_ACCOUNTS)).map((stack) => {
    const { account } = STACK_ACCOUNTS[stack as StackName];
    return { stack, account: ACCOUNTS[account], resources: resourcesOf(places, stack), ...lastOf(places, stack) };
  });

const resourcesOf = (places: Places, stack: string): number => {
  const file = join(places.state, ".pulumi", "stacks", "hakken", `${stack}.json`);
  if (!existsSync(file)) return 0;
  return checkpoint.parse(JSON.parse(readFileSync(file, "utf8"))).checkpoint.latest?.resources?.length ?? 0;
};

const lastOf = (places: Places, stack: string): Pick<StackState, "last"> => {
  const folder = join(places.state, ".pulumi", "history", "hakken", stack);
  if (!existsSync(folder)) return {};
  // Named by stack and nanoseconds, which have had 19 digits since 2001.
  const newest = readdirSync(folder)
    .filter((name) => name.endsWith(".history.json"))
    .sort()
    .at(-1);
  if (!newest) return {};
  const { kind, result, startTime, endTime } = history.parse(JSON.parse(readFileSync(join(folder, newest), "utf8")));
  const at = new Date(endTime * 1000).toISOString();
  return { last: { kind, result, at, seconds: endTime - startTime } };
};
