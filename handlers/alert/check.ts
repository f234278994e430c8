import { chunks } from "./chunks";
import { departed, type Neighbourhood } from "./departed";
import { type Circumstances, type Known, observe, RECHECK_SECONDS } from "./lifecycle";
import { overtime } from "./overtime";
import { type AlertStore, type Findings, type Later, type Unreadable, unreadableInWords } from "./ports";
import type { AlertRecord, FindingRecord } from "./record";
import type { Finding } from "./types";

export interface CheckPorts extends Pick<Circumstances, "severities" | "reopenWithinSeconds" | "groupOf" | "digestOf"> {
  store: AlertStore;
  findings: Findings;
  later: Later;
  neighbourhood: Neighbourhood;
  /**
   * Calls back with each page of GuardDuty's findings that are ACTIVE though RESOLVED, and were last changed in that time. Gives what
   * of it can't be read.
   */
  eachPageOfResolved: (
    since: string,
    until: string,
    page: (findings: Finding[]) => Promise<void>,
  ) => Promise<Unreadable[]>;
  /** ISO 8601. */
  now: () => string;
  /** Waits so many milliseconds, so that calls keep to Security Hub's limits. */
  pause: (milliseconds: number) => Promise<void>;
  /** How long one run may go on, in milliseconds: the next one does the rest. */
  budgetMs: number;
}

/** What was done, for the log. */
export interface Checked {
  /** Alerts that were compared. */
  alerts: number;
  /** Findings that were read. */
  findings: number;
  /** Findings that Security Hub has otherwise, and that intake reads again. */
  differing: number;
  /** Findings of accounts that are closed, suspended or gone. */
  left: number;
}

const HOUR = 3_600_000;
/** An open alert is compared once in so many hours. */
const EVERY_HOURS = 24;
/** One that was not by then is told by an alarm: there are more than the runs get through. */
const LATE_HOURS = 48;
/** More than a run can do. */
const MOST_ALERTS = 10_000;
/** GetFindings takes so many ids. */
const READ = 20;
/** GetFindings takes three calls a second, from intake and settle as well: those come first. */
const READ_EVERY_MS = 1000;
/** Of a larger alert each day others are read, so that no alert keeps the rest from being. */
const MOST_FINDINGS = 2000;
/** AWS Health shows an event for so many days; one that has no end is over by then. */
const HEALTH_DAYS = 90;
/** An event of AWS Health whose end has passed for so many days is over, though nobody said so. */
const ENDED_DAYS = 7;

/**
 * Compares open alerts with Security Hub and the organization, those first that were not for longest, and hands intake what differs:
 * it reads that again itself. So what was lost (a closing, a rise, a finding that aged out, which makes no event) is made good in a day.
 */
export async function check(ports: CheckPorts): Promise<Checked> {
  const isOverTime = overtime(ports);
  const started = Date.parse(ports.now());
  const due = await ports.store.unchecked(hoursBefore(started, EVERY_HOURS), MOST_ALERTS);
  const run: Run = { alerts: 0, findings: 0, differing: 0, left: 0, failures: [] };
  let portion: Open[] = [];
  let at = 0;
  for (; at < due.length && !isOverTime(); at++) {
    portion.push(await openOf(ports, due[at] as string));
    if (sum(portion) < READ) continue;
    await compare(ports, portion, run);
    portion = [];
  }
  await compare(ports, portion, run);
  await findResumed(ports, run);

  const { failures, ...checked } = run;
  const first = at < due.length ? await ports.store.load(due[at] as string) : undefined;
  if (first?.checkedAt && first.checkedAt < hoursBefore(started, LATE_HOURS)) {
    failures.push(`${due.length - at} open alerts wait to be compared with Security Hub, since ${first.checkedAt}`);
  }
  if (failures.length > 0) throw new Error([...failures, JSON.stringify(checked)].join("\n"));
  return checked;
}

interface Run extends Checked {
  /** Why something could not be done; the rest is done all the same. */
  failures: string[];
}

/** An alert, and what of it is to be compared. */
interface Open {
  alertKey: string;
  alert?: AlertRecord;
  members: FindingRecord[];
}

const sum = (portion: readonly Open[]) => portion.reduce((total, { members }) => total + members.length, 0);

async function openOf({ store, now }: CheckPorts, alertKey: string): Promise<Open> {
  const [alert, members] = await Promise.all([store.load(alertKey), store.members(alertKey)]);
  // The index lags: it may have been compared, or have closed.
  if (!alert?.checkedAt || alert.checkedAt >= hoursBefore(Date.parse(now()), EVERY_HOURS)) {
    return { alertKey, members: [] };
  }
  return {
    alertKey,
    alert,
    members: someOf(
      members.filter(({ state }) => state === "open"),
      now(),
    ),
  };
}

