import { desire, isForMore, join, open, recordOf, saidIn, worsened, write } from "./changes";
import { countFailing } from "./failing";
import { comesBack, isOfOtherForm, isStatusOfReport } from "./forms";
import type { Group } from "./group";
import { DIGEST_HOURS } from "./notice";
import type { AlertRecord, DigestReason, FindingRecord } from "./record";
import { isWorse } from "./severity";
import type { Finding, Observation, Outcome, Severity } from "./types";

/**
 * The life of an alert, pure: what is known and one report on a finding, in; what to do, out. The rules R1 to R9 are
 * explained in docs/architecture.md; the handlers do the I/O around it, in the order that makes a crash harmless.
 */

/** After this long, a finding that is still NEW although it was set NOTIFIED has started anew (rule R8). */
export const RECHECK_SECONDS = 15 * 60;

/** How long a closed alert is remembered. */
const REMEMBER_DAYS = 400;

/** Why most reports are dropped: they close, or repeat, what no alert tells of. */
export const DROPPED_UNKNOWN = "not known, and not an opening";

/** Why an event of AWS Health opens nothing: its finding does. */
export const LEFT_TO_SECURITY_HUB = "left to Security Hub, which has a finding of it";

/** What the table has of a finding. */
export interface Known {
  /** The alert that tells it; or the one that it would join, where the finding itself is not known. */
  alert?: AlertRecord;
  finding?: FindingRecord;
}

