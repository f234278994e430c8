import { chunks } from "./chunks";
import { isBroken, isSlowDown } from "./errors";
import { cut } from "./fields";
import { isMuted, isSilenced, type Mute, retryAfter } from "./gate";
import { overtime } from "./overtime";
import type { AlertStore } from "./ports";
import type { AlertRecord, Deferred } from "./record";
import type { Channel, Severity } from "./types";

/** An alert as a digest tells it. */
export interface DigestEntry {
  alertKey: string;
  occurrence: number;
  version: number;
  state: AlertRecord["state"];
  severity: Severity;
  title: string;
  control?: string;
  accountId: string;
  accountName?: string;
  region: string;
  /** How many of its findings are open. */
  findings: number;
  reason: Deferred["reason"] | "closedButFailing";
}

/** How many alerts there are, of all and since the digest before. */
export interface Census {
  /** Alerts that are open, by severity. */
  open: Partial<Record<Severity, number>>;
  opened: number;
  closed: number;
  /** Alerts that are not told yet: held back, parked, or waiting for a channel. */
  waiting: number;
}

/** digest: what is new, and how all is. overview: what existed before hakken's start. */
export type DigestKind = "digest" | "overview";

/** A place in the list of what waits for digests, which is sorted by time. */
export interface DeferredPlace {
  since: string;
  alertKey: string;
}

/** Some of what waits for a digest, and the place up to which that list was read; undefined where it is empty. */
export interface DeferredAlerts {
  alerts: AlertRecord[];
  reached?: DeferredPlace;
}

/** One message of a digest: the first says how all is, and is sent even where there is no news, as a sign of life. */
export interface DigestPart {
  /** By which it is found again after a lost reply: when it was made, and its number. */
  id: string;
  kind: DigestKind;
  /** The day that it is of, where its readers are. */
  day: string;
  /** From 1. */
  number: number;
  entries: DigestEntry[];
  /** How many alerts a person has closed that fail. Of the first part, which may list fewer. */
  failing?: number;
  /** How far what waits was told of each kind, this part included: the next one goes on from there. */
  reached: Partial<Record<DigestKind, DeferredPlace>>;
  /** Of the first part. */
  census?: Census;
  /** The time that it tells of. ISO 8601. */
  since: string;
  at: string;
}

/** How far a channel's digest is. */
export interface DigestState {
  /** The day of the last digest that is through. */
  lastDay?: string;
  /** When the census was taken last. */
  countedAt?: string;
  /** The message that the parts of today's digest hang on. */
  thread?: string;
  /** Parts of today's digest that are through. */
  parts?: number;
  /** How far they have told of what waits. What gets in before that place later is for the next digest. */
  reached?: DigestPart["reached"];
  /** The part that is about to be sent: while it is there, its outcome is unknown. */
  part?: DigestPart;
  /** How often that part was tried, and when it may be tried again. */
  attempts?: number;
  retryAt?: string;
}

/** A channel that has a digest. */
export interface DigestService {
  channel: Channel;
  /** Sends a part and gives its reference. Throws as ChannelService.send does. */
  send(part: DigestPart, thread: string | undefined, repeated: boolean): Promise<string>;
  /** Looks for a part whose outcome is unknown. Absent where the service can't tell (e-mail). */
  find?(part: DigestPart, thread: string | undefined): Promise<string | undefined>;
}

export interface DigestPorts {
  store: AlertStore;
  service: DigestService;
  /** Has an alert that rested for the digest go on: what is left is to settle it. */
  goOn: (alertKey: string) => Promise<void>;
  /** ISO 8601. */
  now: () => string;
  /** The day of a time where the readers are, if the digest of that day is due by then. */
  dueDay: (now: string) => string | undefined;
  /** Until when what existed before the start is gathered. ISO 8601. */
  quietUntil: string | undefined;
  /** Times of maintenance. */
  mutes: readonly Mute[];
  /** How long one call may go on, in milliseconds: the rest comes with the next one. */
  budgetMs: number;
}

/** One message lists so many alerts: as many as surely fit. */
const ENTRIES = 20;
/**
 * An overview counts by control, so that one message speaks for many alerts: as many as DynamoDB's 400 KB of an item hold, whatever
 * the language of titles and of accounts' names.
 */
const OVERVIEW_ENTRIES = 500;
/** Of what was closed but fails, the first part lists so many; those beyond are counted. */
const FAILING_ENTRIES = 200;
/** Characters, where so many are listed. */
const SHORT_TITLE = 120;

/**
 * Sends a channel's daily digest, part by part. Each is written down before it is sent, and its alerts count as told there
 * only after it: so none is lost, and after an unknown outcome the part is looked for before it is sent again. While the channel is
 * paused, or all is muted, it waits; a day that goes by so is told by the next one's.
 */
export async function tellDigest(ports: DigestPorts): Promise<{ parts: number; entries: number }> {
  const isOverTime = overtime(ports);
  const sent = { parts: 0, entries: 0 };
  if (await waits(ports)) return sent;
  while (!isOverTime()) {
    const part = await nextPart(ports);
    if (!part || !(await sendPart(ports))) break;
    sent.parts++;
    sent.entries += part.entries.length;
  }
  return sent;
}

/** Whether a channel's digest of today may go, and nothing of it is written down yet. */
export async function isNewDigest(ports: DigestPorts): Promise<boolean> {
  const { store, service, now, dueDay } = ports;
  const { lastDay = "", parts = 0, part } = await store.digest(service.channel);
  const day = dueDay(now());
  return day !== undefined && lastDay < day && parts === 0 && !part && !(await waits(ports));
}

const waits = async ({ store, service, mutes, now }: DigestPorts): Promise<boolean> =>
  isSilenced(await store.channel(service.channel), mutes, now());

