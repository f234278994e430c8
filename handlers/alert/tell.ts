import { isBroken, isRefused, isSlowDown, refused } from "./errors";
import {
  budgetFor,
  type ChannelState,
  type GateSettings,
  gateOf,
  hourOf,
  lookIn,
  pastBudget,
  retryAfter,
} from "./gate";
import {
  awaitsDigest,
  dueAt,
  heardVersion,
  isQuietlyClosed,
  kindOf,
  noticeFor,
  parentOf,
  saysNothing,
  type Timing,
} from "./notice";
import type { AlertStore, ChannelService } from "./ports";
import type { AlertRecord, Deferred, Sending, Told } from "./record";
import type { Channel, Notice } from "./types";

export interface TellPorts {
  store: AlertStore;
  service: ChannelService;
  /** ISO 8601. */
  now: () => string;
  /** The function's timeout: a message of another execution may be under way for so long. */
  timeoutSeconds: number;
  /** How long words are held back. */
  timing: Timing;
  /** What else may keep a word from going. */
  gate: GateSettings;
}

export interface TellRequest {
  alertKey: string;
  /** Name of the execution that asks. */
  execution: string;
  /** Whether the wait that it comes from was for a slot of its own. */
  reserved: boolean;
  /** When the execution began to tell, in all channels side by side. ISO 8601. */
  began: string;
}

/**
 * What the state machine does next. told: the newest version is told. again: a newer one is desired by now. wait: the
 * service, its slots or a pause ask for patience, which is no failure. deferred: the next digest tells it. yields: this
 * channel waits, while another has a newer version to tell: all begin again side by side.
 */
export interface TellOutcome {
  outcome: "told" | "again" | "wait" | "deferred" | "yields";
  /** How long to wait; 0 unless the outcome is `wait`. */
  seconds: number;
  /** Whether a slot is reserved for the call after the wait. */
  reserved: boolean;
  /** Why the service takes nothing. */
  broken?: string;
}

/**
 * Tells the newest version of an alert in one channel, once. `sending` is written before the message goes and `told`
 * after it, so that an unknown outcome is known to be one (rule R9); then the message is looked for before it is sent
 * again. Throws `Refused` if the service never will take it, any other error to be called again.
 */
export async function tell(ports: TellPorts, request: TellRequest): Promise<TellOutcome> {
  const answer = await attempt(ports, request);
  // Who has a slot is about to tell.
  const isIdle = answer.outcome === "wait" && !answer.reserved;
  return isIdle && (await holdsUp(ports, request)) ? { ...answer, outcome: "yields", seconds: 0 } : answer;
}

/**
 * Whether another channel is through with an older version, and begins anew only once this one stops waiting: else a rise or a
 * closing would be heard nowhere while one channel is paused or broken. Once a version, since a round that begins later knows it.
 */
async function holdsUp({ store, service }: TellPorts, { alertKey, began }: TellRequest): Promise<boolean> {
  const alert = await store.load(alertKey);
  // Neither is there in what began before they were kept: that waits as it always did.
  if (!alert || !(Date.parse(alert.desiredAt ?? "") > Date.parse(began))) return false;
  const others = Object.keys({ ...alert.told, ...alert.deferred }) as Channel[];
  return others.some((other) => other !== service.channel && heardVersion(alert, other) < alert.desired);
}

async function attempt(ports: TellPorts, request: TellRequest): Promise<TellOutcome> {
  try {
    return await tellOnce(ports, request);
  } catch (error) {
    if (isSlowDown(error)) return slowedDown(ports, error.seconds);
    if (isBroken(error)) return breakOff(ports, error);
    throw error;
  }
}

