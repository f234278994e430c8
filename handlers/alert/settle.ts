import { RECHECK_SECONDS, toldVersion } from "./lifecycle";
import type { AlertStore, Failure, Findings } from "./ports";
import type { AlertRecord } from "./record";
import type { Channel, Finding } from "./types";

export interface SettlePorts {
  store: AlertStore;
  findings: Findings;
  /** Puts an alert that a channel gave up into the failed-alerts queue. */
  report: (alert: AlertRecord, failures: readonly Failure[]) => Promise<void>;
  /** Channels that must have told an alert before it counts as told. */
  required: readonly Channel[];
  /** ISO 8601. */
  now: () => string;
}

/** An execution asks: its channels are through, what now? */
export interface SettleRequest {
  alertKey: string;
  /** The execution's name. */
  execution: string;
  /** The channels that gave up. */
  failures: readonly Failure[];
}

/**
 * settled: told and marked. parked: a required channel gave it up. again: a newer version is desired. superseded: another
 * execution is in charge by now. The execution ends on all but `again`.
 */
export type Settlement = "settled" | "parked" | "again" | "superseded";

/**
 * Settles a batch of alerts, so that a flood takes few of Security Hub's calls: reads the findings, sets NOTIFIED on those
 * still NEW, and only then lets the alerts rest. An Error stands for the requests that are to be tried again.
 */
export async function settle(ports: SettlePorts, requests: readonly SettleRequest[]): Promise<(Settlement | Error)[]> {
  const alerts = await Promise.all(requests.map(({ alertKey }) => ports.store.load(alertKey)));
  const told = alerts.filter((alert, i) => alert && isTold(ports, alert, requests[i])) as AlertRecord[];
  const marks = await mark(ports, told);
  return Promise.all(
    requests.map(async (request, i) => {
      const alert = alerts[i];
      if (!alert) return new Error(`There is no alert ${request.alertKey} in the table`);
      if (alert.running !== request.execution) return "superseded";
      return finish(ports, alert, request, marks.get(alert.alertKey)).catch(asError);
    }),
  );
}

const isTold = ({ required }: SettlePorts, alert: AlertRecord, request: SettleRequest | undefined): boolean =>
  alert.running === request?.execution && toldVersion(alert, required) >= alert.desired;

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/** What became of a finding: whether it is known to be NOTIFIED, or why it could not be marked. */
interface Mark {
  notified: boolean;
  refusal?: string;
}

/** Sets NOTIFIED on what is still NEW: what a person has set meanwhile stays. */
async function mark({ findings, now }: SettlePorts, alerts: readonly AlertRecord[]): Promise<Map<string, Mark>> {
  if (alerts.length === 0) return new Map();
  const found = await findings.get(alerts.map(({ finding }) => finding));
  const isNew = (finding: Finding | undefined) => finding?.workflow === "NEW";
  const lags = alerts.map((alert, i) => lag(alert, found[i], now()));
  const open = alerts.filter((_, i) => isNew(found[i]) && !lags[i]);
  const refusals = open.length > 0 ? await findings.setNotified(open.map(({ finding }) => finding)) : [];
  return new Map(
    alerts.map((alert, i) => {
      const refusal = lags[i] ?? refusals[open.indexOf(alert)];
      return [alert.alertKey, { notified: isNew(found[i]) || found[i]?.workflow === "NOTIFIED", refusal }];
    }),
  );
}

/**
 * GetFindings lags behind events, so it may not show yet what was told: left alone, the finding would stay NEW, and be told
 * again as if it had been reset. What it still does not show after a quarter of an hour is gone.
 */
function lag(alert: AlertRecord, found: Finding | undefined, now: string): string | undefined {
  if (found && found.updatedAt >= alert.finding.updatedAt) return undefined;
  const age = (Date.parse(now) - Date.parse(alert.unsettledSince ?? alert.openedAt)) / 1000;
  return age < RECHECK_SECONDS ? "GetFindings does not show yet what its event said" : undefined;
}

/** The order is rule R3's: NOTIFIED (above), then its time, then the settled version. */
async function finish(
  ports: SettlePorts,
  alert: AlertRecord,
  { execution, failures }: SettleRequest,
  marked: Mark | undefined,
): Promise<Settlement> {
  const { store, required, now } = ports;
  if (marked?.refusal)
    throw new Error(`Security Hub did not set finding ${alert.finding.id} NOTIFIED: ${marked.refusal}`);
  if (marked?.notified) await store.notified(alert.alertKey, now());
  if (failures.length > 0 && alert.failedVersion !== alert.desired) {
    await ports.report(alert, failures);
    await store.reported(alert.alertKey, alert.desired);
  }
  if (marked) return (await store.exit(alert, execution, { kind: "settled" })) ? "settled" : "again";
  if (!failures.some(({ channel }) => required.includes(channel))) return "again";
  return (await store.exit(alert, execution, { kind: "parked", at: now() })) ? "parked" : "again";
}
