import { post } from "../../sandbox/client";
import type { Fault } from "../../sandbox/doubles/controlPlane/faults";
import { until } from "./cloud";
import type { Stage } from "./stage";

/** What the next calls of an operation of a service meet, that our doubles speak for. */
export async function fault({ inboxUrl }: Stage, service: string, operation: string, what: Fault, calls: number) {
  await post(`${inboxUrl}/_sandbox/faults/${service}`, { operation, fault: what, calls });
}

/** A function dies when it makes such a call: the call is done, and it never hears of it. */
export interface Death {
  function: string;
  /** As policies name it: "dynamodb:UpdateItem". */
  action: string;
  /** How many such calls go through before. Default: 0. */
  passing?: number;
  /** How often it dies. Default: 1. */
  times?: number;
}

export async function kill({ endpoint, cloud }: Stage, death: Death): Promise<void> {
  await post(`${endpoint}/_sandbox/kills`, { ...death, function: cloud.functionName(death.function) });
}

/** Waits until all functions have died that were to. */
export async function killed({ endpoint }: Stage): Promise<void> {
  await until("functions to be killed", async () => {
    const { waiting } = (await (await fetch(`${endpoint}/_sandbox/kills`)).json()) as { waiting: object[] };
    return waiting.length === 0;
  });
}

/** What a function that died had received is hidden for minutes: meanwhile they pass, every half minute, until this is called. */
export function passHiddenTime({ endpoint }: Stage): () => void {
  const pass = () => void post(`${endpoint}/_sandbox/hidden`, { elapse: 600 }).catch(() => {});
  const timer = setInterval(pass, 30_000);
  return () => clearInterval(timer);
}
