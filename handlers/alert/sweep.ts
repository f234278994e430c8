import { isForgotten, isOpening, wakesAt } from "./lifecycle";
import {
  type AlertStore,
  type Executions,
  type Findings,
  type Later,
  type Unreadable,
  unreadableInWords,
} from "./ports";
import { ensureExecution, wake } from "./receive";
import type { AlertRecord } from "./record";
import type { Severity } from "./types";

export interface SweepPorts {
  store: AlertStore;
  executions: Executions;
  findings: Findings;
  later: Later;
  /** ISO 8601. */
  now: () => string;
  severities: readonly Severity[];
  /** Hears of each finding that can't be read. */
  skipped: (finding: Unreadable) => void;
}

/** What was found, for the log. */
export interface Swept {
  unsettled: number;
  woken: number;
  forgotten: number;
}

/** Younger than this is still on its way: events are late by minutes at times. */
const GRACE_MINUTES = 30;
/** How far back findings are looked through: as long as the queues keep a message. */
const LOOK_BACK_DAYS = 14;

/** Finds what fell by the way (rule R3): alerts that never settled, and findings that are still NEW. */
export async function sweep(ports: SweepPorts): Promise<Swept> {
  const until = minutesBefore(ports.now(), GRACE_MINUTES);
  const unsettled = await ports.store.unsettled(until);
  let woken = 0;
  const failures: string[] = [];
  for (const alert of unsettled) {
    try {
      if (await resume(ports, alert)) woken++;
    } catch (error) {
      // One that can't be helped now must not keep all others from being.
      failures.push(`${alert.alertKey}: ${error}`);
    }
  }
  const { forgotten, unreadable } = await remember(ports, until);
  const problems = unreadableInWords(unreadable);
  if (failures.length > 0) {
    const some = failures.slice(0, 5).join("; ");
    problems.unshift(`${failures.length} of ${unsettled.length} unsettled alerts could not be resumed: ${some}`);
  }
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return { unsettled: unsettled.length, woken, forgotten };
}

/** Has its execution running again. True if it rested, and its time is over. */
async function resume(ports: SweepPorts, alert: AlertRecord): Promise<boolean> {
  if (!alert.parkedAt && !alert.restingSince) {
    await ensureExecution(ports, alert.alertKey);
    return false;
  }
  if (wakesAt(alert) > Date.parse(ports.now())) return false;
  await wake(ports, alert);
  return true;
}

/** Hands findings that nobody was told of to intake, which reads them again: what it takes in is the truth of then. */
async function remember(ports: SweepPorts, until: string): Promise<{ forgotten: number; unreadable: Unreadable[] }> {
  const { findings, store, later, now, severities, skipped } = ports;
  const since = minutesBefore(until, LOOK_BACK_DAYS * 24 * 60);
  let forgotten = 0;
  const unreadable = await findings.eachPageOfNew({ severities, since, until }, async (page) => {
    // NEW and ACTIVE are also very many that pass or can't be checked: intake would read each of them, every hour.
    const opening = page.filter((finding) => isOpening(finding, severities));
    const known = await store.known(opening.map((finding) => ({ finding })));
    for (const finding of opening.filter((found, i) => isForgotten(known[i] ?? {}, found, now()))) {
      await later(finding, 0);
      forgotten++;
    }
  });
  for (const finding of unreadable) skipped(finding);
  return { forgotten, unreadable };
}

const minutesBefore = (time: string, minutes: number): string =>
  new Date(Date.parse(time) - minutes * 60_000).toISOString();
