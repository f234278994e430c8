import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { EncryptionKey } from "./EncryptionKey";

/** How the queues of a pipeline are kept. */
export interface QueueKeeping {
  /** Days that a message stays, 1 to 14. */
  retentionDays: number;
  /** Refuses to delete or replace a queue, whose messages would go with it. */
  protect: boolean;
}

export interface EncryptedQueueArgs extends QueueKeeping {
  region: string;
  key: EncryptionKey;
  /** Seconds that a message stays hidden once received. Default: 30, for queues that people read. */
  visibilityTimeoutSeconds?: number;
  /** Where messages go that were received five times without being done with. Default: none, they stay. */
  deadLetters?: EncryptedQueue;
}

/** Below five, a throttled function sends messages to the dead letters that nothing is wrong with. */
const RECEIVES = 5;

/** A queue under a customer-managed key. */
export class EncryptedQueue extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  readonly url: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;
  private readonly region: string;
  private readonly label: string;

  constructor(name: string, args: EncryptedQueueArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:notification:EncryptedQueue", name, {}, { ...opts, protect: args.protect });
    this.region = args.region;
    this.label = name;

    const queue = new aws.sqs.Queue(
      name,
      {
        kmsMasterKeyId: args.key.arn,
        kmsDataKeyReusePeriodSeconds: 300,
        messageRetentionSeconds: args.retentionDays * 86_400,
        visibilityTimeoutSeconds: args.visibilityTimeoutSeconds ?? 30,
        redrivePolicy:
          args.deadLetters &&
          pulumi.jsonStringify({ deadLetterTargetArn: args.deadLetters.arn, maxReceiveCount: RECEIVES }),
        region: args.region,
      },
      { parent: this },
    );
    this.arn = queue.arn;
    this.url = queue.url;
    this.name = queue.name;

    this.registerOutputs();
  }

  /** Lets these rules send to it: the target as much as the target's dead-letter queue needs it. */
  acceptFrom(rules: readonly aws.cloudwatch.EventRule[]): aws.sqs.QueuePolicy {
    const policy = pulumi.jsonStringify({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "RulesSend",
          Effect: "Allow",
          Principal: { Service: "events.amazonaws.com" },
          Action: "sqs:SendMessage",
          Resource: this.arn,
          Condition: { ArnEquals: { "aws:SourceArn": rules.map(({ arn }) => arn) } },
        },
      ],
    });
    return new aws.sqs.QueuePolicy(
      `${this.label}-policy`,
      { queueUrl: this.url, policy, region: this.region },
      { parent: this },
    );
  }
}
