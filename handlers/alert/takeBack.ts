import { chunks } from "./chunks";
import { isSlowDown } from "./errors";
import { isOver } from "./lifecycle";
import { overtime } from "./overtime";
import type { AlertStore, Findings, Later } from "./ports";
import type { AlertRecord, FindingRecord, Told } from "./record";
import { isWorse } from "./severity";
import type { Finding } from "./types";

/**
 * Takes back to Security Hub what people did in Backlog: an issue that a person has closed closes its findings there, and
 * Security Hub's events then close the alert as every other closing does. Nothing is noted of an issue but the cursor: what
 * was done before shows in the alert and in its findings, so that doing it once more changes nothing.
 */

/** An issue of hakken's own that is closed. */
export interface ClosedIssue {
  /** SEC-12. */
  key: string;
  /** What the marker in its text names. */
  alertKey: string;
  /** When it was last changed: closed, or commented on after that. ISO 8601, UTC, to the second. */
  updatedAt: string;
  /** Why it was closed: Backlog's id, and its name in the language of hakken's user. */
  resolution?: { id: number; name: string };
}

/** How an issue came to be closed. */
export interface Closing {
  /** ISO 8601, UTC, to the second. */
  at: string;
  /** Closed by hakken's own user. */
  isOwn: boolean;
}

/** The issues that were filed. */
export interface Issues {
  /** Closed ones that were changed since that time, those that were changed first at first. */
  closedSince(time: string): Promise<ClosedIssue[]>;
  /** Who closed it last, and when; undefined where it is open by now. */
  closing(key: string): Promise<Closing | undefined>;
  /** Opens it again: so many of the alert's findings are not as they were when it was closed. */
  reopen(key: string, findings: number): Promise<void>;
}

/** Up to where closed issues were taken back. */
export interface Cursor {
  load(): Promise<string | undefined>;
  save(time: string): Promise<void>;
}

export interface TakeBackPorts {
  store: Pick<AlertStore, "load" | "members" | "notified">;
  findings: Pick<Findings, "get" | "setWorkflow">;
  issues: Issues;
  cursor: Cursor;
  later: Later;
  /** Ids of the resolutions by which findings are SUPPRESSED; by all others they are RESOLVED. */
  suppressResolutions: readonly number[];
  /** The note that names the issue. */
  noteOf: (issue: ClosedIssue) => string;
  /** Hears of each issue whose findings were looked at. */
  done: (taken: TakenBack) => void;
  /** ISO 8601. */
  now: () => string;
  /** How long one call may go on, in milliseconds: what is left comes with the next one. */
  budgetMs: number;
}

/** What became of the findings of one issue. */
export interface TakenBack {
  issue: string;
  alertKey: string;
  status: "RESOLVED" | "SUPPRESSED";
  /** How many were set. */
  set: number;
  /** Those that were left alone, and why. */
  left: Left[];
}

export interface Left {
  id: string;
  reason: string;
  /** Whether somebody has still to act on it, though the issue is closed. */
  isOpen: boolean;
}

/** Where nothing was taken back before: what was closed while hakken was being deployed counts too. */
const FIRST_LOOK_BACK_MS = 24 * 3_600_000;
/**
 * Looked through once more each time: a list may lag, an issue may slip between two pages of it, and settle's NOTIFIED may
 * have come right after RESOLVED.
 */
const OVERLAP_MS = 3_600_000;
/** BatchUpdateFindings takes so many findings. */
const PORTION = 100;

/** Goes through what was closed since the last time. Throws, when all is done that can be, what could not. */
export async function takeBack(ports: TakeBackPorts): Promise<{ issues: number; rest: number }> {
  const { cursor, issues, now } = ports;
  const isOverTime = overtime(ports);
  const reached = (await cursor.load()) ?? new Date(Date.parse(now()) - FIRST_LOOK_BACK_MS).toISOString();
  const closed = await issues.closedSince(new Date(Date.parse(reached) - OVERLAP_MS).toISOString());

  const failures: string[] = [];
  let through = reached;
  let rest = 0;
  for (const issue of closed) {
    try {
      if (rest > 0 || isOverTime() || !(await takeIssue(ports, issue, isOverTime))) rest++;
    } catch (error) {
      // What asks for patience now will do so for the next one.
      if (isSlowDown(error)) rest++;
      // One that can't be helped now must not keep all others from being.
      else failures.push(`${issue.key}: ${error}`);
    }
    if (rest === 0 && failures.length === 0 && issue.updatedAt > through) through = issue.updatedAt;
  }
  // Also where it stays: a first time that found nothing is remembered.
  await cursor.save(through);
  if (failures.length > 0) {
    const some = failures.slice(0, 5).join("; ");
    throw new Error(`${failures.length} of ${closed.length} closed issues could not be taken back: ${some}`);
  }
  return { issues: closed.length, rest };
}