export interface Circumstances {
  /** Severities that are told. */
  severities: readonly Severity[];
  /** An alert that opens again within so many seconds of its closing goes on in the same message and issue. */
  reopenWithinSeconds: number;
  /** The alert that a finding would belong to. */
  groupOf: (finding: Finding) => Group;
  /** Why a finding by itself is no reason to tell more than the digest does. */
  digestOf: (finding: Finding) => DigestReason | undefined;
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

/** A finding that is over: nobody needs to act on it. */
export const isOver = (finding: Finding): boolean =>
  finding.record === "ARCHIVED" ||
  finding.workflow === "RESOLVED" ||
  finding.workflow === "SUPPRESSED" ||
  finding.compliance === "PASSED";

/** A finding that a person should hear of, whoever has been told so far. */
const matters = (finding: Finding, severities: readonly Severity[]): boolean =>
  !isOver(finding) &&
  finding.compliance !== "NOT_AVAILABLE" &&
  // What AWS Health tells is chosen by its category, service and type.
  (finding.format === "health" || severities.includes(finding.severity));

/** A finding that opens an alert: it matters, and nobody has taken it up. */
export const isOpening = (finding: Finding, severities: readonly Severity[]): boolean =>
  matters(finding, severities) && finding.workflow === "NEW";

/** Whether a report on a finding that is not known opens or joins an alert: the others are dropped before the alert is read. */
export const isJoining = ({ finding, requested }: Observation, severities: readonly Severity[]): boolean =>
  isOpening(finding, severities) || (requested === true && !isOver(finding));

/** Decides what a report on a finding means for its alert. */
export function observe(known: Known, report: Observation, now: Circumstances): Decision {
  return countFailing(known, report, now, decide(known, report, now));
}

function decide(known: Known, report: Observation, now: Circumstances): Decision {
  const { finding } = report;
  const { alert, finding: last } = known;
  if (!alert || !last) {
    if (!isJoining(report, now.severities)) return drop(DROPPED_UNKNOWN);
    if (report.leftToSecurityHub) return drop(LEFT_TO_SECURITY_HUB);
    return alert ? join(alert, undefined, report, now) : open(report, now);
  }
  if (finding.updatedAt < last.updatedAt) return drop("older than what is known");
  if (isOver(finding)) return observeOver(alert, last, report, now);
  if (report.requested) return observeRequest(alert, last, report, now);
  if (!matters(finding, now.severities)) return drop("not one to be told");
  if (last.state === "over") return observeAgain(alert, last, report, now);
  return observeOpen(alert, last, report, now);
}

/** Over while open: only on Security Hub's own word, since events are unordered and this one may be late. */
function observeOver(alert: AlertRecord, last: FindingRecord, report: Observation, now: Circumstances): Decision {
  const { finding } = report;
  const isSure = now.confirmed || finding.format === "health";
  if (last.state === "over") {
    // What it had counted when a person set it RESOLVED is what more is measured by.
    if (finding.activity !== undefined && finding.workflow !== last.workflow) {
      return write(alert, overRecord(alert, last, report, now), "over in another way");
    }
    if (!goesOn(last, finding)) return drop("closed already");
    return isSure
      ? join(alert, { ...last, resumed: true }, report, now)
      : { kind: "verify", afterSeconds: 0, reason: "active after RESOLVED" };
  }
  // It stays RESOLVED until settle has set it NOTIFIED.
  if (last.resumed && !last.notifiedAt && finding.workflow === "RESOLVED") return drop("active again, not yet told");
  if (!isSure) return { kind: "verify", afterSeconds: 0, reason: "closing" };

  const over = overRecord(alert, last, report, now);
  const left = { ...alert, open: alert.open - 1 };
  if (left.open > 0) return write(left, over, "one of several is over");
  const closed: AlertRecord = {
    ...left,
    finding: last.severity === alert.severity ? finding : alert.finding,
    state: "closed",
    closedAt: now.now,
    outcome: outcomeOf(report),
    expiresAt: over.expiresAt,
    checkedAt: undefined,
  };
  return write(desire(closed, now), over, "over");
}

/** What is kept of a finding that is over. */
function overRecord(
  alert: AlertRecord,
  last: FindingRecord,
  report: Observation,
  { now }: Circumstances,
): FindingRecord {
  const expiresAt = Math.floor(Date.parse(now) / 1000) + REMEMBER_DAYS * 86_400;
  const { occurrence, notifiedAt } = last;
  const left = report.outcome === "left" || undefined;
  return { ...recordOf(report, alert, last), state: "over", occurrence, notifiedAt, left, expiresAt };
}

/**
 * Active after a person set it RESOLVED: GuardDuty folds new activity into the same finding, which never opens again by
 * itself, and whose updates look like closings. SUPPRESSED stays silent.
 */
const goesOn = (last: FindingRecord, finding: Finding): boolean =>
  finding.workflow === "RESOLVED" &&
  finding.record === "ACTIVE" &&
  finding.compliance === undefined &&
  finding.activity !== undefined &&
  (finding.activity > (last.activity ?? 0) || (finding.lastSeen ?? "") > (last.lastSeen ?? ""));

/** A person asked for it by a custom action: told once more, whatever else. */
function observeRequest(alert: AlertRecord, last: FindingRecord, report: Observation, now: Circumstances): Decision {
  if (last.requestedAt && report.eventTime <= last.requestedAt) return drop("asked for before");
  if (last.state === "over") return join(alert, last, report, now);
  const asked = desire({ ...worsened(alert, report.finding, now), digest: undefined }, now);
  const record = { ...recordOf(report, asked, last), requestedAt: report.eventTime, notifiedAt: last.notifiedAt };
  return write({ ...asked, requested: asked.desired }, { ...record, version: last.version }, "asked for");
}

/** Matters, while it is over: open again, unless it is an event from before the closing. */
function observeAgain(alert: AlertRecord, last: FindingRecord, report: Observation, now: Circumstances): Decision {
  const { finding, leftToSecurityHub } = report;
  if (leftToSecurityHub) return drop(LEFT_TO_SECURITY_HUB);
  if (finding.workflow !== "NEW" && !comesBack(last, finding)) return drop("told by somebody else");
  if (isOfOtherForm(last, finding) && finding.updatedAt <= last.updatedAt) return drop("over in the other form");
  if (isLeft(last, finding)) return drop("its account has left");
  // A person who sets SUPPRESSED and then NEW moves no updatedAt: only Security Hub knows which came last.
  const undecided = finding.updatedAt === last.updatedAt && finding.format !== "health";
  if (undecided && !now.confirmed) return { kind: "verify", afterSeconds: 0, reason: "same updatedAt, other state" };
  return join(alert, last, report, now);
}

/** What Security Hub goes on showing of an account that has left. */
const isLeft = (last: FindingRecord, found: Finding): boolean =>
  last.left === true && found.updatedAt <= last.updatedAt;

/** Matters, while it is open: worse, grown, reset, or known already. */
function observeOpen(alert: AlertRecord, last: FindingRecord, report: Observation, now: Circumstances): Decision {
  const { finding } = report;
  const grows = finding.resourceCount > last.resourceCount;
  if (isWorse(finding.severity, last.severity) || grows || becomesMore(alert, finding, now)) {
    return worse(alert, last, report, now);
  }
  if (finding.format === "health") return observeUpdate(alert, last, report, now);
  // Settle is through with the version that told it, even where another write overtook its note.
  const notifiedAt = last.notifiedAt ?? (alert.settled >= last.version ? alert.openedAt : undefined);
  if (isOfOtherForm(last, finding)) {
    const record = { ...recordOf(report, alert, last), version: last.version, notifiedAt: last.notifiedAt };
    return write(alert, record, "known by the other form of Security Hub");
  }
  const isReset = finding.workflow === "NEW" && !isStatusOfReport(last, finding);
  return isReset && notifiedAt ? observeReset(alert, last, notifiedAt, report, now) : drop("known already");
}

/** Not by time alone: what existed before the start stays what it is, however late it is seen again, until an exploit is known. */
const becomesMore = (alert: AlertRecord, finding: Finding, now: Circumstances): boolean =>
  isForMore(alert, finding, now) && (alert.digest !== "quiet" || isExploitedNow(alert.finding, finding));

const isExploitedNow = (before: Finding, { vulnerability }: Finding): boolean =>
  vulnerability?.exploitable === true && before.vulnerability?.exploitable === false;

/** Told once more where the alert as a whole got worse; else only noted. */
function worse(alert: AlertRecord, last: FindingRecord, report: Observation, now: Circumstances): Decision {
  const { finding } = report;
  const isMore = becomesMore(alert, finding, now);
  const grows = finding.resourceCount > last.resourceCount;
  const risen = worsened(alert, finding, now);
  const isRise = isMore || grows || isWorse(finding.severity, alert.severity);
  const told = isRise ? desire(risen, now) : risen;
  // Security Hub may have set it back to NEW with its severity: then settle marks it once more.
  const notifiedAt = isRise && finding.workflow === "NEW" ? undefined : last.notifiedAt;
  const listedIn = grows ? undefined : (last.listedIn ?? last.version);
  const record = { ...recordOf(report, told, last), notifiedAt, listedIn };
  return write(told, isRise ? record : { ...record, version: last.version }, isRise ? "worse than before" : "noted");
}

/**
 * AWS Health tells the same event again as it goes on, often in the same words: then that it does is noted, by which the daily check
 * knows that it is not over. Its resources are none that joined.
 */
function observeUpdate(alert: AlertRecord, last: FindingRecord, report: Observation, now: Circumstances): Decision {
  const { finding } = report;
  if (finding.updatedAt === last.updatedAt) return drop("known already");
  const { version, listedIn, notifiedAt } = last;
  const record = { ...recordOf(report, alert, last), version, listedIn, notifiedAt };
  // Of records from before what was said was kept, the words are known.
  const said = last.said ?? saidIn({ ...finding, description: alert.finding.description });
  if (record.said === said) return write(worsened(alert, finding, now), record, "said again");
  return write(desire({ ...alert, finding }, now), record, "updated");
}

/** NEW although it was set NOTIFIED: late word, a slow write, or Security Hub reset it (rule R8). */
function observeReset(
  alert: AlertRecord,
  last: FindingRecord,
  notifiedAt: string,
  report: Observation,
  now: Circumstances,
): Decision {
  if (report.eventTime <= notifiedAt) return drop("from before it was set NOTIFIED");
  const age = (Date.parse(now.now) - Date.parse(notifiedAt)) / 1000;
  if (now.confirmed && age >= RECHECK_SECONDS) return join(alert, last, report, now);
  return { kind: "verify", afterSeconds: RECHECK_SECONDS, reason: "NEW after it was set NOTIFIED" };
}

/** Whether an execution must be running for it now. */
export const needsExecution = (alert: AlertRecord): boolean =>
  alert.settled < alert.desired && !alert.parkedAt && !alert.restingSince;

const drop = (reason: string): Decision => ({ kind: "drop", reason });
function outcomeOf({ finding, outcome }: Observation): Outcome {
  if (outcome) return outcome;
  if (finding.workflow === "SUPPRESSED") return "suppressed";
  if (finding.compliance === "PASSED") return "passed";
  return finding.record === "ARCHIVED" ? "archived" : "resolved";
}

/**
 * Whether a finding that is NEW in Security Hub shows that something was lost: an event, or the end of an execution whose
 * alert would otherwise be found by its age.
 */
export const isForgotten = ({ alert, finding }: Known, found: Finding, now: string): boolean => {
  if (finding && isLeft(finding, found)) return false;
  if (!alert || !finding || finding.state === "over") return true;
  // NEW in V2 does not show that it started anew.
  if (alert.settled < alert.desired || finding.format === "ocsf") return false;
  return Date.parse(now) - Date.parse(finding.notifiedAt ?? alert.openedAt) >= RECHECK_SECONDS * 1000;
};

/**
 * When a parked alert is tried again, in epoch milliseconds: after one hour, then two, then four, at most a day. One that
 * rests for the digest: when that should have come; at once if all digests are through with it, and the last died before it said so.
 */
export const wakesAt = ({ parkedAt, restingSince, parkings, deferred }: AlertRecord): number => {
  if (!restingSince) return Date.parse(parkedAt ?? "") + Math.min(2 ** (parkings - 1), 24) * 3_600_000;
  const hours = Object.keys(deferred).length > 0 ? DIGEST_HOURS : 0;
  return Date.parse(restingSince) + hours * 3_600_000;
};
