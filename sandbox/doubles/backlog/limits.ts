export type RequestKind = "read" | "update" | "search";

export interface LimitState {
  limit: number;
  remaining: number;
  /** Seconds since 1970 at which the minute ends. */
  reset: number;
  exceeded: boolean;
}

/**
 * Requests a minute by user and kind, from the first request on.
 * https://developer.nulab.com/docs/backlog/rate-limit
 */
export function minuteLimits(limits: Record<RequestKind, number>, now: () => number) {
  const windows = new Map<string, { used: number; reset: number }>();
  return (userId: number, kind: RequestKind): LimitState => {
    const key = `${userId} ${kind}`;
    const seconds = now() / 1000;
    let window = windows.get(key);
    if (window === undefined || seconds >= window.reset) {
      window = { used: 0, reset: Math.floor(seconds) + 60 };
      windows.set(key, window);
    }
    window.used += 1;
    const limit = limits[kind];
    return { limit, remaining: Math.max(0, limit - window.used), reset: window.reset, exceeded: window.used > limit };
  };
}
