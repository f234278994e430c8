import { setTimeout as sleep } from "node:timers/promises";
import { clientOf, type JournalEntry, journalOf } from "../../client";
import { problemsIn } from "../../journey";
import type { Run } from "../../run";
import { sumOf, usageOf } from "./usage";

/** Follows a flood until nothing goes on any more. */
export interface Watch {
  /** Leaves out what happened before. */
  begin(): Promise<void>;
  /** Shows how far it is from time to time. Throws after hours, or when it is interrupted. */
  untilAtRest(): Promise<void>;
  /** What ought not to happen in a sound installation, in words, each once. */
  problems(): string[];
}

/** What is left is told by then, or something hangs. */
const PATIENCE_MS = 3 * 3_600_000;
const SHOWN_EVERY_MS = 15_000;
/** The journal keeps its last entries alone, so it is read as it grows; authorisations are counted elsewhere. */
const KINDS: readonly JournalEntry["kind"][] = ["delivery", "invocation", "execution", "alarm"];

export const watchOf = (
  run: Run,
  { progress, signal }: { progress: (line: string) => void; signal: AbortSignal },
): Watch => {
  const client = clientOf(run);
  const begun = Date.now();
  const after = new Map<string, number>();
  const problems = new Set<string>();
  let shown = 0;

  const readOn = async () => {
    for (const kind of KINDS) {
      const entries = await journalOf(run.endpoint, { after: after.get(kind) ?? 0, kind });
      after.set(kind, entries.at(-1)?.seq ?? after.get(kind) ?? 0);
      for (const problem of problemsIn(entries)) problems.add(problem);
    }
  };
  const show = async () => {
    if (Date.now() - shown < SHOWN_EVERY_MS) return;
    shown = Date.now();
    await readOn();
    const { executions, queues, invocations } = await client.activity();
    const waiting = queues.reduce(
      (sum, { consumed, visible, inFlight }) => sum + (consumed ? visible + inFlight : 0),
      0,
    );
    const started = sumOf(await usageOf(run), "states:executions");
    progress(
      `  ${((Date.now() - begun) / 60_000).toFixed(1)} min: ${waiting} messages in queues, ${started} executions begun, ${executions.length} of them left, ${invocations} calls running`,
    );
  };

  return {
    begin: async () => {
      await readOn();
      problems.clear();
    },
    untilAtRest: async () => {
      let quiet = 0;
      for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await sleep(1000, undefined, { signal })) {
        await show();
        quiet = (await client.pending()) === 0 && (await client.activity()).idle ? quiet + 1 : 0;
        if (quiet === 2) return await readOn();
      }
      throw new Error(`Not at rest after ${PATIENCE_MS / 60_000} minutes`);
    },
    problems: () => [...problems],
  };
};
