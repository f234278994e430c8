import { setTimeout as sleep } from "node:timers/promises";
import type { Channel } from "../../../handlers/alert/types";
import type { Run } from "../../run";
import { type Pipeline, pipelineOf } from "./pipeline";

interface Watch {
  progress: (line: string) => void;
  signal: AbortSignal;
  untilAtRest: () => Promise<void>;
}

const CHANNELS: readonly Channel[] = ["slack", "mail"];
/** A digest goes on where it was: more runs than this, and it gets nowhere. */
const MOST_RUNS = 60;

/**
 * Has the digest tell what the budget had no room for, as the schedule does it on the following day, until nothing is left to
 * it. Gives how many days' digests it took. Throws where it gets nowhere.
 */
export const tellDigests = async (run: Run, { progress, signal, untilAtRest }: Watch): Promise<number> => {
  const pipeline = await pipelineOf(run);
  let days = 0;
  for (let runs = 0; runs < MOST_RUNS; runs++) {
    const left = (await pipeline.alerts()).filter(({ deferred }) => Object.keys(deferred).length > 0).length;
    if (left === 0) return days;
    progress(`  ${left} alerts are left to the digest ...`);
    days += (await dueAgain(pipeline)) ? 1 : 0;
    await pipeline.invoke("digest");
    await untilAtRest();
    await sleep(await patienceOf(pipeline), undefined, { signal });
  }
  throw new Error(`The digest was not through after ${MOST_RUNS} runs`);
};

/** As on another day, where the last one's digest is through. */
const dueAgain = async (pipeline: Pipeline): Promise<boolean> => {
  const states = await Promise.all(CHANNELS.map((channel) => pipeline.digest(channel)));
  if (states.some(({ parts, part }) => part !== undefined || parts !== undefined)) return false;
  for (const channel of CHANNELS) await pipeline.dueAgain(channel);
  return true;
};

/** How long the channels ask to wait, in milliseconds: a service that was asked too often is tried again later. */
const patienceOf = async (pipeline: Pipeline): Promise<number> => {
  const states = await Promise.all(CHANNELS.map((channel) => pipeline.digest(channel)));
  return Math.max(0, ...states.map(({ retryAt }) => (retryAt ? Date.parse(retryAt) - Date.now() : 0)));
};
