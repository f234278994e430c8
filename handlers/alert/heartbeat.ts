import { isBroken, isRefused } from "./errors";
import { retryAfter } from "./gate";
import type { AlertStore } from "./ports";
import type { Channel } from "./types";

/** A channel whose life no message shows every day: its service is asked instead. */
export interface Heartbeat {
  channel: Channel;
  /** Asks what changes nothing. Throws as ChannelService.send does. */
  ask(): Promise<void>;
}

/**
 * Asks a channel's service whether it would take a message. Where it takes none, the channel counts as broken from now on, as
 * if a message had been refused: gives the reason. A channel that was broken and answers counts as working again. Throws where it
 * can't be told.
 */
export async function beat(
  { store, now }: { store: Pick<AlertStore, "channel" | "broke" | "works">; now: () => string },
  { channel, ask }: Heartbeat,
): Promise<string | undefined> {
  const { brokenSince, failures = 0 } = await store.channel(channel);
  try {
    await ask();
  } catch (error) {
    if (!isBroken(error) && !isRefused(error)) throw error;
    const { message: reason } = error as Error;
    const at = now();
    await store.broke(channel, { reason, failures: failures + 1, at, retryAt: retryAfter(failures + 1, at) });
    return reason;
  }
  if (brokenSince) await store.works(channel);
  return undefined;
}
