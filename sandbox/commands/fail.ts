import { z } from "zod";
import type { Channel } from "../../handlers/alert/types";
import { faultClientOf } from "../client";
import { FAULT_CHANNELS, FAULT_KINDS, type Fault } from "../inbox/faults";
import { type Context, requireRun } from "./context";

export interface FailOptions {
  times?: string;
  retryAfter?: string;
  match?: string;
  on?: string;
  list?: boolean;
  clear?: boolean;
}

/** Makes Slack, Backlog or the mailboxes fail, or lists or ends the faults that were set. */
export const fail = async (
  { places, screen }: Context,
  channel: string | undefined,
  kind: string | undefined,
  options: FailOptions,
): Promise<number> => {
  const asked = options.list || options.clear ? undefined : faultOf(channel, kind, options);
  if (!asked && (channel || (options.list && options.clear))) {
    throw new Error("--list and --clear stand alone: npm run sandbox -- fail --clear");
  }
  const client = faultClientOf(requireRun(places));
  if (options.clear) await client.clear();
  const faults = asked ? await client.add(asked) : await client.list();
  screen.json({ faults });
  for (const fault of faults) screen.say(faultInWords(fault));
  if (!faults.length) screen.say("Nothing fails on command.");
  if (asked) screen.say("To end it: npm run sandbox -- fail --clear");
  return 0;
};

const whole = (least: number) => z.coerce.number().int().min(least);

/** Reads what a person typed. Throws an error with every problem, and the choices there are. */
export const faultOf = (channel: string | undefined, kind: string | undefined, options: FailOptions): Fault => {
  const problems: string[] = [];
  const oneOf = <T extends string>(name: string, value: string | undefined, choices: readonly T[]): T | undefined => {
    const found = choices.find((choice) => choice === value);
    if (!found)
      problems.push(
        `${name}: ${value ? `"${value}" is` : "missing, it is"} ${value ? "none" : "one"} of ${choices.join(", ")}`,
      );
    return found;
  };
  const number = (name: string, value: string | undefined, least: number): number | undefined => {
    if (value === undefined) return undefined;
    const read = whole(least).safeParse(value === "" ? Number.NaN : value);
    if (!read.success) problems.push(`${name}: "${value}" is no whole number from ${least} on`);
    return read.data;
  };
  const fault = {
    channel: oneOf("channel", channel, FAULT_CHANNELS),
    fault: oneOf("fault", kind, FAULT_KINDS),
    times: number("--times", options.times, 1),
    retryAfter: number("--retry-after", options.retryAfter, 0),
    on: options.on === undefined ? undefined : oneOf("--on", options.on, ["writes", "reads", "all"] as const),
    match: options.match,
  };
  if (fault.retryAfter !== undefined && kind !== "429")
    problems.push("--retry-after: only a 429 says when to come back");
  if (options.match === "") problems.push("--match: is empty");
  if (problems.length) throw new Error(problems.join("\n"));
  return Object.fromEntries(Object.entries(fault).filter(([, value]) => value !== undefined)) as unknown as Fault;
};

const NAMES: Record<Channel, string> = { slack: "Slack", backlog: "Backlog", mail: "The mailbox" };

const OUTCOMES: Record<Fault["fault"], (fault: Fault) => string> = {
  "429": ({ retryAfter = 1 }) => `answers 429, to come back after ${retryAfter} s`,
  "500": () => "answers 500",
  "timeout-before": () => "takes nothing and never answers",
  "timeout-after": () => "takes the message and loses the answer",
  auth: () => "refuses the credentials",
  refused: () => "refuses that message for good",
};

/** What a fault does, in a sentence. */
export const faultInWords = (fault: Fault): string => {
  const { channel, on = "writes", times, match } = fault;
  const requests = {
    writes: ["request that writes", "requests that write"],
    reads: ["request that reads", "requests that read"],
    all: ["request", "requests"],
  }[on];
  const which = `${requests[times === 1 ? 0 : 1]}${match ? ` with "${match}"` : ""}`;
  const howMany =
    times === undefined ? `all ${which}, until cleared` : `the next ${times === 1 ? "" : `${times} `}${which}`;
  return `${NAMES[channel]} ${OUTCOMES[fault.fault](fault)}: ${howMany}`;
};
