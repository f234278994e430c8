import { claim } from "./changes";
import { type Circumstances, isJoining, isOver, needsExecution, observe, RECHECK_SECONDS } from "./lifecycle";
import {
  type AlertStore,
  type Executions,
  type FindingId,
  type Findings,
  type Found,
  type Later,
  type Over,
  TAKES,
} from "./ports";
import { type AlertRecord, type FindingRecord, findingKey } from "./record";
import type { Finding, Observation } from "./types";

export interface ReceivePorts
  extends Pick<Circumstances, "severities" | "reopenWithinSeconds" | "groupOf" | "digestOf"> {
  store: AlertStore;
  executions: Executions;
  findings: Findings;
  later: Later;
  /** ISO 8601. */
  now: () => string;
}

/** What was done with a report, for the log; or why it is to be tried again. */
export type Received = { alertKey?: string; outcome: string } | Error;

/** Others may write the same alert at the same time; more than this many in a row is left to the queue's next try. */
const TRIES = 5;

/**
 * Takes reports on findings in: writes what they change, alert by alert, and sees to it that executions tell it. Only what
 * has returned without an Error may be acknowledged. In a flood many are of one alert, which is written once for all.
 */
export async function receive(ports: ReceivePorts, reports: readonly Observation[]): Promise<Received[]> {
  return receiveAll(ports, reports, false);
}

async function receiveAll(
  ports: ReceivePorts,
  reports: readonly Observation[],
  confirmed: boolean,
): Promise<Received[]> {
  const found = await ports.store.known(reports.map((report) => lookupOf(ports, report)));
  const taken = new Map<Observation, Received | Undecided>();
  await Promise.all(
    byAlert(reports, found).map(async (group) => {
      const done = await takeIn(ports, group, confirmed).catch((error: Error) => group.map(() => error));
      for (const [i, entry] of group.entries()) taken.set(entry.report, done[i] ?? new Error("not taken in"));
    }),
  );
  const results = reports.map((report) => taken.get(report) ?? new Error("not taken in"));
  return decide(ports, reports, results);
}

/** A report, and what was known of its finding when the batch was read. */
interface Entry {
  report: Observation;
  found: Found;
}

/** Security Hub has to be asked. */
interface Undecided {
  undecided: string;
}

const lookupOf = (ports: ReceivePorts, report: Observation) => ({
  finding: report.finding,
  ...(isJoining(report, ports.severities) && { alertKey: ports.groupOf(report.finding).alertKey }),
});