async function tellOnce(ports: TellPorts, { alertKey, execution, reserved }: TellRequest): Promise<TellOutcome> {
  const { store, service, now } = ports;
  const alert = await store.load(alertKey);
  if (!alert) throw refused(`There is no alert ${alertKey} in the table`);
  const before = alert.sending[service.channel];
  if (before) {
    const patience = secondsLeft(ports, before, execution);
    if (patience > 0) return wait(patience);
    if (await foundAgain(ports, alert, before)) return done("again");
  }
  if (!kindOf(alert, service.channel)) return done("told");
  if (awaitsDigest(alert, service.channel, now())) return done("deferred");
  const hold = Math.ceil((dueAt(alert, service.channel, ports.timing) - Date.parse(now())) / 1000);
  if (hold > 0) return wait(hold);
  if (isQuietlyClosed(alert, service.channel)) return noteSilently(ports, alert);
  const state = await store.channel(service.channel);
  const gate = gateOf(alert, service.channel, state, ports.gate, now());
  if (gate.kind === "probe" && !(await mayProbe(ports, state, gate.retryAt))) return wait(PROBE_SECONDS);
  if (gate.kind === "wait" || gate.kind === "defer") return held(ports, alert, gate);
  const notice = await noticeOf(store, alert, service.channel);
  if (!notice) return done("told");
  if (gate.kind === "silent" || saysNothing(notice) || service.isSilent?.(notice)) return noteSilently(ports, alert);
  // What was counted before isn't once more: nor is what may have gone left to the digest.
  const excess = reserved || before ? undefined : await overBudget(ports, alert, notice);
  if (excess) return excess;
  const seconds = reserved ? 0 : await store.reserveSlot(service.channel, now());
  if (seconds > 0) return wait(seconds, true);

  const sending = nextSending(ports, alert, notice, before, execution);
  if (!(await store.startSending(alertKey, service.channel, sending))) return done("again");
  const toSend = { ...notice, repeated: mayRepeat(service, notice, before) };
  const reference = await send(ports, alertKey, toSend, sending.parent, before);
  if (state.brokenSince) await store.works(service.channel);
  return noteTold(ports, alert, sending, reference);
}

/** Its findings are read for what several have in common; a single one stands in the alert itself. */
const noticeOf = async (store: AlertStore, alert: AlertRecord, channel: Channel): Promise<Notice | undefined> =>
  noticeFor(alert, channel, alert.findings > 1 ? await store.members(alert.alertKey) : []);

const done = (outcome: "told" | "again" | "deferred"): TellOutcome => ({ outcome, seconds: 0, reserved: false });
const wait = (seconds: number, reserved = false): TellOutcome => ({ outcome: "wait", seconds, reserved });

/** Counted it is already: it gets its next slot here, since without one it would be counted in the hour's budget once more. */
async function slowedDown({ store, service, now }: TellPorts, seconds: number): Promise<TellOutcome> {
  return wait(Math.max(seconds, await store.reserveSlot(service.channel, now())), true);
}

/** So long the one that tries a broken service may take. */
const PROBE_SECONDS = 60;

/** Has this call alone try the service: the others wait until it has. */
const mayProbe = ({ store, service, now }: TellPorts, { failures = 0 }: ChannelState, before: string) =>
  store.probe(service.channel, before, retryAfter(failures + 1, now()));

/** The word waits, or is left to the digest. */
async function held(
  { store, service, now }: TellPorts,
  alert: AlertRecord,
  gate: { kind: "wait"; seconds: number } | { kind: "defer"; reason: Deferred["reason"] },
): Promise<TellOutcome> {
  if (gate.kind === "wait") return wait(gate.seconds);
  const { alertKey, desired: version } = alert;
  await store.defer(alertKey, service.channel, { version, reason: gate.reason, at: now() });
  return done("deferred");
}

/** Counts the message; where there is no room for it in this hour, one call says so, and the word waits or is left to the digest. */
async function overBudget(ports: TellPorts, alert: AlertRecord, notice: Notice): Promise<TellOutcome | undefined> {
  const { store, service, gate, now } = ports;
  const budget = gate.hourlyBudget;
  if (budget === undefined) return undefined;
  const hour = hourOf(now());
  if (await store.spend(service.channel, hour, budgetFor(notice, budget))) return undefined;
  const excess = pastBudget(notice, gate, now());
  if (excess.kind === "defer" && service.summarize && (await store.claimSummary(service.channel, hour))) {
    await service.summarize(budget);
  }
  return held(ports, alert, excess);
}