/** The part to be sent now, written down; undefined when today's digest is through, or not due. */
async function nextPart(ports: DigestPorts): Promise<DigestPart | undefined> {
  const { store, service, now, dueDay } = ports;
  const state = await store.digest(service.channel);
  if (state.part) return state.part;
  const day = dueDay(now());
  if (!day || (state.lastDay ?? "") >= day) return undefined;
  const number = (state.parts ?? 0) + 1;
  const part = await partOf(ports, state, day, number);
  if (part.entries.length === 0 && number > 1) {
    await store.endDigest(service.channel, day);
    return undefined;
  }
  return (await store.startPart(service.channel, part)) ? part : undefined;
}

async function partOf(ports: DigestPorts, state: DigestState, day: string, number: number): Promise<DigestPart> {
  const { store, now, quietUntil } = ports;
  const gathers = quietUntil !== undefined && now() < quietUntil;
  const news = await waiting(ports, state, "digest", ENTRIES);
  const isOverview = number > 1 && news.entries.length === 0 && !gathers;
  const { entries, reached } = isOverview ? await waiting(ports, state, "overview", OVERVIEW_ENTRIES) : news;
  const at = now();
  const since = state.countedAt ?? new Date(Date.parse(at) - 86_400_000).toISOString();
  const failing = number === 1 ? await closedButFailing(ports, at) : [];
  const first = number === 1 && { census: await store.census(since, at), failing: failing.length };
  return {
    id: `${at}/${number}`,
    kind: isOverview ? "overview" : "digest",
    entries: [...entries, ...failing.slice(0, FAILING_ENTRIES)],
    ...{ day, number, reached, since, at },
    ...first,
  };
}

/** What waits for this digest, from where the parts before have come to. What is muted waits for a later one. */
async function waiting(
  { store, service, mutes, now }: DigestPorts,
  state: DigestState,
  kind: DigestKind,
  limit: number,
) {
  const isTold = ({ finding }: AlertRecord) => !isMuted(finding, mutes, now());
  let { alerts, reached } = await store.deferred(service.channel, kind, limit, state.reached?.[kind]);
  // A part without entries would be the last, whatever comes after it.
  while (alerts.length > 0 && !alerts.some(isTold)) {
    ({ alerts, reached } = await store.deferred(service.channel, kind, limit, reached));
  }
  const told = alerts.filter(isTold).map((alert) => entryOf(alert, service.channel));
  const entries = kind === "overview" ? told.map(short) : told;
  return { entries, reached: { ...state.reached, ...(reached && { [kind]: reached }) } };
}

/** What a person has closed although it fails: listed every day, until it passes or is opened again. */
async function closedButFailing({ store, mutes }: DigestPorts, now: string): Promise<DigestEntry[]> {
  const all = await store.closedButFailing(now);
  const alerts = all.filter(({ state, finding }) => state === "closed" && !isMuted(finding, mutes, now));
  return alerts.map((alert) => ({
    ...short(entryOf(alert, "slack")),
    reason: "closedButFailing",
    findings: alert.failing ?? 0,
  }));
}

const short = (entry: DigestEntry): DigestEntry => ({ ...entry, title: cut(entry.title, SHORT_TITLE) });

function entryOf(alert: AlertRecord, channel: Channel): DigestEntry {
  const { alertKey, occurrence, desired: version, state, severity, open: findings, finding } = alert;
  const { title, control, accountId, accountName, region } = finding;
  const reason = alert.deferred[channel]?.reason ?? "budget";
  return {
    ...{ alertKey, occurrence, version, state, severity, findings, reason },
    ...{ title, control, accountId, accountName, region },
  };
}

/** Sends the part that is written down, or finds it. False if it has to wait. */
async function sendPart(ports: DigestPorts): Promise<boolean> {
  const { store, service, now } = ports;
  const { part, thread, attempts = 0, retryAt = "" } = await store.digest(service.channel);
  if (!part) return true;
  if (now() < retryAt) return false;
  const found = attempts > 0 ? await service.find?.(part, thread) : undefined;
  const reference = found ?? (await send(ports, part, thread, attempts));
  if (reference === undefined) return false;
  const left = part.entries.filter(({ reason }) => reason !== "closedButFailing");
  await inTurn(left, (entry) => noteTold(ports, entry));
  await store.endPart(service.channel, part, thread ?? reference, now());
  return true;
}

/** Undefined where the service asks for patience. After an unknown outcome it is tried again, later and later. */
async function send(
  { store, service, now }: DigestPorts,
  part: DigestPart,
  thread: string | undefined,
  attempts: number,
): Promise<string | undefined> {
  await store.tryPart(service.channel, attempts + 1, retryAfter(attempts + 3, now()));
  try {
    return await service.send(part, thread, attempts > 0 && !service.find);
  } catch (error) {
    if (!isSlowDown(error) && !isBroken(error)) throw error;
    // Nothing went: the next attempt is no repetition.
    await store.tryPart(service.channel, attempts, retryAfter(1, now()));
    if (isSlowDown(error)) return undefined;
    throw error;
  }
}

/** Counts as told in this channel, if no message of its own overtook the digest; then its execution settles it. */
async function noteTold({ store, service, goOn, now }: DigestPorts, entry: DigestEntry): Promise<void> {
  const { alertKey, occurrence, version, severity } = entry;
  const told = { occurrence, version, severity, reference: "", at: now() };
  const alert = await store.toldInDigest(alertKey, service.channel, told);
  if (alert?.restingSince) await goOn(alertKey);
}

/** A few at a time. */
async function inTurn<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  for (const some of chunks(all, 10)) await Promise.all(some.map(work));
}
