import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { SFNClient } from "@aws-sdk/client-sfn";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { redriveMessage } from "../../handlers/alert/redrive";
import { workflowExecutions } from "../../handlers/aws/executions";
import { messageOf } from "../failure";
import { type Letter, letterOf, type Way } from "./letters";
import type { Pipeline } from "./pipeline";
import { deleteAll, type Held, pagesOf, sendAll, showAll } from "./queues";

/** A message that waited for a person, and what became of it: docs/ops.md documents it. */
export interface Redriven {
  /** The queue that it waits, or waited, in. */
  queue: string;
  /** SQS's id of the message. */
  id: string;
  /** When it came there; ISO 8601. */
  since: string;
  about: string;
  reason: string;
  /** Where it goes: a queue of the pipeline, "function NAME", "topic NAME", or "stays". */
  to: string;
  /** waits: nothing was done yet. stays: it can't go anywhere. failed: it is still there, and `why` says what went wrong. */
  outcome: "waits" | "redriven" | "stays" | "failed";
  /** Why it stays, or what failed. */
  why?: string;
}

export interface RedriveAsk {
  /** The queue of `pipeline.kept` to go through. */
  queue: string;
  /** Sends and deletes; else only looks. */
  act: boolean;
  /** Sends what intake can't read, too. */
  force: boolean;
  /** How many more messages may be taken. Each one that is counts it down, over all queues. */
  room: { left: number };
  /** Those of these ids alone, which are then taken out of it. Default: all. */
  only?: Set<string>;
  stop: AbortSignal;
  /** Told how many have been gone through. */
  tell: (count: number) => void;
}

/** What a way ends in, once it is known whether its execution runs. */
type Going = Exclude<Way, { kind: "settle" }>;
type Read = { held: Held; letter: Letter; going: Going };

/**
 * Goes through a queue: receives, sends where it belongs, deletes, in this order, so that whoever is stopped at any step loses nothing. What was sent
 * and not deleted goes twice, which the rules of the alert's life make harmless. What stays shows again at the end. `done` gets what
 * became of each message, also where this throws.
 */
export const redriveQueue = async (pipeline: Pipeline, ask: RedriveAsk, done: Redriven[]): Promise<void> => {
  const sqs = pipeline.account.client(SQSClient, pipeline.region);
  const url = pipeline.kept[ask.queue] ?? "";
  const kept = new Map<string, Held>();
  const wanted = () => (ask.stop.aborted ? 0 : ask.only ? ask.only.size && Number.POSITIVE_INFINITY : ask.room.left);
  const ways = waysOf(pipeline);
  let failure: unknown;
  try {
    for await (const page of pagesOf(sqs, url, wanted)) {
      const ours = page.filter(({ id }) => !ask.only || ask.only.delete(id));
      ask.room.left -= ours.length;
      // Until it is known that they have gone.
      for (const held of page) kept.set(held.id, held);
      const letters = ours.map((held) => ({ held, letter: letterOf(held, pipeline.queues, ask.force) }));
      const read = await Promise.all(
        letters.map(async (one): Promise<Read> => ({ ...one, going: await ways.settled(one.letter.way) })),
      );
      const outcomes = ask.act ? await go(sqs, url, pipeline, read, ways) : read.map(asItStands);
      for (const [i, outcome] of outcomes.entries()) {
        const one = read[i] as Read;
        done.push(resultOf(ask.queue, one, outcome));
        if (outcome.outcome === "redriven") kept.delete(one.held.id);
      }
      ask.tell(done.length);
    }
  } catch (error) {
    failure = error;
  }
  await showAll(sqs, url, [...kept.values()]).catch((error) => {
    failure ??= error;
  });
  if (failure) throw failure;
};

type Outcome = Pick<Redriven, "outcome" | "why">;

const asItStands = ({ going }: Read): Outcome =>
  going.kind === "stay" ? { outcome: "stays", why: going.why } : { outcome: "waits" };

