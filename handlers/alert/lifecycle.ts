import { type AlertRecord, alertKeyOf, executionName, type FindingRecord } from "./record";
import { severities } from "./severity";
import type { Channel, Finding, Notice, Observation, Severity } from "./types";

/**
 * The life of an alert, pure: what is known and one report on a finding, in; what to do, out. The rules R1 to R9 are
 * explained in docs/architecture.md; the handlers do the I/O around it, in the order that makes a crash harmless.
 */

/** After this long, a finding that is still NEW although it was set NOTIFIED has started anew (rule R8). */
export const RECHECK_SECONDS = 15 * 60;

/** How long a closed alert is remembered. */
export const REMEMBER_DAYS = 400;

export interface Known {
  alert?: AlertRecord;
  finding?: FindingRecord;
}

export interface Circumstances {
  /** Severities that are told. */
  severities: readonly Severity[];
  /** ISO 8601. */
  now: string;
  /** The report was read from Security Hub just now: it is the truth, not an event that may be late. */
  confirmed: boolean;
}

export type Decision =
  /** Nothing changes. The reason is for the log. */
  | { kind: "drop"; reason: string }
  /** Events can't decide it: read the finding, at once or after some seconds, and observe it again as confirmed. */
  | { kind: "verify"; afterSeconds: number; reason: string }
  /** Write both records in one transaction (rule R5). */
  | { kind: "write"; alert: AlertRecord; finding: FindingRecord; reason: string };

/** Whether one severity is worse than another. */
export const isWorse = (one: Severity, other: Severity): boolean => severities.indexOf(one) > severities.indexOf(other);

/** A finding that is over: nobody needs to act on it. */
export const isOver = (finding: Finding): boolean =>
  finding.record === "ARCHIVED" ||
  finding.workflow === "RESOLVED" ||
  finding.workflow === "SUPPRESSED" ||
  finding.compliance === "PASSED";

/** A finding that a person should hear of, whoever has been told so far. */
const matters = (finding: Finding, severities: readonly Severity[]): boolean =>
  !isOver(finding) && finding.compliance !== "NOT_AVAILABLE" && severities.includes(finding.severity);

/** A finding that opens an alert: it matters, and nobody has taken it up. */
export const isOpening = (finding: Finding, severities: readonly Severity[]): boolean =>
  matters(finding, severities) && finding.workflow === "NEW";

/** Decides what a report on a finding means for its alert. */
export function observe(known: Known, { finding, eventTime }: Observation, now: Circumstances): Decision {
  const report = { finding, eventTime };
  const { alert } = known;
  const opens = isOpening(finding, now.severities);
  if (!alert || !known.finding) {
    return opens ? open(report, now) : drop("not known, and not an opening");
  }
  if (finding.updatedAt < known.finding.updatedAt) return drop("older than what is known");
  if (isOver(finding)) return observeOver(alert, report, now);
  if (!matters(finding, now.severities)) return drop("not one to be told");
  if (alert.state === "closed") return observeAgain(alert, known.finding, report, now);
  if (isWorse(finding.severity, alert.finding.severity)) {
    return write(desire({ ...alert, finding }, now), report, "worse than before");
  }
  if (opens && alert.settled === alert.desired) return observeReset(alert, report, now);
  return drop("known already");
}

/** Over while open: closes, but only on Security Hub's own word, since events are unordered and this one may be late. */
function observeOver(alert: AlertRecord, report: Observation, now: Circumstances): Decision {
  if (alert.state === "closed") return drop("closed already");
  if (!now.confirmed) return { kind: "verify", afterSeconds: 0, reason: "closing" };
  const closed: AlertRecord = { ...alert, finding: report.finding, state: "closed", closedAt: now.now };
  closed.expiresAt = Math.floor(Date.parse(now.now) / 1000) + REMEMBER_DAYS * 86_400;
  return write(closed, report, "over");
}

/** Matters, while closed: a new occurrence, unless it is an event from before the closing. */
function observeAgain(alert: AlertRecord, last: FindingRecord, report: Observation, now: Circumstances): Decision {
  if (report.finding.workflow !== "NEW") return drop("told by somebody else");
  // A person who sets SUPPRESSED and then NEW moves no updatedAt: only Security Hub knows which came last.
  const undecided = report.finding.updatedAt === last.updatedAt;
  if (undecided && !now.confirmed) return { kind: "verify", afterSeconds: 0, reason: "same updatedAt, other state" };
  return recur(alert, report, now);
}

