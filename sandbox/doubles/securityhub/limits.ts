import type { Clock } from "../controlPlane/clock";
import type { ServiceError } from "../controlPlane/errors";
import { tooManyRequests } from "../controlPlane/faults";
import type { Call } from "../controlPlane/service";

/** Requests a second, and how many at once, by operation: https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub_limits.html */
const limits: Record<string, { perSecond: number; burst: number }> = {
  GetFindings: { perSecond: 3, burst: 6 },
  BatchUpdateFindings: { perSecond: 10, burst: 30 },
  // AWS names no limits of V2's: taken to be the same.
  GetFindingsV2: { perSecond: 3, burst: 6 },
  BatchUpdateFindingsV2: { perSecond: 10, burst: 30 },
};

/** A token bucket for each account, region and operation. */
export class RequestLimits {
  private readonly buckets = new Map<string, { tokens: number; at: number }>();

  constructor(private readonly clock: Clock) {}

  /** Counts a request, or refuses it: with TooManyRequestsException, if nothing else is given. */
  count(operation: string, { account, region }: Call, refusal: () => ServiceError = tooManyRequests): void {
    const limit = limits[operation];
    if (limit === undefined) return;
    const key = `${account}/${region}/${operation}`;
    const now = this.clock.now();
    const bucket = this.buckets.get(key) ?? { tokens: limit.burst, at: now };
    const tokens = Math.min(limit.burst, bucket.tokens + ((now - bucket.at) / 1000) * limit.perSecond);
    this.buckets.set(key, { tokens: tokens < 1 ? tokens : tokens - 1, at: now });
    if (tokens < 1) throw refusal();
  }
}
