import { claim } from "./changes";
import type { AlertStore, Executions } from "./ports";
import { isRunning } from "./receive";

const DETAIL_TYPE = "hakken Redrive";

/** The message to intake by which an alert is told again. It carries the key alone: what is told is today's state (rule R7). */
export const redriveMessage = (alertKey: string) => ({
  source: "hakken",
  "detail-type": DETAIL_TYPE,
  detail: { alertKey },
});

/** The alert that such a message names; undefined for any other message. */
export function redriveOf(message: unknown): string | undefined {
  const { source, "detail-type": type, detail } = (message ?? {}) as Record<string, unknown>;
  if (source !== "hakken" || type !== DETAIL_TYPE) return undefined;
  return String((detail as { alertKey?: unknown } | undefined)?.alertKey);
}

/** Others may write the same alert at the same time; more than this many in a row is left to the queue's next try. */
const TRIES = 5;

/**
 * Has an alert told that was not told in full, by a person's order; channels that have told it are skipped by themselves. One that is
 * settled is left alone (rule R7), unless a channel that is not required gave up its newest version. If it fails again, that is
 * reported again: whoever redrove it has deleted the last report. Gives what was done, for the log.
 */
export async function redrive(
  { store, executions }: { store: AlertStore; executions: Executions },
  alertKey: string,
): Promise<string> {
  for (let tries = 0; tries < TRIES; tries++) {
    const alert = await store.load(alertKey);
    if (!alert) return "no such alert";
    const gaveUp = alert.failedVersion === alert.desired;
    if (alert.settled >= alert.desired && !alert.running && !gaveUp) return "settled already";
    if (alert.running && (await isRunning(executions, alert.running, alertKey))) {
      // Only now: until it runs, this is how a second try knows that it must.
      await store.reported(alertKey, 0);
      return "redriven";
    }
    await store.reclaim(alert, claim(alert));
  }
  throw new Error(`No execution could be started for alert ${alertKey} in ${TRIES} tries`);
}
