import { setTimeout as sleep } from "node:timers/promises";
import { findingOf, observationsOf } from "../handlers/alert/normalise";
import type { Channel, Finding } from "../handlers/alert/types";
import type { Activity, Client, Import, JournalEntry, Sendable } from "./client";
import { alertKeyOf } from "./grouping";
import { type Hop, hopsOf } from "./hops";
import type { InboxEntries } from "./inbox/store";
import { newPieces, type Piece } from "./inboxPieces";

/** What became of one finding or event that was sent. */
export interface Journey {
  /** The file that it was read from. */
  file: string;
  /** Its title, or the detail type of an event that is no finding. */
  title: string;
  /** Only of a finding. */
  finding?: Finding;
  /** The alert that tells it, alone or with others. */
  alertKey?: string;
  /** Names of the rules that took it; none means that it goes nowhere. */
  rules: string[];
  /** What people got of it, in each channel. */
  arrived: Record<Channel, Piece[]>;
  hops: Hop[];
  /** Workflow status in the end; absent for an event that is no finding. */
  workflow?: string;
  /** What Security Hub did with the finding. ignored: it knows a later state of it. */
  state?: Import["state"];
  /** Why it was not taken in the first place. */
  refused?: string;
}

export interface Sent {
  journeys: Journey[];
  /** What people got that belongs to none of them: alarms, and the rest of earlier ones. */
  others: Piece[];
  /** What the local AWS refused or failed to do meanwhile. */
  problems: string[];
}

export interface Item {
  file: string;
  what: Sendable;
}

export interface SendOptions {
  client: Client;
  /** How long all of it may take, milliseconds. */
  patience: number;
  signal?: AbortSignal;
}

interface Underway extends Item {
  made: Import & { refused?: string };
  begun: number;
}

/** Sends, waits until nothing is under way any more, and tells what became of each. Fails when it does not come to rest in time. */
export const sendAndWatch = async (
  items: readonly Item[],
  { client, patience, signal }: SendOptions,
): Promise<Sent> => {
  const before = await client.inbox();
  const seq = (await client.journal(0)).at(-1)?.seq ?? 0;
  const underway: Underway[] = [];
  for (const item of items) {
    signal?.throwIfAborted();
    const begun = Date.now();
    const made = await client.send(item.what).catch((error: Error) => ({ events: [], refused: error.message }));
    underway.push({ ...item, begun, made });
  }
  await untilIdle(client, patience, signal);

  const after = await client.inbox();
  const journal = await client.journal(seq);
  return await report(client, underway, { before, after, journal });
};

interface Seen {
  before: InboxEntries;
  after: InboxEntries;
  journal: readonly JournalEntry[];
}

const report = async (client: Client, underway: readonly Underway[], seen: Seen): Promise<Sent> => {
  const pieces = newPieces(seen.before, seen.after);
  const taken = new Set<Piece>();
  const workflows = await workflowsOf(client, underway);
  const journeys = underway.map((item): Journey => {
    const finding = findingIn(item.what);
    const key = finding && alertKeyOf(finding);
    const own = key ? pieces.filter(({ message }) => message.includes(key)) : [];
    for (const piece of own) taken.add(piece);
    const of = (channel: Channel) => own.filter((piece) => piece.channel === channel);
    return {
      file: item.file,
      title: titleOf(item.what, finding),
      alertKey: key,
      finding,
      rules: rulesOf(item.made, seen.journal),
      arrived: { slack: of("slack"), backlog: of("backlog"), mail: of("mail") },
      hops: hopsOf(
        { begun: item.begun, events: item.made.events, execution: key && `${key}-`, arrived: own },
        seen.journal,
      ),
      workflow: workflows.get(item),
      state: item.made.state,
      refused: item.made.refused,
    };
  });
  return { journeys, others: pieces.filter((piece) => !taken.has(piece)), problems: problemsIn(seen.journal) };
};

