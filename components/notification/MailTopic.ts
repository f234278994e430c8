import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { EncryptionKey } from "./EncryptionKey";

export interface MailTopicArgs {
  region: string;
  key: EncryptionKey;
  addresses: string[];
  /** Lets CloudWatch alarms of the account publish. Default: nobody but the account's own roles. */
  alarmsOf?: string;
}

/** A topic under a customer-managed key that mails to its subscribers. */
export class MailTopic extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;

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
    this.arn = args.alarmsOf ? this.openedToAlarms(name, topic, args.alarmsOf, region) : topic.arn;

    this.registerOutputs();
  }

  private openedToAlarms(name: string, topic: aws.sns.Topic, accountId: string, region: string) {
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
              Condition: { StringEquals: { "aws:SourceAccount": accountId } },
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
