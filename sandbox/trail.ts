import { observationsOf } from "../handlers/alert/normalise";
import type { JournalEntry } from "./client";
import type { EventEntry, PutEventsReply } from "./doubles/securityhub/announcements";
import { alertKeyOf } from "./grouping";
import { type Hop, hopsToMessage, isIntake, type Message, type Report } from "./hops";

/** Follows findings from their events to the messages, for whoever shows a message with its way. */
export interface Trail {
  /** Notes which findings the events told of that a bus has taken. */
  note(region: string, entries: readonly EventEntry[], reply: PutEventsReply, at: number): void;
  /** Reads on in the journal. True if an execution began or ended since the last time. */
  refresh(): Promise<boolean>;
  /** The way of a message, as far as it has been read. */
  hopsOf(message: Message): Hop[];
}

/** Entries of one kind later than `after`, oldest first. */
export type ReadJournal = (kind: JournalEntry["kind"], after: number) => Promise<JournalEntry[]>;

const KINDS = ["event", "delivery", "invocation", "execution"] as const;
/** Bounded, so that a sandbox left on for days doesn't grow without end. */
const MOST_ALERTS = 5_000;
const MOST_INVOCATIONS = 5_000;
const MOST_UNCLAIMED = 1_000;

interface Followed {
  reports: Report[];
  entries: JournalEntry[];
}

export const createTrail = (read: ReadJournal): Trail => {
  const alerts = new Map<string, Followed>();
  const alertsOfEvent = new Map<string, string[]>();
  // Of events that no alert is known of: the journal may tell of an event before its bus has answered.
  const unclaimed = new Map<string, JournalEntry[]>();
  const after = new Map<string, number>();
  let intakes: JournalEntry[] = [];

  const followed = (key: string): Followed => {
    const known = alerts.get(key) ?? { reports: [], entries: [] };
    alerts.set(key, known);
    const [oldest] = alerts.keys();
    if (alerts.size > MOST_ALERTS && oldest) forget(oldest);
    return known;
  };
  const forget = (key: string) => {
    for (const { eventId } of alerts.get(key)?.reports ?? []) alertsOfEvent.delete(eventId);
    alerts.delete(key);
  };

  const take = (entry: JournalEntry) => {
    if (isIntake(entry)) intakes.push(entry);
    const eventId = entry.kind === "event" ? entry.id : entry.kind === "delivery" ? entry.eventId : undefined;
    if (eventId) takeOfEvent(eventId, entry);
    const key = entry.kind === "execution" ? /:([0-9a-f]{32})-\d+-\d+$/.exec(entry.arn)?.[1] : undefined;
    if (key) followed(key).entries.push(entry);
  };

  const takeOfEvent = (eventId: string, entry: JournalEntry) => {
    const keys = alertsOfEvent.get(eventId);
    for (const key of keys ?? []) followed(key).entries.push(entry);
    if (keys) return;
    unclaimed.set(eventId, [...(unclaimed.get(eventId) ?? []), entry]);
    const [oldest] = unclaimed.keys();
    if (unclaimed.size > MOST_UNCLAIMED && oldest) unclaimed.delete(oldest);
  };
  const claim = (eventId: string, keys: string[], at: number) => {
    alertsOfEvent.set(eventId, keys);
    for (const key of keys) {
      const { reports, entries } = followed(key);
      reports.push({ eventId, at });
      entries.push(...(unclaimed.get(eventId) ?? []));
    }
    unclaimed.delete(eventId);
  };

  const readOn = async () => {
    const lists = await Promise.all(KINDS.map((kind) => read(kind, after.get(kind) ?? 0)));
    KINDS.forEach((kind, index) => {
      const last = lists[index]?.at(-1);
      if (last) after.set(kind, last.seq);
    });
    const entries = lists.flat().sort((a, b) => a.seq - b.seq);
    for (const entry of entries) take(entry);
    intakes = intakes.slice(-MOST_INVOCATIONS);
    return entries.some(({ kind }) => kind === "execution");
  };
  // One at a time: two that read on from the same place would take everything twice.
  let reading: Promise<boolean> | undefined;

  return {
    note: (region, entries, reply, at) => {
      entries.forEach((entry, index) => {
        const eventId = reply.Entries?.[index]?.EventId;
        const keys = eventId ? alertsIn(entry, region) : [];
        if (eventId && keys.length) claim(eventId, keys, at);
      });
    },
    refresh: () => {
      reading ??= readOn().finally(() => {
        reading = undefined;
      });
      return reading;
    },
    hopsOf: (message) => {
      const known = alerts.get(message.alertKey);
      return known ? hopsToMessage(message, known.reports, [...known.entries, ...intakes]) : [];
    },
  };
};

/** Keys of the alerts that an event tells of. */
const alertsIn = (entry: EventEntry, region: string): string[] => {
  try {
    const event = { "detail-type": entry.DetailType, detail: JSON.parse(entry.Detail), region, time: entry.Time };
    return observationsOf(event).map(({ finding }) => alertKeyOf(finding));
  } catch (error) {
    // No finding, or none that intake could read: then no message can be of it. Anything else is a fault of ours, but no
    // reason to refuse the event, which would be put again.
    if (!(error instanceof Error && error.name === "UnreadableEvent")) console.error("trail:", error);
    return [];
  }
};