/** Reports in the order that they came, by the alert that they are about. */
function byAlert(reports: readonly Observation[], found: readonly Found[]): Entry[][] {
  const groups = new Map<string, Entry[]>();
  for (const [i, report] of reports.entries()) {
    const entry = { report, found: found[i] ?? {} };
    const key = entry.found.alertKey ?? `unknown ${i}`;
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  return [...groups.values()];
}

/** Takes in what came of one alert: as one write, or as many as its size asks for. */
async function takeIn(
  ports: ReceivePorts,
  group: readonly Entry[],
  confirmed: boolean,
): Promise<(Received | Undecided)[]> {
  const done = await takePart(ports, group.slice(0, TAKES), confirmed);
  if (group.length <= TAKES) return done;
  const rest = await readAgain(ports, group.slice(TAKES));
  return [...done, ...(await takeIn(ports, rest, confirmed))];
}

async function takePart(
  ports: ReceivePorts,
  group: readonly Entry[],
  confirmed: boolean,
): Promise<(Received | Undecided)[]> {
  let entries = group;
  for (let tries = 0; tries < TRIES; tries++) {
    const { before, alert, changed, done } = decideAll(ports, entries, confirmed);
    if (!alert || changed.length === 0 || (await ports.store.take(before, alert, changed))) {
      await Promise.all(done.map((result, i) => deferred(ports, entries[i], result)));
      if (alert && needsExecution(alert)) await ensureExecution(ports, alert.alertKey);
      return done;
    }
    entries = await readAgain(ports, entries);
  }
  throw new Error(`The alert of finding ${group[0]?.report.finding.id} changed ${TRIES} times while it was taken in`);
}

async function readAgain(ports: ReceivePorts, entries: readonly Entry[]): Promise<Entry[]> {
  const found = await ports.store.known(entries.map(({ report }) => lookupOf(ports, report)));
  return entries.map(({ report }, i) => ({ report, found: found[i] ?? {} }));
}

type Done = { outcome: string; alertKey?: string; seconds?: number } | Undecided;

/** What all reports on one alert make of it, one after the other. */
function decideAll(ports: ReceivePorts, entries: readonly Entry[], confirmed: boolean) {
  const before = entries[0]?.found.alert;
  // A pointer that outlived its alert still says where it was.
  const groupOf = (finding: Finding) => ({ ...ports.groupOf(finding), alertKey: entries[0]?.found.alertKey ?? "" });
  const circumstances = { ...ports, groupOf, now: ports.now(), confirmed };
  const changed = new Map<string, FindingRecord>();
  let alert = before;
  const done = entries.map(({ report, found }): Done => {
    const key = findingKey(report.finding);
    const decision = observe({ alert, finding: changed.get(key) ?? found.finding }, report, circumstances);
    if (decision.kind === "verify") {
      return decision.afterSeconds > 0
        ? { outcome: `read again in ${decision.afterSeconds} s`, seconds: decision.afterSeconds }
        : { undecided: decision.reason };
    }
    if (decision.kind === "write") {
      alert = decision.alert;
      changed.set(key, decision.finding);
    }
    return { outcome: decision.reason, alertKey: alert?.alertKey };
  });
  return { before, alert, changed: [...changed.values()], done };
}

const deferred = async ({ later }: ReceivePorts, entry: Entry | undefined, result: Done): Promise<void> => {
  if (entry && "seconds" in result && result.seconds) await later(entry.report.finding, result.seconds);
};

/** Asks Security Hub, 20 findings a call, for what events can't decide, and takes in what it says. */
async function decide(
  ports: ReceivePorts,
  reports: readonly Observation[],
  results: readonly (Received | Undecided)[],
): Promise<Received[]> {
  const asked = reports.filter((_, i) => isUndecided(results[i]));
  if (asked.length === 0) return results.filter((result): result is Received => !isUndecided(result));
  const answers = await confirm(ports, asked).catch((error: Error) => asked.map(() => error));
  return results.map((result, i) => {
    const at = asked.indexOf(reports[i] as Observation);
    return isUndecided(result) ? (answers[at] ?? new Error("Security Hub was not asked")) : result;
  });
}

const isUndecided = (result: Received | Undecided | undefined): result is Undecided =>
  result !== undefined && "undecided" in result;

async function confirm(ports: ReceivePorts, reports: readonly Observation[]): Promise<Received[]> {
  const found = await ports.findings.get(reports.map(({ finding }) => finding));
  const lags = (report: Observation, i: number) => (found[i]?.updatedAt ?? "~") < report.finding.updatedAt;
  const shown = reports.filter((report, i) => !lags(report, i));
  for (const [i, { finding }] of reports.entries()) {
    // Once more, when it surely shows: what is read again does not come this way.
    if (mayLag(finding, found[i])) await ports.later(finding, RECHECK_SECONDS);
  }
  const received = await receiveConfirmed(
    ports,
    shown.map(({ finding }) => finding),
    shown.map((report) => found[reports.indexOf(report)]),
  );
  return reports.map((report) => {
    const late = `Security Hub does not yet show what its event said of finding ${report.finding.id}`;
    return received[shown.indexOf(report)] ?? new Error(late);
  });
}

/** A closing by a person moves no updatedAt, and may take minutes to show: whether it was taken back nobody can tell by then. */
const mayLag = (told: Finding, found: Finding | undefined): boolean =>
  found?.updatedAt === told.updatedAt && isOver(told) && !isOver(found);

/** A finding to be read again; or to be taken as over, for a reason that is known. */
export interface Recheck extends FindingId {
  over?: Over;
}

/** Reads findings in Security Hub and takes them in as they are there. */
export async function recheck(ports: ReceivePorts, asked: readonly Recheck[]): Promise<Received[]> {
  const read = asked.filter(({ over }) => !over);
  const found = read.length > 0 ? await ports.findings.get(read) : [];
  return receiveConfirmed(
    ports,
    asked,
    asked.map((one) => found[read.indexOf(one)]),
  );
}

/** Takes findings in as Security Hub has them. One that is gone counts as archived: nobody can act on it any more. */
async function receiveConfirmed(
  ports: ReceivePorts,
  asked: readonly Recheck[],
  found: readonly (Finding | undefined)[],
): Promise<Received[]> {
  const gone = asked.filter((_, i) => !found[i]);
  const known = gone.length > 0 ? await ports.store.known(gone.map((finding) => ({ finding }))) : [];
  const reports = asked.map((id, i): Observation | undefined => {
    const finding = found[i];
    if (finding) return { finding, eventTime: ports.now() };
    const last = known[gone.indexOf(id)] ?? {};
    const seen = lastSeen(last);
    if (!seen || (id.over && (last.finding?.eventTime ?? "") > id.over.at)) return undefined;
    return { finding: seen, eventTime: ports.now(), outcome: id.over?.outcome ?? "gone" };
  });
  const present = reports.filter((report) => report !== undefined);
  const received = await receiveAll(ports, present, true);
  return reports.map((report) =>
    report
      ? (received[present.indexOf(report)] ?? new Error("not taken in"))
      : { outcome: "gone, and not known, or reported since" },
  );
}

/** A finding that Security Hub no longer has, as it is remembered. */
function lastSeen({ alert, finding: last }: Found): Finding | undefined {
  if (!alert || !last) return undefined;
  const { format, product, id, accountId, accountName, region, severity, resources, resourceCount, updatedAt } = last;
  const own = { format, product, id, accountId, accountName, region, severity, resources, resourceCount, updatedAt };
  return { ...alert.finding, ...own, record: "ARCHIVED" };
}

/**
 * Sees to it that an execution runs for an alert whose newest version is not settled (rule R2). A name is given up only
 * once its execution is known to be closed; then, who writes the next name starts it.
 */
export async function ensureExecution(
  ports: Pick<ReceivePorts, "store" | "executions">,
  alertKey: string,
): Promise<void> {
  for (let tries = 0; tries < TRIES; tries++) {
    const alert = await ports.store.load(alertKey);
    if (!alert || !needsExecution(alert)) return;
    if (alert.running && (await isRunning(ports.executions, alert.running, alertKey))) return;
    await ports.store.reclaim(alert, claim(alert));
  }
  throw new Error(`No execution could be started for alert ${alertKey} in ${TRIES} tries`);
}

/** Whether an execution runs by now, started by this if need be. Throws where that can't be told yet. */
export async function isRunning(executions: Executions, name: string, alertKey: string): Promise<boolean> {
  if (await executions.start(name, alertKey)) return true;
  const status = await executions.status(name);
  if (!status) throw new Error(`Execution ${name} can be neither started nor seen yet`);
  return status === "running";
}

/** Starts what a sweep found parked, once its back-off is over. */
export async function wake(ports: Pick<ReceivePorts, "store" | "executions">, alert: AlertRecord): Promise<void> {
  if (await ports.store.reclaim(alert, claim(alert))) await ensureExecution(ports, alert.alertKey);
}
