import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { mailHandler } from "../../handlers/mail";
import { type ChannelArgs, tellStatement } from "./channel";
import { HandlerFunction } from "./HandlerFunction";
import { MailTopic } from "./MailTopic";

export interface MailChannelArgs extends ChannelArgs {
  /** Each gets a mail by which it confirms its subscription. */
  addresses: string[];
}

const TIMEOUT_SECONDS = 60;

/** Mails alerts through a topic under a customer-managed key. Formatted in the function: EventBridge's transformer breaks on newlines and quotes. */
export class MailChannel extends pulumi.ComponentResource {
  readonly function: aws.lambda.Function;
  readonly topic: MailTopic;

  constructor(name: string, args: MailChannelArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:notification:MailChannel", name, {}, opts);
    const { region, key, table, language, accessPortal, healthOrganization, addresses, timing, gate } = args;

    this.topic = new MailTopic(`${name}-topic`, { region, key, addresses }, { parent: this });
    const handler = new HandlerFunction(
      name,
      {
        description: "Mails an alert, once",
        region,
        factory: mailHandler({
          language,
          homeRegion: region,
          accessPortal,
          healthOrganization,
          timing,
          gate,
          timeoutSeconds: TIMEOUT_SECONDS,
        }),
        statements: [
          tellStatement(table),
          { Sid: "Publish", Action: ["sns:Publish"], Resource: [this.topic.arn] },
          { Sid: "WriteEncrypted", Action: ["kms:Decrypt", "kms:GenerateDataKey"], Resource: [key.arn] },
        ],
        environment: { ALERT_TABLE: table.name, MAIL_TOPIC: this.topic.arn },
        timeoutSeconds: TIMEOUT_SECONDS,
      },
      { parent: this },
    );
    this.function = handler.function;

    this.registerOutputs();
  }
}
