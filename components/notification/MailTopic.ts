import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { EncryptionKey } from "./EncryptionKey";

export interface MailTopicArgs {
  region: string;
  key: EncryptionKey;
  addresses: string[];
  /** Lets CloudWatch alarms of the account publish, and these rules. Default: nobody but the account's own roles. */
  opened?: { alarmsOf: string; rules: readonly aws.cloudwatch.EventRule[] };
}

/** A topic under a customer-managed key that mails to its subscribers. */
export class MailTopic extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  /** Who is mailed, once confirmed. */
  readonly addresses: readonly string[];

  constructor(name: string, args: MailTopicArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:notification:MailTopic", name, {}, opts);
    const { region } = args;

    const topic = new aws.sns.Topic(name, { kmsMasterKeyId: args.key.arn, region }, { parent: this });
    for (const address of args.addresses) {
      // By the address, so that taking one out leaves the others as they are.
      new aws.sns.TopicSubscription(
        `${name}-${address}`,
        { topic: topic.arn, protocol: "email", endpoint: address, region },
        { parent: this },
      );
    }
    this.addresses = args.addresses;
    this.arn = args.opened ? this.opened(name, topic, args.opened, region) : topic.arn;

    this.registerOutputs();
  }

  private opened(
    name: string,
    topic: aws.sns.Topic,
    { alarmsOf, rules }: NonNullable<MailTopicArgs["opened"]>,
    region: string,
  ) {
    const policy = new aws.sns.TopicPolicy(
      `${name}-policy`,
      {
        arn: topic.arn,
        policy: pulumi.jsonStringify({
          Version: "2012-10-17",
          Statement: [
            {
              Sid: "AlarmsPublish",
              Effect: "Allow",
              Principal: { Service: "cloudwatch.amazonaws.com" },
              Action: "sns:Publish",
              Resource: topic.arn,
              Condition: { StringEquals: { "aws:SourceAccount": alarmsOf } },
            },
            {
              Sid: "RulesPublish",
              Effect: "Allow",
              Principal: { Service: "events.amazonaws.com" },
              Action: "sns:Publish",
              Resource: topic.arn,
              Condition: { ArnEquals: { "aws:SourceArn": rules.map(({ arn }) => arn) } },
            },
          ],
        }),
        region,
      },
      { parent: this },
    );
    return policy.arn;
  }
}
