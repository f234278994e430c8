/** A limit with a small burst: `burst` at once, then one each 1/perSecond seconds. */
export interface RateLimit {
  perSecond: number;
  burst: number;
}

/** Counts requests by key. `take` gives 0 when there is room, else the whole seconds to wait, as Retry-After has them. */
export function rateLimiter(limit: RateLimit, now: () => number): { take(key: string): number } {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    take: (key) => {
      const at = now();
      const last = buckets.get(key) ?? { tokens: limit.burst, at };
      const tokens = Math.min(limit.burst, last.tokens + ((at - last.at) / 1000) * limit.perSecond);
      if (tokens >= 1) {
        buckets.set(key, { tokens: tokens - 1, at });
        return 0;
      }
      buckets.set(key, { tokens, at });
      return Math.max(1, Math.ceil((1 - tokens) / limit.perSecond));
    },
  };
}