/** All of them; of very many, others each day. */
function someOf(members: readonly FindingRecord[], now: string): FindingRecord[] {
  const parts = Math.ceil(members.length / MOST_FINDINGS);
  if (parts <= 1) return [...members];
  const part = Math.floor(Date.parse(now) / (24 * HOUR)) % parts;
  return members.slice(part * MOST_FINDINGS, (part + 1) * MOST_FINDINGS);
}

/** Hands over what differs, and only then notes that the alerts were compared. */
async function compare(ports: CheckPorts, portion: readonly Open[], run: Run): Promise<void> {
  const open = portion.filter((one) => one.alert !== undefined);
  const left = await leftOf(ports, open, run);
  for (const { alert, members } of open) {
    for (const member of members) {
      const outcome = left(member) ? "left" : alert && isPast(alert, member, ports.now()) ? "gone" : undefined;
      if (!outcome) continue;
      run[outcome === "left" ? "left" : "differing"]++;
      await ports.later(member, 0, { outcome, at: ports.now() });
    }
  }
  const read = open.flatMap(({ alert, members }) =>
    members.filter((member) => member.format !== "health" && !left(member)).map((member) => ({ alert, member })),
  );
  for (const some of chunks(read, READ)) await compareSome(ports, some, run);
  for (const { alert } of open) if (alert) await ports.store.checked(alert, ports.now());
  run.alerts += open.length;
}

interface Pair {
  alert?: AlertRecord;
  member: FindingRecord;
}

async function compareSome(ports: CheckPorts, pairs: readonly Pair[], run: Run): Promise<void> {
  if (run.findings > 0) await ports.pause(READ_EVERY_MS);
  const found = await ports.findings.get(pairs.map(({ member }) => member));
  run.findings += pairs.length;
  for (const [i, { alert, member }] of pairs.entries()) {
    if (!differs(ports, { alert, finding: member }, found[i])) continue;
    run.differing++;
    await ports.later(member, 0);
  }
}

/** Whether intake would change anything, if it read the finding now: by the life cycle itself, which is the one that knows. */
function differs(ports: CheckPorts, { alert, finding: last }: Known, found: Finding | undefined): boolean {
  if (!alert || !last) return false;
  const now = ports.now();
  // GetFindings lags behind events: what came in just now may not be shown yet.
  if (!found) return Date.parse(now) - Date.parse(last.eventTime) >= RECHECK_SECONDS * 1000;
  const report = { finding: found, eventTime: now };
  return observe({ alert, finding: last }, report, { ...ports, now, confirmed: true }).kind === "write";
}

/** AWS Health can't be asked about an event. It is over a while after its end, or once AWS Health itself shows it no more. */
function isPast({ finding }: AlertRecord, member: FindingRecord, now: string): boolean {
  const { format, updatedAt, said } = member;
  if (format !== "health") return false;
  const daysSince = (time: string) => (Date.parse(now) - Date.parse(time)) / (24 * HOUR);
  // Records from before each had its own end: the alert's.
  const endTime = said ? member.endTime : finding.health?.endTime;
  return (
    daysSince(updatedAt) > HEALTH_DAYS ||
    (endTime !== undefined && daysSince(endTime) > ENDED_DAYS && daysSince(updatedAt) > ENDED_DAYS)
  );
}

/** Whose account has left. Where that can't be known, nobody's has, and the run fails once all else is done. */
async function leftOf(
  { neighbourhood }: CheckPorts,
  open: readonly Open[],
  run: Run,
): Promise<(member: FindingRecord) => boolean> {
  const accounts = new Set(open.flatMap(({ members }) => members.map(({ accountId }) => accountId)));
  try {
    const { closed, outside } = await departed(neighbourhood, [...accounts]);
    // Accounts outside the organization may send what AWS Health tells them, without being members of Security Hub.
    return ({ accountId, format }) => closed.has(accountId) || (format !== "health" && outside.has(accountId));
  } catch (error) {
    const failure = `Which accounts have left is not known: ${error}`;
    if (!run.failures.includes(failure)) run.failures.push(failure);
    return () => false;
  }
}

/**
 * GuardDuty folds new activity into a finding that a person set RESOLVED; it stays so, its alert is closed, and the sweeper, which
 * looks for NEW, doesn't see it. Its events tell of it; this is for those that were lost.
 */
async function findResumed(ports: CheckPorts, run: Run): Promise<void> {
  const until = ports.now();
  const since = hoursBefore(Date.parse(until), LATE_HOURS);
  const unreadable = await ports.eachPageOfResolved(since, until, async (page) => {
    const known = await ports.store.known(page.map((finding) => ({ finding })));
    for (const [i, finding] of page.entries()) {
      if (!differs(ports, known[i] ?? {}, finding)) continue;
      run.differing++;
      await ports.later(finding, 0);
    }
  });
  run.failures.push(...unreadableInWords(unreadable));
}

const hoursBefore = (time: number, hours: number): string => new Date(time - hours * HOUR).toISOString();