/** False where time was up before all its findings were seen to. */
async function takeIssue(ports: TakeBackPorts, issue: ClosedIssue, isOverTime: () => boolean): Promise<boolean> {
  const alert = await ports.store.load(issue.alertKey);
  const told = alert && openIn(issue, alert);
  if (!told) return true;
  const closing = await ports.issues.closing(issue.key);
  if (!closing || closing.isOwn) return true;

  const status = ports.suppressResolutions.includes(issue.resolution?.id ?? -1) ? "SUPPRESSED" : "RESOLVED";
  const taken: TakenBack = { issue: issue.key, alertKey: alert.alertKey, status, set: 0, left: [] };
  const members = (await ports.store.members(alert.alertKey)).filter(({ state }) => state === "open");
  for (const [i, portion] of chunks(members, PORTION).entries()) {
    if (i > 0 && isOverTime()) {
      ports.done(taken);
      return false;
    }
    await takePortion(ports, issue, { told, closedAt: endOfSecond(closing.at) }, portion, taken);
  }
  const open = taken.left.filter(({ isOpen }) => isOpen);
  if (open.length > 0) await ports.issues.reopen(issue.key, open.length);
  ports.done(taken);
  return true;
}

/**
 * What was told there, if the alert is open and goes on in this very issue: not one that hakken has closed, nor one of an
 * earlier occurrence. Findings of AWS Health have no status that could be set.
 */
const openIn = ({ key }: ClosedIssue, { state, occurrence, told, finding }: AlertRecord): Told | undefined =>
  state === "open" &&
  finding.format !== "health" &&
  told.backlog?.reference === key &&
  told.backlog.occurrence === occurrence
    ? told.backlog
    : undefined;

/** Backlog's times are cut to the second. */
const endOfSecond = (time: string): string => new Date(Math.floor(Date.parse(time) / 1000) * 1000 + 999).toISOString();

/** What the person who closed the issue had been told, and when it was closed. */
interface Seen {
  told: Told;
  closedAt: string;
}

async function takePortion(
  { store, findings, later, noteOf, now }: TakeBackPorts,
  issue: ClosedIssue,
  seen: Seen,
  members: readonly FindingRecord[],
  taken: TakenBack,
): Promise<void> {
  const found = await findings.get(members);
  const reasons = members.map((member, i) => changeOf(member, found[i], seen));
  const same = members.filter((_, i) => !reasons[i]);
  // Settle must not take the RESOLVED of this person for the one before, which it sets NOTIFIED.
  const resumed = same.filter(isResumed);
  if (resumed.length > 0) await store.notified(resumed, now());
  // Its event was lost, or came before Security Hub showed what it said: intake reads it again.
  for (const member of members.filter((_, i) => !found[i] || isOver(found[i]))) await later(member, 0);
  taken.left.push(...members.flatMap(({ id }, i) => (reasons[i] ? [{ id, ...reasons[i] }] : [])));
  if (same.length === 0) return;
  const refusals = await findings.setWorkflow(same, taken.status, noteOf(issue));
  const refused = same.flatMap(({ id }, i) => (refusals[i] ? [`${id}: ${refusals[i]}`] : []));
  taken.set += same.length - refused.length;
  if (refused.length > 0) throw new Error(`Security Hub refused ${taken.status}: ${refused.slice(0, 5).join("; ")}`);
}

type Change = Omit<Left, "id">;

/**
 * Why a finding is not as the person saw it who closed the issue; undefined where it is. Not by UpdatedAt, which each
 * further check of a control moves.
 */
function changeOf(member: FindingRecord, found: Finding | undefined, seen: Seen): Change | undefined {
  if (!found) return { reason: "gone", isOpen: false };
  if (found.record === "ARCHIVED") return { reason: "archived", isOpen: false };
  if (found.compliance === "PASSED") return { reason: "its control passes", isOpen: false };
  if (!isUntaken(member, found)) return { reason: found.workflow, isOpen: false };
  // It comes once more within the hour.
  if (found.updatedAt < member.updatedAt) return { reason: "not shown yet", isOpen: false };
  if (!wasTold(member, seen)) return { reason: "told after the issue was closed", isOpen: true };
  if (isWorse(found.severity, member.severity)) return { reason: "worse by now", isOpen: true };
  if (found.resourceCount > member.resourceCount) return { reason: "more resources by now", isOpen: true };
  if (found.activity !== undefined && (found.lastSeen ?? "") > seen.closedAt) {
    return { reason: "seen again after the issue was closed", isOpen: true };
  }
  return undefined;
}

const isUntaken = (member: FindingRecord, { workflow }: Finding): boolean =>
  workflow === "NEW" || workflow === "NOTIFIED" || (workflow === "RESOLVED" && isResumed(member));

/** Active again after a person had set it RESOLVED, as which Security Hub has it until settle has come to it. */
const isResumed = ({ resumed, notifiedAt }: FindingRecord): boolean => resumed === true && !notifiedAt;

/** Whether it stood in the issue when that was closed. */
const wasTold = ({ version, notifiedAt }: FindingRecord, { told, closedAt }: Seen): boolean =>
  version <= told.version && (told.at <= closedAt || (notifiedAt ?? "~") <= closedAt);
