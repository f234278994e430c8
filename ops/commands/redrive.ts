import { SQSClient } from "@aws-sdk/client-sqs";
import pLimit from "p-limit";
import { confirm, isInteractive } from "../confirm";
import { EXIT, Misuse, messageOf } from "../failure";
import { operate } from "../operate/operate";
import type { Pipeline } from "../operate/pipeline";
import { type Depth, depthOf } from "../operate/queues";
import { type RedriveAsk, type Redriven, redriveQueue } from "../operate/redrive";
import { redrivenInWords, waitingInWords } from "../operate/words";
import type { Context, Done, OperatingOptions } from "./context";

export interface RedriveOptions extends OperatingOptions {
  /** The queues to go through. Default: all. */
  queue?: string[];
  dryRun?: boolean;
  /** How many messages to take, over all queues. Default: all. */
  limit?: number;
  force?: boolean;
  yes?: boolean;
}

/** What a redrive found and did: docs/ops.md documents it. */
export interface RedriveReport {
  dryRun: boolean;
  /** Of each queue that was gone through, about how many messages it had before. */
  queues: Record<string, Depth>;
  letters: Redriven[];
}

/**
 * Shows what waits in dead-letter queues and among failed alerts, with the reason, asks, and has it done again: each message goes
 * where it belongs, and is deleted after that.
 */
export const redrive = (context: Context, options: RedriveOptions): Promise<Done> => {
  if (!options.yes && !options.dryRun && !isInteractive()) {
    throw new Misuse("redrive asks before it moves anything, and there is nobody to ask: add --yes, or --dry-run.");
  }
  return operate("redrive", context, options, async (pipeline, failed) => {
    const queues = options.queue ?? Object.keys(pipeline.kept);
    const depths = await depthsOf(pipeline, queues);
    const done = (words: string[], { letters, errors }: Gone, exitCode?: number): Done => ({
      results: errors.map(failed),
      words,
      exitCode,
      details: { redrive: { dryRun: Boolean(options.dryRun), queues: depths, letters } },
    });
    if (options.yes && !options.dryRun) {
      const gone = await throughAll(pipeline, queues, { act: true }, options, context);
      return done(redrivenInWords(gone.letters), gone, codeOf(gone, context));
    }

    const seen = await throughAll(pipeline, queues, { act: false }, options, context);
    context.interruption.stop.throwIfAborted();
    const waiting = waitingInWords(seen.letters, depths);
    const going = seen.letters.filter(({ outcome }) => outcome === "waits");
    if (options.dryRun || seen.errors.length > 0 || going.length === 0) return done(waiting, seen);
    for (const line of waiting) context.display.print(line);
    if (!(await confirm(`Redrive ${going.length} of ${seen.letters.length}?`, context.interruption.stop))) {
      return done(["Nothing was redriven."], seen, EXIT.declined);
    }
    const only = new Set(going.map(({ id }) => id));
    const gone = await throughAll(pipeline, queues, { act: true, only }, options, context);
    const missing = only.size ? [`${only.size} of those shown were not there any more`] : [];
    return done([...redrivenInWords(gone.letters), ...missing], gone, codeOf(gone, context));
  });
};

/** What became of the messages, and of the queues that could not be gone through to their end. */
interface Gone {
  letters: Redriven[];
  errors: Error[];
}

const codeOf = ({ letters }: Gone, { interruption }: Context): number | undefined => {
  if (interruption.stop.aborted) return EXIT.interrupted;
  return letters.some(({ outcome }) => outcome === "failed") ? EXIT.failed : undefined;
};

const depthsOf = async (
  { account, region, kept }: Pipeline,
  queues: readonly string[],
): Promise<Record<string, Depth>> => {
  const sqs = account.client(SQSClient, region);
  return Object.fromEntries(
    await Promise.all(queues.map(async (queue) => [queue, await depthOf(sqs, kept[queue] ?? "")] as const)),
  );
};

/** Goes through the queues: side by side, or where there is a limit one after the other. One that fails stops no other. */
const throughAll = async (
  pipeline: Pipeline,
  queues: readonly string[],
  how: Pick<RedriveAsk, "act" | "only">,
  { limit, force = false }: RedriveOptions,
  { interruption, display }: Context,
): Promise<Gone> => {
  const errors: Error[] = [];
  const room = { left: limit ?? Number.POSITIVE_INFINITY };
  const what = how.act ? "redrive" : "look";
  const through = async (queue: string): Promise<Redriven[]> => {
    const tell = (kind: "begin" | "doing" | "end" | "failed", text: string) =>
      display.progress({ stack: queue, kind, text });
    const done: Redriven[] = [];
    tell("begin", what);
    try {
      const ask = { queue, ...how, force, room, stop: interruption.stop };
      await redriveQueue(pipeline, { ...ask, tell: (count) => tell("doing", `${count} messages`) }, done);
      tell("end", `${what}: ${done.length} ${done.length === 1 ? "message" : "messages"}`);
    } catch (error) {
      tell("failed", "failed");
      errors.push(new Error(`queue ${queue}: ${(error as Error).name}: ${messageOf(error)}`));
    }
    return done;
  };
  const turn = pLimit(limit === undefined ? queues.length : 1);
  const letters = await Promise.all(queues.map((queue) => turn(() => through(queue))));
  return { letters: letters.flat(), errors };
};
