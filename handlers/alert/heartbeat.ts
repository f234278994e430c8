import { isBroken, isRefused } from "./errors";
import { isPaused, retryAfter } from "./gate";
import type { AlertStore } from "./ports";
import type { Channel } from "./types";

/** A channel whose life no message shows every day: its service is asked instead. */
export interface Heartbeat {
  channel: Channel;
  /** Asks what changes nothing. Throws as ChannelService.send does. */
  ask(): Promise<void>;
}

interface BeatPorts {
  store: Pick<AlertStore, "channel" | "broke" | "works">;
  /** ISO 8601. */
  now: () => string;
}

/** What the service answered; undefined where it was not asked. */
type Beat = Promise<{ broken?: string } | undefined>;

/**
 * Asks a channel's service whether it would take a message. Where it takes none, the channel counts as broken from now on, as
 * if a message had been refused: gives the reason. A channel that was broken and answers counts as working again. One that is
 * paused is not asked: most likely its service is being worked on. Throws where it can't be told.
 */
export async function beat(ports: BeatPorts, heartbeat: Heartbeat): Beat {
  const state = await ports.store.channel(heartbeat.channel);
  if (isPaused(state, ports.now())) return undefined;
  const broken = await refusal(ports, heartbeat, state.failures);
  if (!broken && state.brokenSince) await ports.store.works(heartbeat.channel);
  return { broken };
}

/**
 * Asks a broken channel's service again, when it is due to be tried: with no alert waiting, nothing else would, and its alarm would
 * say that it has recovered. One that answers is left for a message to try: perhaps only messages are refused.
 */
export async function beatAgain(ports: BeatPorts, heartbeat: Heartbeat): Beat {
  const state = await ports.store.channel(heartbeat.channel);
  const { brokenSince, failures, retryAt = "" } = state;
  const now = ports.now();
  if (!brokenSince || retryAt > now || isPaused(state, now)) return undefined;
  return { broken: await refusal(ports, heartbeat, failures) };
}

async function refusal(
  { store, now }: BeatPorts,
  { channel, ask }: Heartbeat,
  failures = 0,
): Promise<string | undefined> {
  try {
    await ask();
    return undefined;
  } catch (error) {
    if (!isBroken(error) && !isRefused(error)) throw error;
    const { message: reason } = error as Error;
    const at = now();
    await store.broke(channel, { reason, failures: failures + 1, at, retryAt: retryAfter(failures + 1, at) });
    return reason;
  }
}
