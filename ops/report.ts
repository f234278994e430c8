import type { HealthReport } from "./commands/health";
import type { RedriveReport } from "./commands/redrive";
import type { ReplayReport } from "./commands/replay";
import type { StackResult } from "./deploy";
import { type Change, operationWord } from "./events";
import { failureLine } from "./failure";
import type { ChannelPause } from "./operate/pause";

/** What the commands that operate what is deployed did, each under its name. */
export interface Details {
  redrive?: RedriveReport;
  replay?: ReplayReport;
  /** Of pause and resume: each channel as it is now. */
  channels?: ChannelPause[];
  health?: HealthReport;
}

/** What a run was, and what became of it: docs/ops.md documents its JSON. */
export interface Report extends Details {
  schemaVersion: 1;
  command: string;
  outcome: "succeeded" | "failed" | "interrupted";
  exitCode: number;
  seconds: number;
  stacks: StackResult[];
  /** Why nothing could be begun. */
  error?: string;
}

/** Lines of what was changed, or would be, a stack at a time. With `all`, each change has a line. */
export const reportInWords = (stacks: readonly StackResult[], all: boolean): string[] =>
  stacks.flatMap(({ stack, account, changes, outcome, seconds }) => {
    const count =
      changes.length === 1 ? "1 change" : `${changes.length || "no"} ${changes.length ? "changes" : "change"}`;
    const about = [account, outcome === "succeeded" ? count : `${outcome}, ${count}`, `${seconds.toFixed(1)} s`];
    const head = outcome === "not started" ? `${stack}: not started` : `${stack}: ${about.filter(Boolean).join(", ")}`;
    return [head, ...(all ? changes.map((change) => `  ${changeLine(change)}`) : [])];
  });

const changeLine = ({ operation, type, name, region, weakens }: Change): string =>
  `${operationWord(operation).padEnd(9)} ${type} ${name}${region ? ` (${region})` : ""}${weakens ? `: WEAKENS: ${weakens}` : ""}`;

/** The last lines of a failure: each stack with what failed and why, and what to do next. Empty when all went well. */
export const failuresInWords = (stacks: readonly StackResult[]): string[] => {
  const failed = stacks.filter(({ failures }) => failures.length);
  const lines = failed.flatMap(({ stack, failures }) => failures.map((failure) => failureLine(stack, failure)));
  const next = failed.flatMap(({ next }) => next ?? []);
  return [...lines, ...new Set(next.map((sentence) => `→ ${sentence}`))];
};

/** A stack's outputs, a line each; the secret ones by name only. */
export const outputsInWords = ({ stack, outputs, secretOutputs }: StackResult): string[] => [
  `${stack}:`,
  ...Object.entries(outputs).map(
    ([key, value]) => `  ${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`,
  ),
  ...secretOutputs.map((key) => `  ${key}: secret, not shown`),
];