const workflowsOf = async (
  client: Client,
  underway: readonly Underway[],
): Promise<Map<Underway, string | undefined>> => {
  const named = underway.flatMap((item) => (item.made.finding ? [{ item, name: item.made.finding }] : []));
  const workflows = await client.workflows(named.map(({ name }) => name));
  return new Map(named.map(({ item }, index) => [item, workflows[index]]));
};

const findingIn = (what: Sendable): Finding | undefined => {
  if ("event" in what && what.event.source !== "aws.health") return undefined;
  try {
    return "finding" in what ? findingOf(what.finding) : observationsOf(what.event)[0]?.finding;
  } catch {
    // Security Hub may take what intake can't read: then no message can be its own, and the dead letter is in the problems.
    return undefined;
  }
};

const titleOf = (what: Sendable, finding: Finding | undefined): string =>
  finding?.title ?? ("event" in what ? String(what.event["detail-type"]) : "");

const rulesOf = (made: Import, journal: readonly JournalEntry[]): string[] => {
  const rules = journal.flatMap((entry) =>
    entry.kind === "event" && made.events.includes(entry.id) ? entry.rules : [],
  );
  return [...new Set(rules)];
};

/** Everything in a journal that ought not to happen in a sound installation, in words. */
export const problemsIn = (journal: readonly JournalEntry[]): string[] => {
  const problems = journal.flatMap((entry) => {
    switch (entry.kind) {
      case "authorisation":
        return entry.decision === "denied"
          ? [`${entry.principal} may not ${entry.action} on ${entry.resource} (${entry.point})`]
          : [];
      case "delivery":
        return entry.outcome === "delivered"
          ? []
          : [`rule ${entry.rule} to ${entry.target}: ${entry.outcome}${entry.error ? `, ${entry.error}` : ""}`];
      case "invocation":
        return entry.error ? [`function ${entry.function} failed: ${entry.error}`] : [];
      case "execution":
        return ["FAILED", "TIMED_OUT", "ABORTED"].includes(entry.status)
          ? [`execution ${entry.arn}: ${entry.status}`]
          : [];
      case "alarm":
        return entry.to === "ALARM" ? [`alarm ${entry.name} (${entry.account}, ${entry.region}): ${entry.reason}`] : [];
      default:
        return [];
    }
  });
  return [...new Set(problems)];
};

/** Waits until queues, functions, executions and deliveries are empty, and stay so for two looks. */
export const untilIdle = async (client: Client, patience: number, signal?: AbortSignal): Promise<void> => {
  let activity: Activity | undefined;
  let pending = 0;
  let quiet = 0;
  for (const deadline = Date.now() + patience; Date.now() < deadline; await sleep(150, undefined, { signal })) {
    [pending, activity] = [await client.pending(), await client.activity()];
    quiet = pending === 0 && activity.idle ? quiet + 1 : 0;
    if (quiet === 2) return;
  }
  throw new Error(`Not at rest after ${Math.round(patience / 1000)} s: ${busyWith(activity, pending)}`);
};

const busyWith = (activity: Activity | undefined, pending: number): string => {
  const queues = activity?.queues
    .filter(({ consumed, visible, inFlight, delayed }) => consumed && visible + inFlight + delayed > 0)
    .map(
      ({ name, visible, inFlight, delayed }) =>
        `queue ${name} (${visible} waiting, ${inFlight} in flight, ${delayed} delayed)`,
    );
  const executions = activity?.executions.map((arn) => `execution ${arn}`);
  const counts = [
    [activity?.invocations, "invocations"],
    [activity?.deliveries, "deliveries"],
    [pending, "events to be put on a bus"],
  ] as const;
  const parts = [
    ...(queues ?? []),
    ...(executions ?? []),
    ...counts.flatMap(([n, what]) => (n ? [`${n} ${what}`] : [])),
  ];
  return parts.join(", ") || "no word of what";
};
