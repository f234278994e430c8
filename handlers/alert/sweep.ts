import { isForgotten, wakesAt } from "./lifecycle";
import type { AlertStore, Executions, Findings, Later } from "./ports";
import { ensureExecution, wake } from "./receive";
import type { Severity } from "./types";

export interface SweepPorts {
  store: AlertStore;
  executions: Executions;
  findings: Findings;
  later: Later;
  /** ISO 8601. */
  now: () => string;
  severities: readonly Severity[];
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
  for (const alert of unsettled) {
    if (!alert.parkedAt) await ensureExecution(ports, alert.alertKey);
    else if (wakesAt(alert) <= Date.parse(ports.now())) {
      await wake(ports, alert);
      woken++;
    }
  }
  return { unsettled: unsettled.length, woken, forgotten: await remember(ports, until) };
}

/** Hands findings that nobody was told of to intake, which reads them again: what it takes in is the truth of then. */
async function remember({ findings, store, later, now, severities }: SweepPorts, until: string): Promise<number> {
  const since = minutesBefore(until, LOOK_BACK_DAYS * 24 * 60);
  let forgotten = 0;
  await findings.eachPageOfNew({ severities, since, until }, async (page) => {
    const known = await store.known(page);
    for (const finding of page.filter((_, i) => isForgotten(known[i] ?? {}, now()))) {
      await later(finding, 0);
      forgotten++;
    }
  });
  return forgotten;
}

const minutesBefore = (time: string, minutes: number): string =>
  new Date(Date.parse(time) - minutes * 60_000).toISOString();