/** The service takes nothing: one alarm, and the alerts wait until it is tried again. */
async function breakOff({ store, service, now }: TellPorts, error: Error): Promise<TellOutcome> {
  const failures = ((await store.channel(service.channel)).failures ?? 0) + 1;
  const at = now();
  const retryAt = retryAfter(failures, at);
  await store.broke(service.channel, { reason: error.message, failures, at, retryAt });
  return { ...wait(lookIn(retryAt, at)), broken: error.message };
}

/** Whether an attempt whose outcome nobody can find out may have told this occurrence already. */
const mayRepeat = (service: ChannelService, notice: Notice, before: Sending | undefined): boolean =>
  !service.find && before?.occurrence === notice.occurrence;

function nextSending(
  { service, now }: TellPorts,
  alert: AlertRecord,
  { alertKey, occurrence, version, finding }: Notice,
  before: Sending | undefined,
  execution: string,
): Sending {
  // A service that can't be asked what it has taken gets one more message, marked as such, and no third.
  const times = !service.find && before?.version === version ? before.times + 1 : 1;
  if (times > 2) {
    throw refused(
      `It is not known whether ${service.channel} took alert ${alertKey}, twice; it is not sent a third time`,
    );
  }
  const at = now();
  const parent = parentOf(alert, service.channel);
  const said = { occurrence, version, severity: finding.severity, state: alert.state };
  const attempt = { ...said, execution, at, since: before?.since ?? at, times };
  return { ...attempt, ...(parent && { parent }) };
}

/** A refusal, or being asked to slow down, is a known outcome: nothing went. What an earlier attempt left open stays open. */
async function send(
  { store, service }: TellPorts,
  alertKey: string,
  notice: Notice,
  parent: Told | undefined,
  before: Sending | undefined,
) {
  try {
    return await service.send(notice, parent);
  } catch (error) {
    if (isRefused(error) || isSlowDown(error) || isBroken(error)) {
      if (before && !service.find) await store.startSending(alertKey, service.channel, before);
      else await store.stopSending(alertKey, service.channel);
    }
    throw error;
  }
}

/** How long another execution's function may still be sending. */
function secondsLeft({ now, timeoutSeconds }: TellPorts, before: Sending, execution: string): number {
  if (before.execution === execution) return 0;
  return Math.ceil(timeoutSeconds - (Date.parse(now()) - Date.parse(before.at)) / 1000);
}

/** Counts as told without a message. */
const noteSilently = (ports: TellPorts, alert: AlertRecord): Promise<TellOutcome> =>
  noteTold(ports, alert, { ...alert, version: alert.desired }, parentOf(alert, ports.service.channel)?.reference ?? "");

/** After an unknown outcome: if the message is there, it is told. */
async function foundAgain(ports: TellPorts, alert: AlertRecord, before: Sending): Promise<boolean> {
  const { store, service } = ports;
  const then = { ...alert, occurrence: before.occurrence, desired: before.version };
  const notice = service.find && (await noticeOf(store, then, service.channel));
  const reference = notice && (await service.find?.(notice, before.parent, before));
  if (!reference) return false;
  await noteTold(ports, alert, before, reference);
  return true;
}

async function noteTold(
  { store, service, now }: TellPorts,
  alert: AlertRecord,
  { occurrence, version, severity, state }: Pick<Told, "occurrence" | "version" | "severity" | "state">,
  reference: string,
): Promise<TellOutcome> {
  const told = { occurrence, version, reference, severity, at: now(), ...(state && { state }) };
  const newest = await store.told(alert.alertKey, service.channel, told);
  return done(kindOf(newest, service.channel) ? "again" : "told");
}
