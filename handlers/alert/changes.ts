import type { Circumstances, Decision } from "./lifecycle";
import { continuedFrom } from "./notice";
import { type AlertRecord, executionName, type FindingRecord, hash } from "./record";
import { isWorse } from "./severity";
import type { Finding, Observation } from "./types";

/** What a report makes of an alert's record, once it is decided what the report means. */

/** For the digest until now, and by this finding no longer: an exploit is known by now. */
export const isForMore = (alert: AlertRecord, finding: Finding, now: Circumstances): boolean =>
  alert.digest !== undefined && now.digestOf(finding) === undefined;

/** The first finding of a new alert. */
export function open(report: Observation, now: Circumstances): Decision {
  const { finding } = report;
  const alert: AlertRecord = {
    ...now.groupOf(finding),
    state: "open",
    occurrence: 1,
    desired: 0,
    settled: 0,
    severity: finding.severity,
    open: 1,
    findings: 1,
    finding,
    digest: now.digestOf(finding),
    told: {},
    deferred: {},
    sending: {},
    attempt: 0,
    parkings: 0,
    openedAt: now.now,
    checkedAt: now.now,
    revision: 0,
  };
  return told(alert, undefined, report, now, "opened");
}

/**
 * A finding opens in an alert that is known: as one more where others are open, else as a new occurrence. `last` is what
 * is known of it, if anything is; it may count as open, where Security Hub has reset it.
 */
export function join(
  alert: AlertRecord,
  last: FindingRecord | undefined,
  report: Observation,
  now: Circumstances,
): Decision {
  const isNew = last === undefined;
  const others = last?.state === "open" ? alert.open - 1 : alert.open;
  const joined = { ...alert, open: others + 1, findings: alert.findings + (isNew ? 1 : 0) };
  if (others > 0)
    return told(worsened(joined, report.finding, now), last, report, now, isNew ? "joined" : "joined again");
  return told(again(joined, report.finding, now), last, report, now, "opened again");
}

/** The next occurrence. It goes on in the same messages if the alert was open until a short time ago. */
function again(alert: AlertRecord, finding: Finding, now: Circumstances): AlertRecord {
  const occurrence = alert.occurrence + 1;
  const closedFor = alert.closedAt ? (Date.parse(now.now) - Date.parse(alert.closedAt)) / 1000 : 0;
  return {
    ...alert,
    state: "open",
    occurrence,
    continuesFrom: closedFor <= now.reopenWithinSeconds ? continuedFrom(alert) : occurrence,
    continues: undefined,
    severity: finding.severity,
    finding,
    digest: now.digestOf(finding),
    openedAt: now.now,
    checkedAt: now.now,
    closedAt: undefined,
    outcome: undefined,
    expiresAt: undefined,
  };
}

/** Writes a finding that is to be told as open in its alert's next version. */
function told(
  alert: AlertRecord,
  last: FindingRecord | undefined,
  report: Observation,
  now: Circumstances,
  reason: string,
): Decision {
  const wanted = desire(alert, now);
  const requested = report.requested ? { requested: wanted.desired, digest: undefined } : {};
  const finding = recordOf(report, wanted, last);
  const requestedAt = report.requested ? report.eventTime : last?.requestedAt;
  const resumed = last?.resumed && report.finding.workflow === "RESOLVED";
  return write({ ...wanted, ...requested }, { ...finding, requestedAt, resumed }, reason);
}

/** The alert with a finding that may be the worst of it by now, or the first that is for more than the digest. */
export const worsened = (alert: AlertRecord, finding: Finding, now: Circumstances): AlertRecord => {
  const digest = isForMore(alert, finding, now) ? undefined : alert.digest;
  if (isWorse(finding.severity, alert.severity)) return { ...alert, digest, severity: finding.severity, finding };
  return isSame(alert.finding, finding) ? { ...alert, digest, finding } : { ...alert, digest };
};

const isSame = (one: Finding, other: Finding): boolean => one.product === other.product && one.id === other.id;

/** One more version to tell. A parked alert wakes; a running execution will see it, else a new one is claimed (rule R2). */
export function desire(alert: AlertRecord, now: Circumstances): AlertRecord {
  const wanted = { ...alert, desired: alert.desired + 1, desiredAt: now.now };
  Object.assign(wanted, { parkedAt: undefined, restingSince: undefined });
  wanted.unsettledSince ??= now.now;
  return wanted.running ? wanted : claim(wanted);
}

/** Gives the alert the name of its next execution. */
export function claim(alert: AlertRecord): AlertRecord {
  const claimed = { ...alert, parkedAt: undefined, restingSince: undefined, attempt: alert.attempt + 1 };
  return { ...claimed, running: executionName(claimed) };
}

export const write = (alert: AlertRecord, finding: FindingRecord, reason: string): Decision => ({
  kind: "write",
  alert,
  finding,
  reason,
});

/** What is kept of a finding that is open in the alert's newest version. */
export function recordOf({ finding, eventTime }: Observation, alert: AlertRecord, last?: FindingRecord): FindingRecord {
  const { format, product, id, updatedAt, severity, accountId, accountName, region, resources, resourceCount } =
    finding;
  const { activity, lastSeen, workflow, health } = finding;
  const seen = { workflow, activity, lastSeen, requestedAt: last?.requestedAt };
  const about = { severity, accountId, accountName, region, resources, resourceCount, ...seen };
  const { alertKey, occurrence, desired: version } = alert;
  const known = { format, product, id, alertKey, state: "open" as const, updatedAt, eventTime, occurrence, version };
  return {
    ...known,
    ...about,
    ...(health && { said: saidIn(finding), endTime: health.endTime, recovered: health.recovered }),
  };
}

/** What people read of an event of AWS Health, which is said again and again: its words, its times, and what it affects. */
export function saidIn({ description, health, resources, resourceCount }: Finding): string {
  const { startTime = "", endTime = "", recovered = 0 } = health ?? {};
  return hash(description, startTime, endTime, `${recovered}`, `${resourceCount}`, ...resources.map(({ id }) => id));
}
