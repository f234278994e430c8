import { noticeFor } from "./lifecycle";
import type { AlertStore, ChannelService } from "./ports";
import type { AlertRecord, Sending } from "./record";

export interface TellPorts {
  store: AlertStore;
  service: ChannelService;
  /** ISO 8601. */
  now: () => string;
  /** The function's timeout: a message of another execution may be under way for so long. */
  timeoutSeconds: number;
}

/** What the state machine does next. */
export type TellOutcome =
  /** The newest version is told. */
  | { outcome: "told" }
  /** A newer version is desired by now. */
  | { outcome: "again" }
  /** The service, or its slots, ask for patience: no failure. */
  | { outcome: "wait"; seconds: number };

/** An error that no retry mends: the service refuses the message. Its name is what the state machine matches. */
export function refused(message: string): Error {
  const error = new Error(message);
  error.name = "Refused";
  return error;
}

/**
 * Tells the newest version of an alert in one channel, once. `sending` is written before the message goes and `told`
 * after it, so that an unknown outcome is known to be one (rule R9); then the message is looked for before it is sent
 * again. Throws `Refused` if the service never will take it, any other error to be called again.
 */
export async function tell(ports: TellPorts, alertKey: string, execution: string): Promise<TellOutcome> {
  const { store, service, now } = ports;
  const alert = await store.load(alertKey);
  if (!alert) throw refused(`There is no alert ${alertKey} in the table`);
  const before = alert.sending[service.channel];
  if (before) {
    const patience = secondsLeft(ports, before, execution);
    if (patience > 0) return { outcome: "wait", seconds: patience };
    if (await foundAgain(ports, alert, before)) return { outcome: "again" };
  }
  const notice = noticeFor(alert, service.channel);
  if (!notice) return { outcome: "told" };
  // A service that can't be asked what it has taken gets one more message, marked as such, and no third.
  const unsure = Boolean(before && !service.find);
  const times = before && !service.find ? before.times + 1 : 1;
  if (times > 2)
    throw refused(`${service.channel} left open twice whether it took alert ${alertKey}; not sent a third time`);
  const seconds = await store.reserveSlot(service.channel, now());
  if (seconds > 0) return { outcome: "wait", seconds };

  const { occurrence, version, finding } = notice;
  const at = now();
  const sending: Sending = {
    occurrence,
    version,
    severity: finding.severity,
    execution,
    at,
    since: before?.since ?? at,
    times,
  };
  if (!(await store.startSending(alertKey, service.channel, sending))) return { outcome: "again" };
  const sent = await send(ports, alert, { ...notice, repeated: unsure });
  if (sent.kind === "slowDown") {
    await putBack(ports, alertKey, before);
    return { outcome: "wait", seconds: sent.seconds };
  }
  return noteTold(ports, alert, sending, sent.reference);
}

/** A refusal is a known outcome: nothing went. */
async function send({ store, service }: TellPorts, alert: AlertRecord, notice: Parameters<ChannelService["send"]>[0]) {
  try {
    return await service.send(notice, alert.told[service.channel]);
  } catch (error) {
    if (error instanceof Error && error.name === "Refused") await store.stopSending(alert.alertKey, service.channel);
    throw error;
  }
}

/** This attempt surely did not go; but what an earlier one left open stays open. */
async function putBack({ store, service }: TellPorts, alertKey: string, before: Sending | undefined) {
  if (before && !service.find) await store.startSending(alertKey, service.channel, before);
  else await store.stopSending(alertKey, service.channel);
}

/** How long another execution's function may still be sending. */
function secondsLeft({ now, timeoutSeconds }: TellPorts, before: Sending, execution: string): number {
  if (before.execution === execution) return 0;
  return Math.ceil(timeoutSeconds - (Date.parse(now()) - Date.parse(before.at)) / 1000);
}

/** After an unknown outcome: if the message is there, it is told. */
async function foundAgain(ports: TellPorts, alert: AlertRecord, before: Sending): Promise<boolean> {
  const { service } = ports;
  const notice = noticeFor({ ...alert, occurrence: before.occurrence, desired: before.version }, service.channel);
  const reference = notice && (await service.find?.(notice, alert.told[service.channel], before.since));
  if (!reference) return false;
  await noteTold(ports, alert, before, reference);
  return true;
}

async function noteTold(
  { store, service, now }: TellPorts,
  alert: AlertRecord,
  { occurrence, version, severity }: Sending,
  reference: string,
): Promise<TellOutcome> {
  const told = { occurrence, version, reference, severity, at: now() };
  const newest = await store.told(alert.alertKey, service.channel, told);
  return noticeFor(newest, service.channel) ? { outcome: "again" } : { outcome: "told" };
}
