import { claim, type Known, needsExecution, observe } from "./lifecycle";
import type { AlertStore, Executions, FindingId, Findings, Later } from "./ports";
import type { AlertRecord } from "./record";
import type { Finding, Observation, Severity } from "./types";

export interface ReceivePorts {
  store: AlertStore;
  executions: Executions;
  findings: Findings;
  later: Later;
  /** ISO 8601. */
  now: () => string;
  severities: readonly Severity[];
}

/** Others may write the same alert at the same time; more than this many in a row is left to the queue's next try. */
const TRIES = 5;

/**
 * Takes one report on a finding in: writes what it changes, and sees to it that an execution tells it. Only after it has
 * returned may the message be acknowledged. Returns what was done, for the log.
 */
export async function receive(
  ports: ReceivePorts,
  observation: Observation,
  options: { confirmed: boolean; known?: Known },
): Promise<string> {
  let known = options.known;
  for (let tries = 0; tries < TRIES; tries++) {
    known ??= (await ports.store.known([observation.finding]))[0] ?? {};
    const { severities } = ports;
    const decision = observe(known, observation, { severities, now: ports.now(), confirmed: options.confirmed });
    if (decision.kind === "verify") return verify(ports, observation, decision.afterSeconds);
    if (decision.kind === "write" && !(await ports.store.take(known, decision.alert, decision.finding))) {
      known = undefined;
      continue;
    }
    const alert = decision.kind === "write" ? decision.alert : known.alert;
    if (alert && needsExecution(alert)) await ensureExecution(ports, alert.alertKey);
    return decision.reason;
  }
  throw new Error(`The alert of finding ${observation.finding.id} changed ${TRIES} times while it was taken in`);
}

async function verify(ports: ReceivePorts, observation: Observation, afterSeconds: number): Promise<string> {
  if (afterSeconds > 0) {
    await ports.later(observation.finding, afterSeconds);
    return `read again in ${afterSeconds} s`;
  }
  const [found] = await ports.findings.get([observation.finding]);
  if (found && found.updatedAt < observation.finding.updatedAt) {
    throw new Error(`Security Hub does not yet show what its event said of finding ${observation.finding.id}`);
  }
  return receiveConfirmed(ports, observation.finding, found);
}

/** Takes a finding in as Security Hub has it now. One that is gone counts as archived: nobody can act on it any more. */
export async function receiveConfirmed(
  ports: ReceivePorts,
  asked: FindingId,
  found: Finding | undefined,
): Promise<string> {
  const finding = found ?? (await lastSeen(ports, asked));
  if (!finding) return "gone, and not known";
  return receive(ports, { finding, eventTime: ports.now() }, { confirmed: true });
}

async function lastSeen(ports: ReceivePorts, asked: FindingId): Promise<Finding | undefined> {
  const [known] = await ports.store.known([asked]);
  return known?.alert && { ...known.alert.finding, record: "ARCHIVED" };
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

async function isRunning(executions: Executions, name: string, alertKey: string): Promise<boolean> {
  if (await executions.start(name, alertKey)) return true;
  const status = await executions.status(name);
  if (!status) throw new Error(`Execution ${name} can be neither started nor seen yet`);
  return status === "running";
}

/** Starts what a sweep found parked, once its back-off is over. */
export async function wake(ports: Pick<ReceivePorts, "store" | "executions">, alert: AlertRecord): Promise<void> {
  if (await ports.store.reclaim(alert, claim(alert))) await ensureExecution(ports, alert.alertKey);
}
