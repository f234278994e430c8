import { isOver, RECHECK_SECONDS } from "./lifecycle";
import { heardVersion, toldVersion } from "./notice";
import { overtime } from "./overtime";
import type { AlertStore, Failure, Findings, Later } from "./ports";
import type { AlertRecord, FindingRecord } from "./record";
import type { Channel, Finding } from "./types";

export interface SettlePorts {
  store: AlertStore;
  findings: Findings;
  later: Later;
  /** Puts an alert that a channel gave up into the failed-alerts queue. */
  report: (alert: AlertRecord, failures: readonly Failure[]) => Promise<void>;
  /** Channels that must have told an alert before it counts as told. */
  required: readonly Channel[];
  /** ISO 8601. */
  now: () => string;
  /** How long one call may go on reading and marking, in milliseconds: what is left comes again. */
  budgetMs: number;
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
 * settled: told and marked. parked: a required channel gave it up. resting: the digest is to tell it. again: a newer version is desired. superseded: another
 * execution is in charge by now. The execution ends on all but `again`.
 */
export type Settlement = "settled" | "parked" | "resting" | "again" | "superseded";

/**
 * Settles a batch of alerts, so that a flood takes few of Security Hub's calls: reads the findings, sets NOTIFIED on those
 * still NEW, and only then lets the alerts rest. An Error stands for the requests that are to be tried again.
 */
export async function settle(ports: SettlePorts, requests: readonly SettleRequest[]): Promise<(Settlement | Error)[]> {
  const alerts = await Promise.all(requests.map(({ alertKey }) => ports.store.load(alertKey)));
  const told = alerts.filter((alert, i) => alert && isTold(ports, alert, requests[i])) as AlertRecord[];
  const refusals = await mark(ports, told);
  return Promise.all(
    requests.map(async (request, i) => {
      const alert = alerts[i];
      if (!alert) return new Error(`There is no alert ${request.alertKey} in the table`);
      if (alert.running !== request.execution) return "superseded";
      return finish(ports, alert, request, told.includes(alert), refusals.get(alert.alertKey)).catch(asError);
    }),
  );
}

const isTold = ({ required }: SettlePorts, alert: AlertRecord, request: SettleRequest | undefined): boolean =>
  alert.running === request?.execution && toldVersion(alert, required) >= alert.desired;

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/** BatchUpdateFindings takes so many findings. */
const PORTION = 100;

/**
 * Sets NOTIFIED on what is told and still NEW; what a person has set meanwhile stays. Portion by portion, each noted, so that
 * a large alert goes on where it was. Gives, by alert key, why not all of it could be done.
 */
async function mark(ports: SettlePorts, alerts: readonly AlertRecord[]): Promise<Map<string, string>> {
  const isOverTime = overtime(ports);
  const open = await Promise.all(alerts.map((alert) => toBeMarked(ports.store, alert)));
  const findings = open.flat();
  const refusals = new Map<string, string>();
  for (let at = 0; at < findings.length; at += PORTION) {
    if (isOverTime()) {
      for (const { alertKey } of findings.slice(at)) refusals.set(alertKey, "the rest of its findings comes next");
      return refusals;
    }
    const refused = await markPortion(ports, alerts, findings.slice(at, at + PORTION));
    for (const [alertKey, reason] of refused) refusals.set(alertKey, reason);
  }
  return refusals;
}

/** Its open findings that this version told, and that settle is not through with. */
async function toBeMarked(store: AlertStore, alert: AlertRecord): Promise<FindingRecord[]> {
  if (alert.open === 0 || alert.finding.format === "health") return [];
  const members = await store.members(alert.alertKey);
  return members.filter(
    ({ state, version, notifiedAt }) => state === "open" && version <= alert.desired && !notifiedAt,
  );
}

async function markPortion(
  { findings, store, later, now }: SettlePorts,
  alerts: readonly AlertRecord[],
  portion: readonly FindingRecord[],
): Promise<Map<string, string>> {
  const found = await findings.get(portion);
  const refusals = new Map<string, string>();
  const shown = portion.filter((member, i) => {
    const alert = alerts.find(({ alertKey }) => alertKey === member.alertKey);
    const reason = lag(member, alert?.unsettledSince, found[i], now());
    if (reason) refusals.set(member.alertKey, `${member.id}: ${reason}`);
    return !reason;
  });
  // Its opening came after its closing, which was of nothing known then; or the closing is still on its way.
  for (const member of shown.filter((one) => isOverBy(one, found[portion.indexOf(one)]))) await later(member, 0);
  const open = shown.filter((member) => isUntaken(member, found[portion.indexOf(member)]));
  const reasons = open.length > 0 ? await findings.setWorkflow(open, "NOTIFIED") : [];
  for (const [i, member] of open.entries()) {
    if (reasons[i]) refusals.set(member.alertKey, `${member.id}: ${reasons[i]}`);
  }
  const through = shown.filter((member) => !reasons[open.indexOf(member)]);
  if (through.length > 0) await store.notified(through, now());
  return refusals;
}

/** NEW; or RESOLVED by a person before it went on. */
const isUntaken = ({ resumed }: FindingRecord, found: Finding | undefined): boolean =>
  found?.workflow === "NEW" || (resumed === true && found?.workflow === "RESOLVED" && found.record === "ACTIVE");

/** Over in Security Hub, while the alert has it open. */
const isOverBy = (member: FindingRecord, found: Finding | undefined): boolean =>
  found !== undefined && isOver(found) && !(found.workflow === "RESOLVED" && isUntaken(member, found));

/**
 * GetFindings lags behind events, so it may not show yet what was told: left alone, the finding would stay NEW, and be told
 * again as if it had been reset. What it still does not show after a quarter of an hour is gone.
 */
function lag(
  member: FindingRecord,
  unsettledSince: string | undefined,
  found: Finding | undefined,
  now: string,
): string | undefined {
  if (found && found.updatedAt >= member.updatedAt) return undefined;
  const age = (Date.parse(now) - Date.parse(unsettledSince ?? member.eventTime)) / 1000;
  return age < RECHECK_SECONDS ? "GetFindings does not show yet what its event said" : undefined;
}

/** The order is rule R3's: NOTIFIED (above), then its time, then the settled version. */
async function finish(
  ports: SettlePorts,
  alert: AlertRecord,
  { execution, failures }: SettleRequest,
  told: boolean,
  refusal: string | undefined,
): Promise<Settlement> {
  const { store, required, now } = ports;
  if (refusal) throw new Error(`Security Hub did not set a finding of alert ${alert.alertKey} NOTIFIED: ${refusal}`);
  if (failures.length > 0 && alert.failedVersion !== alert.desired) {
    await ports.report(alert, failures);
    await store.reported(alert.alertKey, alert.desired);
  }
  // What failed before and is told by now needs no redrive any more.
  if (failures.length === 0 && alert.failedVersion === alert.desired) await store.reported(alert.alertKey, 0);
  if (told) return (await store.exit(alert, execution, { kind: "settled" })) ? "settled" : "again";
  if (isHeard(alert, required)) {
    // A digest that tells it just now takes it for running, and leaves the rest to this execution.
    const deferred = required.filter((channel) => toldVersion(alert, [channel]) < alert.desired);
    return (await store.exit(alert, execution, { kind: "resting", at: now(), deferred })) ? "resting" : "again";
  }
  // What came while one was failing, the others have not been asked for yet.
  const others = required.filter((channel) => !failures.some((failure) => failure.channel === channel));
  if (!isHeard(alert, others)) return "again";
  return (await store.exit(alert, execution, { kind: "parked", at: now() })) ? "parked" : "again";
}

/** Whether each of these channels has told the newest version, or leaves it to its digest. */
const isHeard = (alert: AlertRecord, channels: readonly Channel[]): boolean =>
  channels.every((channel) => heardVersion(alert, channel) >= alert.desired);
