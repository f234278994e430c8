import { ServiceError } from "./errors";

/** What the next calls of one operation meet. */
export type Fault =
  /** Refused with 429 before anything is done. */
  | { kind: "throttled" }
  /** Answered with this status (5xx) before anything is done. */
  | { kind: "error"; status: number }
  /** Done, and then the connection is closed without an answer. */
  | { kind: "lostReply" }
  /** Done and answered, but only after this time. */
  | { kind: "slow"; milliseconds: number }
  /** BatchUpdateFindings only: every finding of the call comes back unprocessed with this code. */
  | { kind: "unprocessed"; code: string };

/** Faults on command, in the order in which they were asked for. */
export class Faults {
  private readonly waiting: { operation: string; fault: Fault; left: number }[] = [];

  /** The next `calls` calls of this operation (such as "GetFindings") meet this fault. Default: one call. */
  next(operation: string, fault: Fault, calls = 1): void {
    this.waiting.push({ operation, fault, left: calls });
  }

  /** Takes the fault that a call now beginning is to meet. */
  take(operation: string): Fault | undefined {
    const index = this.waiting.findIndex((one) => one.operation === operation);
    const found = this.waiting[index];
    if (found === undefined) return undefined;
    found.left -= 1;
    if (found.left <= 0) this.waiting.splice(index, 1);
    return found.fault;
  }

  /** How many calls are still to meet a fault. */
  get left(): number {
    return this.waiting.reduce((sum, one) => sum + one.left, 0);
  }

  clear(): void {
    this.waiting.length = 0;
  }
}

/** The refusal that a fault stands for, if it is one that stops the call before anything is done. */
export function refusal(fault: Fault | undefined): ServiceError | undefined {
  if (fault?.kind === "throttled") return tooManyRequests();
  if (fault?.kind === "error")
    return new ServiceError(
      "InternalException",
      fault.status,
      "An internal error occurred while processing the request.",
    );
  return undefined;
}

export const tooManyRequests = () => new ServiceError("TooManyRequestsException", 429, "Too Many Requests");
