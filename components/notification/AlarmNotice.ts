import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { alarmNoticeHandler } from "../../handlers/alarmNotice";
import type { SilencedSettings } from "../../handlers/messages/silenced";
import { secretStatements } from "./channel";
import type { EncryptionKey } from "./EncryptionKey";
import { HandlerFunction, type Statement } from "./HandlerFunction";
import type { MailTopic } from "./MailTopic";
import type { ReadableSecret } from "./ServiceSecret";

export interface AlarmNoticeArgs extends SilencedSettings {
  region: string;
  key: EncryptionKey;
  /** Where alarms are told: in Slack, or by the topic of the findings' mails. */
  way: { slack: { apiUrl: string; channel: string; secret: ReadableSecret } } | { topic: MailTopic };
}

/** The second way out of an alarm, which shares neither topic nor key with the first. */
export class AlarmNotice extends pulumi.ComponentResource {
  readonly function: aws.lambda.Function;

  constructor(name: string, args: AlarmNoticeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:notification:AlarmNotice", name, {}, opts);
    const { region, language, deployRoleArn, runbook, way, key } = args;

    const slack = "slack" in way ? { apiUrl: way.slack.apiUrl, channel: way.slack.channel } : undefined;
    const handler = new HandlerFunction(
      name,
      {
        description: "Tells hakken's own alarms a second way",
        region,
        factory: alarmNoticeHandler({ language, deployRoleArn, runbook, slack }),
        statements: "slack" in way ? secretStatements(way.slack.secret) : publishStatements(way.topic, key),
        environment: "slack" in way ? { SLACK_TOKEN_SECRET: way.slack.secret.arn } : { MAIL_TOPIC: way.topic.arn },
        timeoutSeconds: 120,
        http: true,
      },
      { parent: this },
    );
    this.function = handler.function;

    this.registerOutputs();
  }
}

const publishStatements = (topic: MailTopic, key: EncryptionKey): Statement[] => [
  { Sid: "Publish", Action: ["sns:Publish"], Resource: [topic.arn] },
  { Sid: "WriteEncrypted", Action: ["kms:Decrypt", "kms:GenerateDataKey"], Resource: [key.arn] },
];
