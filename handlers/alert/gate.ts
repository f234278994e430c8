import { type Matchers, matches } from "./group";
import { kindOf } from "./notice";
import type { AlertRecord, Deferred } from "./record";
import type { Channel, Finding, Notice } from "./types";

/** How a channel is doing, over all executions. */
export interface ChannelState {
  /** The hour that `sent` counts, as "2026-11-22T05". */
  hour?: string;
  /** Messages sent in that hour. */
  sent?: number;
  /** Since when the service takes nothing: a revoked token, a channel that is gone. */
  brokenSince?: string;
  /** What it said. */
  brokenReason?: string;
  /** How often it was tried since then. */
  failures?: number;
  /** When it is tried again. */
  retryAt?: string;
  /** Since when it is paused by hand. */
  pausedAt?: string;
  /** Until when; absent: until it is resumed. */
  pausedUntil?: string;
}

/** Alerts of these findings wait until the time is over: for a maintenance. */
export interface Mute {
  /** ISO 8601. */
  from: string;
  until: string;
  /** Default: all. */
  match?: Matchers;
}

export interface GateSettings {
  /** Messages an hour; past it, what is new waits for the digest. Default: no limit. */
  hourlyBudget?: number;
  mutes: readonly Mute[];
  /** Whether some channel has a daily digest: without one, everything is told by itself. */
  digests: boolean;
}

/**
 * What a word has to do before it goes. defer: it is told in the next digest. silent: it counts as told here, since a digest
 * tells it elsewhere. probe: the service is tried, to see whether it takes messages again.
 */
export type Gate = { kind: "go" } | { kind: "silent" } | { kind: "probe"; retryAt: string } | Held;

type Held = { kind: "wait"; seconds: number; reason: string } | { kind: "defer"; reason: Deferred["reason"] };

/** An execution looks so often whether what holds it is over, and whether others wait for it, in seconds. */
const LOOK_SECONDS = 900;

/** Whether a word may go now, but for the budget. */
export function gateOf(
  alert: AlertRecord,
  channel: Channel,
  state: ChannelState,
  { mutes, digests }: GateSettings,
  now: string,
): Gate {
  // A message that says open is closed where it stands, whatever the later occurrence was for.
  const reason = digests && kindOf(alert, channel) !== "closed" ? alert.digest : undefined;
  if (reason && channel === "backlog") return { kind: "silent" };
  const until = isPaused(state, now) ? (state.pausedUntil ?? "~") : mutedUntil(alert.finding, mutes, now);
  if (until) return { kind: "wait", seconds: lookIn(until, now), reason: isPaused(state, now) ? "paused" : "muted" };
  if (state.brokenSince) {
    const retryAt = state.retryAt ?? state.brokenSince;
    if (retryAt > now) return { kind: "wait", seconds: lookIn(retryAt, now), reason: "broken" };
    return { kind: "probe", retryAt };
  }
  return reason ? { kind: "defer", reason } : { kind: "go" };
}

/**
 * What becomes of a word that the budget has no room for: news is for the digest; that something is over waits for the next
 * hour, since its message would go on saying that it is open.
 */
export function pastBudget({ kind }: Notice, { digests }: GateSettings, now: string): Held {
  const nextHour = `${new Date(Date.parse(now) + 3_600_000).toISOString().slice(0, 13)}:00:00.000Z`;
  if (kind === "closed" || !digests) return { kind: "wait", seconds: secondsUntil(nextHour, now), reason: "budget" };
  return { kind: "defer", reason: "budget" };
}

/** Messages that this one may be the last of in an hour: as many again are kept for CRITICAL ones, and for what a person asks for. */
export const budgetFor = (notice: Notice, budget: number): number =>
  notice.finding.severity === "CRITICAL" || notice.kind === "requested" ? budget * 2 : budget;

/** The hour that a message is counted in. */
export const hourOf = (now: string): string => now.slice(0, 13);

/** A service that takes nothing is tried again after 1, 2, 4 ... 30 minutes. */
export const retryAfter = (failures: number, now: string): string =>
  new Date(Date.parse(now) + Math.min(2 ** (failures - 1), 30) * 60_000).toISOString();

/** Whether a channel is to be silent altogether: then its digest waits too. */
export const isSilenced = (state: ChannelState, mutes: readonly Mute[], now: string): boolean =>
  isPaused(state, now) || mutes.some((mute) => !mute.match && isDuring(mute, now));

/** Whether alerts of a finding wait for a maintenance to end. */
export const isMuted = (finding: Finding, mutes: readonly Mute[], now: string): boolean =>
  mutedUntil(finding, mutes, now) !== undefined;

export const isPaused = ({ pausedAt, pausedUntil }: ChannelState, now: string): boolean =>
  pausedAt !== undefined && (pausedUntil === undefined || pausedUntil > now);

const mutedUntil = (finding: Finding, mutes: readonly Mute[], now: string): string | undefined =>
  mutes
    .filter((mute) => isDuring(mute, now) && (!mute.match || matches(finding, mute.match)))
    .map(({ until }) => until)
    .sort()
    .at(-1);

const isDuring = ({ from, until }: Mute, now: string): boolean => from <= now && now < until;

/** How long to wait before looking again, in seconds; "~" stands for a time that nobody knows. */
export const lookIn = (until: string, now: string): number =>
  until === "~" ? LOOK_SECONDS : Math.min(LOOK_SECONDS, secondsUntil(until, now));

/** At least one, since a Wait state takes whole seconds. */
const secondsUntil = (time: string, now: string): number =>
  Math.max(1, Math.ceil((Date.parse(time) - Date.parse(now)) / 1000));
