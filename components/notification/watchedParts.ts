import type * as aws from "@pulumi/aws";
import type { Channel } from "../../handlers/alert/types";
import { NAMESPACE } from "../../handlers/log";
import type { AlarmNotice } from "./AlarmNotice";
import type { AlarmsArgs, Watch } from "./Alarms";
import type { EncryptedQueue } from "./EncryptedQueue";
import type { Intake } from "./Intake";
import { type SelfCheck, selfCheckWatches } from "./SelfCheck";
import type { Settle, SettleQueue } from "./Settle";
import type { Sweeper } from "./Sweeper";
import type { ScheduledPart } from "./scheduledParts";

export interface PipelineParts {
  intake: Intake;
  /** Where executions ask to be settled. */
  asks: SettleQueue;
  settle: Settle;
  sweeper: Sweeper;
  selfCheck: SelfCheck;
  scheduled: Record<string, ScheduledPart>;
  failedAlerts: EncryptedQueue;
  /** Of the rules. */
  deadLetters: EncryptedQueue;
  /** Tells alarms a second way. Default: nobody does. */
  notice?: AlarmNotice;
  channels: readonly { channel: Channel; function: aws.lambda.Function }[];
}

type Parts = Pick<AlarmsArgs, "deadLetters" | "workQueues" | "functions" | "others">;

/** What the alarms watch of the pipeline's parts: their keys are in the alarms' names, which must stay. */
export function watchedParts(parts: PipelineParts): Parts {
  const { intake, asks, settle, sweeper, selfCheck, scheduled, failedAlerts, deadLetters, notice, channels } = parts;
  return {
    deadLetters: {
      "intake-dead-letters": intake.deadLetters,
      "rule-dead-letters": deadLetters,
      "settle-dead-letters": asks.deadLetters,
      "failed-alerts": failedAlerts,
    },
    workQueues: {
      opening: { queue: intake.openingQueue, lateAfterSeconds: 30 * 60 },
      closing: { queue: intake.closingQueue, lateAfterSeconds: 6 * 3600 },
      settle: { queue: asks.queue, lateAfterSeconds: 30 * 60 },
      ...(intake.healthQueue && { health: { queue: intake.healthQueue, lateAfterSeconds: 30 * 60 } }),
    },
    functions: {
      intake: { function: intake.function, errors: 1 },
      settle: { function: settle.function, errors: 1 },
      sweeper: { function: sweeper.function, errors: 1 },
      "self-check": { function: selfCheck.function, errors: 1 },
      ...scheduled,
      ...(notice && { "alarm-notice": { function: notice.function, errors: 1 } }),
      ...Object.fromEntries(channels.map((made) => [made.channel, { function: made.function, errors: 5 }])),
    },
    others: {
      ...selfCheckWatches(selfCheck),
      ...Object.fromEntries(channels.map(({ channel }) => [`${channel}-broken`, brokenWatch(channel)])),
    },
  };
}

/** One alarm for as long as the service takes nothing: it is tried every half an hour at least. */
const brokenWatch = (channel: Channel): Watch => ({
  description: `The channel ${channel} takes nothing at all, as after a revoked token. Its alerts wait until it does.`,
  namespace: NAMESPACE,
  metric: "broken",
  dimensions: { channel },
  statistic: "Sum",
  periodSeconds: 3600,
  threshold: 1,
});
