import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { EncryptedQueue } from "./EncryptedQueue";
import type { EncryptionKey } from "./EncryptionKey";
import type { Statement } from "./HandlerFunction";

export interface QueueConsumerArgs {
  region: string;
  queue: EncryptedQueue;
  handler: aws.lambda.Function;
  /** Messages a call, at most. */
  batchSize: number;
  /** Seconds that a batch is gathered: 0 for at once. Above a batch size of 10, at least 1. */
  windowSeconds: number;
}

/** SQS's rule: a batch must have ended, with retries of a throttled function, before its messages show again. */
export const visibilityFor = (timeoutSeconds: number, windowSeconds: number): number =>
  6 * timeoutSeconds + windowSeconds;

/** What consuming a queue takes. */
export const consumeStatements = (queues: readonly EncryptedQueue[], key: EncryptionKey): Statement[] => [
  {
    Sid: "ConsumeQueue",
    Action: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
    Resource: queues.map(({ arn }) => arn),
  },
  { Sid: "UseEncrypted", Action: ["kms:Decrypt", "kms:GenerateDataKey"], Resource: [key.arn] },
];

/** Has a function consume a queue: two batches at a time, and only what failed of a batch comes again. */
export class QueueConsumer extends pulumi.ComponentResource {
  readonly mapping: aws.lambda.EventSourceMapping;

  constructor(name: string, args: QueueConsumerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:notification:QueueConsumer", name, {}, opts);

    this.mapping = new aws.lambda.EventSourceMapping(
      name,
      {
        eventSourceArn: args.queue.arn,
        functionName: args.handler.arn,
        batchSize: args.batchSize,
        maximumBatchingWindowInSeconds: args.windowSeconds,
        functionResponseTypes: ["ReportBatchItemFailures"],
        // The least that AWS takes; new accounts may have ten concurrent functions in all.
        scalingConfig: { maximumConcurrency: 2 },
        region: args.region,
      },
      { parent: this },
    );

    this.registerOutputs();
  }
}
