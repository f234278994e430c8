import type { Channel } from "../../handlers/alert/types";
import { confirm, isInteractive } from "../confirm";
import { EXIT, Misuse } from "../failure";
import { operate } from "../operate/operate";
import { type ChannelPause, endPause, pauseOf, setPause } from "../operate/pause";
import { callerOf, type Pipeline } from "../operate/pipeline";
import { momentAfter } from "../operate/times";
import { plain } from "../operate/words";
import { columns } from "../table";
import type { Context, Done, OperatingOptions } from "./context";

export interface ResumeOptions extends OperatingOptions {
  /** Default: all. */
  channel?: string;
}

export interface PauseOptions extends ResumeOptions {
  for?: string;
  reason?: string;
  status?: boolean;
  yes?: boolean;
}

/** As much of a reason as is kept. */
const REASON_LENGTH = 200;

/** Holds messages of channels back, which wait in the meantime. Again for one that is paused, it changes until when, and why. */
export const pause = (context: Context, options: PauseOptions): Promise<Done> => {
  const { status, reason } = options;
  if (!status && !options.yes && !isInteractive()) {
    throw new Misuse("pause asks before it silences anything, and there is nobody to ask: add --yes, or --status.");
  }
  const now = new Date().toISOString();
  const pausedUntil = options.for === undefined ? undefined : momentAfter("--for", options.for, Date.parse(now));
  return operate("pause", context, options, async (pipeline) => {
    const channels = chosen(pipeline, options.channel);
    if (status) return await shown(pipeline, channels, now);
    const until = pausedUntil ? `until ${pausedUntil}` : "until somebody resumes it";
    const question = `Hold back messages in ${channels.join(", ")} ${until}? Alerts wait, and are told after it.`;
    if (!options.yes && !(await confirm(question, context.interruption.stop))) {
      return { ...(await shown(pipeline, channels, now)), exitCode: EXIT.declined };
    }
    const pausedBy = await callerOf(pipeline);
    const why = reason && plain(reason, REASON_LENGTH);
    const wanted = { pausedAt: now, pausedBy, ...(pausedUntil && { pausedUntil }), ...(why && { reason: why }) };
    for (const channel of channels) await setPause(pipeline, channel, wanted);
    return await shown(pipeline, channels, now);
  });
};

/** Ends the pause of channels. Those that are not paused stay as they are. */
export const resume = (context: Context, options: ResumeOptions): Promise<Done> =>
  operate("resume", context, options, async (pipeline) => {
    const channels = chosen(pipeline, options.channel);
    for (const channel of channels) await endPause(pipeline, channel);
    return await shown(pipeline, channels, new Date().toISOString());
  });

const chosen = ({ channels, stack }: Pipeline, wanted = "all"): Channel[] => {
  if (wanted === "all") return channels;
  const found = channels.find((channel) => channel === wanted);
  if (found) return [found];
  throw new Misuse(`${wanted} is no channel of the stack ${stack}, which tells in ${channels.join(", ")}.`);
};

const shown = async (pipeline: Pipeline, of: readonly Channel[], now: string): Promise<Done> => {
  const channels = await Promise.all(of.map((channel) => pauseOf(pipeline, channel, now)));
  return {
    results: [],
    words: columns(["channel", "", "until", "by", "why"], channels.map(row)),
    details: { channels },
  };
};

const row = ({ channel, paused, pausedAt, pausedUntil, pausedBy, reason }: ChannelPause): string[] =>
  paused
    ? [channel, `paused since ${pausedAt}`, pausedUntil ?? "resume", pausedBy ?? "", plain(reason ?? "", 60)]
    : [channel, "tells", "", "", ""];