/** NEW although it was set NOTIFIED: late word, a slow write, or Security Hub reset it (rule R8). */
function observeReset(alert: AlertRecord, report: Observation, now: Circumstances): Decision {
  const notifiedAt = alert.notifiedAt ?? alert.openedAt;
  if (report.eventTime <= notifiedAt) return drop("from before it was set NOTIFIED");
  const age = (Date.parse(now.now) - Date.parse(notifiedAt)) / 1000;
  if (now.confirmed && age >= RECHECK_SECONDS) return recur(alert, report, now);
  return { kind: "verify", afterSeconds: RECHECK_SECONDS, reason: "NEW after it was set NOTIFIED" };
}

function open(report: Observation, now: Circumstances): Decision {
  const alert: AlertRecord = {
    alertKey: alertKeyOf(report.finding),
    state: "open",
    occurrence: 1,
    desired: 0,
    settled: 0,
    finding: report.finding,
    told: {},
    sending: {},
    attempt: 0,
    parkings: 0,
    openedAt: now.now,
    revision: 0,
  };
  return write(desire(alert, now), report, "opened");
}

function recur(alert: AlertRecord, report: Observation, now: Circumstances): Decision {
  const reopened: AlertRecord = {
    ...alert,
    state: "open",
    occurrence: alert.occurrence + 1,
    finding: report.finding,
    openedAt: now.now,
    closedAt: undefined,
    expiresAt: undefined,
  };
  return write(desire(reopened, now), report, "opened again");
}

/** One more version to tell. A parked alert wakes; a running execution will see it, else a new one is claimed (rule R2). */
function desire(alert: AlertRecord, now: Circumstances): AlertRecord {
  const wanted = { ...alert, desired: alert.desired + 1, parkedAt: undefined };
  wanted.unsettledSince ??= now.now;
  return wanted.running ? wanted : claim(wanted);
}

/** Gives the alert the name of its next execution. */
export function claim(alert: AlertRecord): AlertRecord {
  const claimed = { ...alert, parkedAt: undefined, attempt: alert.attempt + 1 };
  return { ...claimed, running: executionName(claimed) };
}

/** Whether an execution must be running for it now. */
export const needsExecution = (alert: AlertRecord): boolean => alert.settled < alert.desired && !alert.parkedAt;

const drop = (reason: string): Decision => ({ kind: "drop", reason });

function write(alert: AlertRecord, { finding, eventTime }: Observation, reason: string): Decision {
  const { product, id, updatedAt } = finding;
  const record = { product, id, alertKey: alert.alertKey, updatedAt, eventTime, expiresAt: alert.expiresAt };
  return { kind: "write", alert, finding: record, reason };
}

/** What a channel has still to tell of an alert's newest state; undefined when it has told all (rules R1 and R4). */
export function noticeFor(alert: AlertRecord, channel: Channel): Notice | undefined {
  const told = alert.told[channel];
  if (told && told.version >= alert.desired) return undefined;
  const { alertKey, occurrence, openedAt, finding } = alert;
  const { accountId, accountName, region } = finding;
  const of = { finding, findings: 1, regions: [region], accounts: [{ id: accountId, name: accountName }] };
  const notice = { alertKey, occurrence, openedAt, version: alert.desired, ...of };
  if (told?.occurrence === occurrence) return { ...notice, kind: "risen", previousSeverity: told.severity };
  return { ...notice, kind: alert.state === "closed" ? "openedAndClosed" : "opened" };
}

/** The version that every required channel has told. */
export const toldVersion = (alert: AlertRecord, required: readonly Channel[]): number =>
  Math.min(...required.map((channel) => alert.told[channel]?.version ?? 0));

/**
 * Whether a finding that is NEW in Security Hub shows that something was lost: an event, or the end of an execution whose
 * alert would otherwise be found by its age.
 */
export const isForgotten = ({ alert }: Known, now: string): boolean => {
  if (!alert || alert.state === "closed") return true;
  if (alert.settled < alert.desired) return false;
  return Date.parse(now) - Date.parse(alert.notifiedAt ?? alert.openedAt) >= RECHECK_SECONDS * 1000;
};

/** When a parked alert is tried again, in epoch milliseconds: after one hour, then two, then four, at most a day. */
export const wakesAt = ({ parkedAt, parkings }: AlertRecord): number =>
  Date.parse(parkedAt ?? "") + Math.min(2 ** (parkings - 1), 24) * 3_600_000;
