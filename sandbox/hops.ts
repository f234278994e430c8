import type { Channel } from "../handlers/alert/types";
import type { JournalEntry } from "./client";

/** A step on a message's way, and when it was reached. */
export interface Hop {
  /** rule, queue, intake, execution, a channel, settled. */
  name: string;
  /** Milliseconds after the finding was reported. */
  ms: number;
  /** ISO 8601, UTC. */
  at: string;
  /** The rule, queue, function or execution that it went through, by name. */
  through?: string;
}

/** What is known of a way before the journal is read. */
export interface Way {
  /** When the finding was reported, milliseconds since 1970. */
  begun: number;
  /** Ids of the events that told of it. */
  events: readonly string[];
  /** How the names of its executions begin; none for an event that is no finding. */
  execution?: string;
  /** What people got, in any order: the first of each channel counts. */
  arrived: readonly { channel: Channel; at: string }[];
}

const CHANNELS: readonly Channel[] = ["slack", "backlog", "mail"];

/** The hops of one way, in the order of the pipeline, as far as they were reached. */
export const hopsOf = (way: Way, journal: readonly JournalEntry[]): Hop[] => {
  const hops: Hop[] = [];
  const reach = (name: string, at: string | undefined, through?: string) => {
    if (at) hops.push({ name, ms: Math.max(0, Date.parse(at) - way.begun), at, ...(through && { through }) });
  };
  const ofUs = (id: string) => way.events.includes(id);
  const executions = executionsOf(way.execution, journal);

  const taken = journal.find((entry) => entry.kind === "event" && ofUs(entry.id) && entry.rules.length > 0);
  if (taken?.kind === "event") reach("rule", taken.at, taken.rules.join(", "));
  const put = journal.find(
    (entry) => entry.kind === "delivery" && entry.outcome === "delivered" && ofUs(entry.eventId),
  );
  if (put?.kind === "delivery") reach("queue", put.at, nameIn(put.target));
  const [started] = executions;
  const intake = started && journal.find((entry) => isIntakeDuring(entry, started.at));
  if (intake?.kind === "invocation") reach("intake", begunAt(intake), nameIn(intake.function));
  reach("execution", started?.at, started && nameIn(started.arn));
  for (const channel of CHANNELS) reach(channel, way.arrived.find((piece) => piece.channel === channel)?.at);
  reach("settled", executions.findLast(({ status }) => status !== "RUNNING")?.at);
  return hops;
};

/** One piece that a person got, by its alert. */
export interface Message {
  channel: Channel;
  alertKey: string;
  /** ISO 8601, UTC. */
  at: string;
}

/** An event that told of an alert's finding, and when it was put on its bus, milliseconds since 1970. */
export interface Report {
  eventId: string;
  at: number;
}

/**
 * The way of one message among all that happened to its alert: the execution that was the last to begin before it, and
 * the last report that a rule had taken by then.
 */
export const hopsToMessage = (
  message: Message,
  reports: readonly Report[],
  journal: readonly JournalEntry[],
): Hop[] => {
  const started = executionsOf(`${message.alertKey}-`, journal).findLast(
    ({ at, status }) => status === "RUNNING" && at <= message.at,
  );
  const taken = new Set(journal.flatMap((entry) => (entry.kind === "event" && entry.rules.length ? [entry.id] : [])));
  const before = Date.parse(started?.at ?? message.at);
  const report = reports.findLast(({ eventId, at }) => taken.has(eventId) && at <= before);
  if (!report) return [];
  const execution = started && nameIn(started.arn);
  return hopsOf({ begun: report.at, events: [report.eventId], execution, arrived: [message] }, journal);
};

type Execution = Extract<JournalEntry, { kind: "execution" }>;

const executionsOf = (beginning: string | undefined, journal: readonly JournalEntry[]): Execution[] =>
  journal.filter(
    (entry): entry is Execution =>
      entry.kind === "execution" && beginning !== undefined && nameIn(entry.arn).startsWith(beginning),
  );

/** Whether an entry is of the function that reads the queues. */
export const isIntake = (entry: JournalEntry): boolean =>
  entry.kind === "invocation" && /-intake-[0-9a-f]{7}$/.test(entry.function);

// An invocation is journaled when it ends; the one that starts an execution spans that moment.
const isIntakeDuring = (entry: JournalEntry, at: string): boolean =>
  entry.kind === "invocation" && isIntake(entry) && begunAt(entry) <= at && at <= entry.at;

const begunAt = ({ at, ms }: Extract<JournalEntry, { kind: "invocation" }>): string =>
  new Date(Date.parse(at) - ms).toISOString();

/** The last part of an ARN. */
const nameIn = (arn: string): string => arn.split(":").at(-1) ?? arn;
