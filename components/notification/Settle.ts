import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Channel, FindingSource } from "../../handlers/alert/types";
import { settleHandler } from "../../handlers/settle";
import type { AlertTable } from "./AlertTable";
import type { AlertWorkflow } from "./AlertWorkflow";
import { EncryptedQueue, type QueueKeeping } from "./EncryptedQueue";
import type { EncryptionKey } from "./EncryptionKey";
import { HandlerFunction } from "./HandlerFunction";
import { consumeStatements, QueueConsumer, visibilityFor } from "./QueueConsumer";

export interface SettleQueueArgs extends QueueKeeping {
  region: string;
  key: EncryptionKey;
}

const TIMEOUT_SECONDS = 60;
/** Many at once take few of Security Hub's calls, of which there are three a second. */
const BATCH = { batchSize: 50, windowSeconds: 1 };

/** Where executions ask to settle: made before the workflow, which sends to it. */
export class SettleQueue extends pulumi.ComponentResource {
  readonly queue: EncryptedQueue;
  readonly deadLetters: EncryptedQueue;

  constructor(name: string, args: SettleQueueArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:notification:SettleQueue", name, {}, opts);

    const visibilityTimeoutSeconds = visibilityFor(TIMEOUT_SECONDS, BATCH.windowSeconds);
    this.deadLetters = new EncryptedQueue(`${name}-dead-letters`, args, { parent: this });
    this.queue = new EncryptedQueue(
      name,
      { ...args, visibilityTimeoutSeconds, deadLetters: this.deadLetters },
      { parent: this },
    );

    this.registerOutputs();
  }
}

export interface SettleArgs {
  region: string;
  /** Channels that must have told an alert before it counts as told. */
  requiredChannels: Channel[];
  queue: EncryptedQueue;
  /** Where alerts go that a channel gave up. */
  failedAlerts: EncryptedQueue;
  /** Intake's, where it hands findings that are over although their alerts are open. */
  openingQueue: EncryptedQueue;
  table: AlertTable;
  workflow: AlertWorkflow;
  key: EncryptionKey;
  findingSource: FindingSource;
  /** Its Security Hub of the region, as a policy names it. */
  hubArn: string;
}

/** Sets what every required channel has told NOTIFIED, in batches, and lets its executions end. */
export class Settle extends pulumi.ComponentResource {
  readonly function: aws.lambda.Function;
  /** What works its queue off. */
  readonly consumer: aws.lambda.EventSourceMapping;

  constructor(name: string, args: SettleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:notification:Settle", name, {}, opts);
    const { region, key, table, queue } = args;

    const handler = new HandlerFunction(
      name,
      {
        description: "Sets told findings NOTIFIED and ends their executions",
        region,
        factory: settleHandler({
          findingSource: args.findingSource,
          requiredChannels: args.requiredChannels,
          timeoutSeconds: TIMEOUT_SECONDS,
        }),
        statements: [
          ...consumeStatements([queue], key),
          {
            Sid: "SettleAlerts",
            Action: ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem"],
            Resource: [table.arn],
          },
          {
            Sid: "ReadAndMarkFindings",
            Action: ["securityhub:GetFindings", "securityhub:BatchUpdateFindings"],
            Resource: [args.hubArn],
          },
          { Sid: "EndExecutions", Action: ["states:SendTaskSuccess"], Resource: [args.workflow.arn] },
          { Sid: "HandToIntake", Action: ["sqs:SendMessage"], Resource: [args.openingQueue.arn] },
          { Sid: "ReportFailures", Action: ["sqs:SendMessage"], Resource: [args.failedAlerts.arn] },
        ],
        environment: {
          ALERT_TABLE: table.name,
          FAILED_ALERTS_QUEUE_URL: args.failedAlerts.url,
          OPENING_QUEUE_URL: args.openingQueue.url,
        },
        timeoutSeconds: TIMEOUT_SECONDS,
      },
      { parent: this },
    );
    this.function = handler.function;
    const consume = { region, handler: handler.function, queue, ...BATCH };
    this.consumer = new QueueConsumer(`${name}-consumer`, consume, { parent: this }).mapping;

    this.registerOutputs();
  }
}
