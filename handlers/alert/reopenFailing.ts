import { chunks } from "./chunks";
import { isClosedButFailing } from "./failing";
import { RECHECK_SECONDS } from "./lifecycle";
import { overtime } from "./overtime";
import type { AlertStore, Findings, Later, MarkedId } from "./ports";

/**
 * Opens findings again that somebody has set RESOLVED although their control still fails, after a set time: in Security Hub,
 * whose events then open the alert as every other opening does.
 */

export interface ReopenFailingPorts {
  store: Pick<AlertStore, "closedButFailing" | "members">;
  findings: Pick<Findings, "get" | "setWorkflow">;
  later: Later;
  /** So long they stay RESOLVED. */
  afterSeconds: number;
  /** The note that says why. */
  note: string;
  /** ISO 8601. */
  now: () => string;
  /** How long one call may go on, in milliseconds: what is left comes with the next one. */
  budgetMs: number;
}

/** What was found, for the log. */
export interface ReopenedFailing {
  alerts: number;
  /** Set NEW. */
  reopened: number;
  /** No longer as the table has them: intake reads them again. */
  changed: number;
}

/** BatchUpdateFindings takes so many findings. */
const PORTION = 100;

/** Throws, when all is done that can be, what could not. */
export async function reopenFailing(ports: ReopenFailingPorts): Promise<ReopenedFailing> {
  const { store, now, afterSeconds } = ports;
  const isOverTime = overtime(ports);
  const before = new Date(Date.parse(now()) - afterSeconds * 1000).toISOString();
  const alerts = await store.closedButFailing(before);
  const counts: ReopenedFailing = { alerts: alerts.length, reopened: 0, changed: 0 };
  const refusals: string[] = [];
  for (const { alertKey } of alerts) {
    if (isOverTime()) break;
    const members = await store.members(alertKey);
    // The alert's time is of the first of them.
    const due = members.filter(({ failingSince }) => failingSince !== undefined && failingSince < before);
    for (const portion of chunks(due, PORTION)) {
      if (!isOverTime()) refusals.push(...(await reopenPortion(ports, portion, counts)));
    }
  }
  if (refusals.length > 0) {
    throw new Error(`Security Hub did not set ${refusals.length} findings NEW: ${refusals.slice(0, 5).join("; ")}`);
  }
  return counts;
}

async function reopenPortion(
  { findings, later, note }: ReopenFailingPorts,
  due: readonly MarkedId[],
  counts: ReopenedFailing,
): Promise<string[]> {
  const found = await findings.get(due);
  const failing = due.filter((_, i) => found[i] && isClosedButFailing(found[i]));
  // It passes, is gone, or is somebody's by now, and its event was lost or is on its way.
  for (const changed of due.filter((finding) => !failing.includes(finding))) {
    await later(changed, 0);
    counts.changed++;
  }
  const reasons = failing.length > 0 ? await findings.setWorkflow(failing, "NEW", note) : [];
  const reopened = failing.filter((_, i) => !reasons[i]);
  // Where the event is lost, or comes before Security Hub shows what it says.
  for (const finding of reopened) await later(finding, RECHECK_SECONDS);
  counts.reopened += reopened.length;
  return reasons.flatMap((reason, i) => (reason ? [`${failing[i]?.id}: ${reason}`] : []));
}
