import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Channel, Language } from "../../handlers/alert/types";
import { type DigestHandlerSettings, digestHandler } from "../../handlers/digest";
import type { AccessPortal } from "../../handlers/messages/accessPortal";
import type { AlertTable } from "./AlertTable";
import { secretStatementsBeside } from "./channel";
import { HandlerFunction } from "./HandlerFunction";
import { type HandToIntakeArgs, handToIntake } from "./handToIntake";
import type { MailTopic } from "./MailTopic";
import type { ReadableSecret } from "./ServiceSecret";

export interface DigestArgs extends HandToIntakeArgs {
  region: string;
  /** Of what people read. */
  language: Language;
  /** When it is due. */
  time: Pick<DigestHandlerSettings, "at" | "timeZone">;
  /** Times of maintenance. */
  mutes: DigestHandlerSettings["mutes"];
  /** Where links to the console sign in first. Default: nowhere. */
  accessPortal?: AccessPortal;
  /** Default: no digest in Slack. */
  slack?: { apiUrl: string; channel: string; secret: ReadableSecret };
  /** Default: no digest by mail. */
  mail?: MailTopic;
  /** Asked before each digest whether it lives. Default: no Backlog. */
  backlog?: { spaceUrl: string; project: string; secret: ReadableSecret };
  /** All channels that are set up. */
  channels: Channel[];
  table: AlertTable;
}

const TIMEOUT_SECONDS = 300;

/** Tells once a day what was not told by itself, and that hakken is alive. A rule runs it every few minutes. */
export class Digest extends pulumi.ComponentResource {
  readonly function: aws.lambda.Function;

  constructor(name: string, args: DigestArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:notification:Digest", name, {}, opts);
    const { region, language, time, mutes, accessPortal, slack, mail, backlog, channels, openingQueue, table, key } =
      args;
    const secrets = [slack, backlog].flatMap((service) => service?.secret ?? []);

    const handler = new HandlerFunction(
      name,
      {
        description: "Tells once a day what was not told by itself",
        region,
        factory: digestHandler({
          ...time,
          ...{ language, homeRegion: region, accessPortal, channels, mutes, timeoutSeconds: TIMEOUT_SECONDS },
          slack: slack && { apiUrl: slack.apiUrl, channel: slack.channel },
          mail: mail !== undefined,
          backlog: backlog && { spaceUrl: backlog.spaceUrl, project: backlog.project },
        }),
        statements: [
          {
            Sid: "CountAndNoteAlerts",
            Action: ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Scan", "dynamodb:UpdateItem"],
            Resource: [table.arn],
          },
          {
            Sid: "FindWhatToTell",
            Action: ["dynamodb:Query"],
            Resource: [table.deferredIndexArn, table.closedButFailingIndexArn],
          },
          ...(secrets.length > 0 ? secretStatementsBeside(key, ...secrets) : []),
          ...(mail ? [{ Sid: "Publish", Action: ["sns:Publish"], Resource: [mail.arn] }] : []),
          ...handToIntake(args),
        ],
        environment: {
          ALERT_TABLE: table.name,
          OPENING_QUEUE_URL: openingQueue.url,
          ...(slack && { SLACK_TOKEN_SECRET: slack.secret.arn }),
          ...(backlog && { BACKLOG_API_KEY_SECRET: backlog.secret.arn }),
          ...(mail && { MAIL_TOPIC: mail.arn }),
        },
        timeoutSeconds: TIMEOUT_SECONDS,
        memoryMegabytes: 512,
        http: secrets.length > 0,
      },
      { parent: this },
    );
    this.function = handler.function;

    this.registerOutputs();
  }
}