const resultOf = (queue: string, { held, letter, going }: Read, outcome: Outcome): Redriven => ({
  ...{ queue, id: held.id, since: held.sentAt, about: letter.about, reason: letter.reason, to: toInWords(going) },
  ...outcome,
});

const toInWords = (going: Going): string => {
  if (going.kind === "queue") return going.queue;
  return going.kind === "stay" ? "stays" : `${going.kind} ${going.arn.split(":").at(-1)}`;
};

/** Sends a page's messages and deletes those that went. */
const go = async (
  sqs: SQSClient,
  url: string,
  pipeline: Pipeline,
  page: readonly Read[],
  { invoke, publish }: Ways,
): Promise<Outcome[]> => {
  const problems = new Map<string, string>();
  for (const queue of new Set(page.flatMap(({ going }) => (going.kind === "queue" ? [going.queue] : [])))) {
    const messages = page.flatMap(({ held, going }) =>
      going.kind === "queue" && going.queue === queue ? [{ id: held.id, body: going.body }] : [],
    );
    const refused = await sendAll(sqs, pipeline.queues[queue] ?? "", messages);
    for (const [id, why] of refused) problems.set(id, `not sent: ${why}`);
  }
  for (const { held, going } of page) {
    if (going.kind !== "function" && going.kind !== "topic") continue;
    const why = await (going.kind === "topic" ? publish : invoke)(going.arn, going.body);
    if (why) problems.set(held.id, why);
  }
  const went = page.filter(({ held, going }) => going.kind !== "stay" && !problems.has(held.id));
  const left = await deleteAll(
    sqs,
    url,
    went.map(({ held }) => held),
  );
  for (const [id, why] of left) problems.set(id, `sent, but not deleted, so that it may go once more: ${why}`);
  return page.map((read): Outcome => {
    const why = problems.get(read.held.id);
    if (why) return { outcome: "failed", why };
    return read.going.kind === "stay" ? asItStands(read) : { outcome: "redriven" };
  });
};

/** Of an event whose rule would have worded it: what is mailed is the event. */
const SUBJECT = "hakken: an event that could not be delivered before";

interface Ways {
  /** The way, with it decided whether an execution still waits to be settled. */
  settled: (way: Way) => Promise<Going>;
  /** Invokes a function and waits for it; gives why it failed. */
  invoke: (arn: string, event: string) => Promise<string | undefined>;
  /** Publishes an event as it is; gives why it failed. */
  publish: (arn: string, event: string) => Promise<string | undefined>;
}

const waysOf = ({ account, region, workflow }: Pipeline): Ways => {
  const executions = workflowExecutions(account.client(SFNClient, region), workflow);
  const lambda = account.client(LambdaClient, region);
  const scheduled = new Map<string, Promise<string | undefined>>();
  const call = async (FunctionName: string, event: string) => {
    try {
      const { FunctionError, Payload } = await lambda.send(
        new InvokeCommand({ FunctionName, Payload: Buffer.from(event) }),
      );
      return FunctionError && `it failed: ${Buffer.from(Payload ?? []).toString()}`;
    } catch (error) {
      return `not invoked: ${(error as Error).name}: ${messageOf(error)}`;
    }
  };
  const sns = account.client(SNSClient, region);
  return {
    publish: async (TopicArn, event) => {
      try {
        await sns.send(new PublishCommand({ TopicArn, Subject: SUBJECT, Message: event }));
        return undefined;
      } catch (error) {
        return `not published: ${(error as Error).name}: ${messageOf(error)}`;
      }
    },
    settled: async (way) => {
      if (way.kind !== "settle") return way;
      const { execution, alertKey, body } = way;
      if ((await executions.status(execution)) === "running") return { kind: "queue", queue: "settle", body };
      return { kind: "queue", queue: "opening", body: JSON.stringify(redriveMessage(alertKey)) };
    },
    invoke: (arn, event) => {
      // Hours that a schedule missed are made up for by one run.
      if (!event.includes('"Scheduled Event"')) return call(arn, event);
      const run = scheduled.get(arn) ?? call(arn, event);
      scheduled.set(arn, run);
      return run;
    },
  };
};
