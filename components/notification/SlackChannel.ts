import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Language } from "../../handlers/alert/types";
import type { AccessPortal } from "../../handlers/messages/accessPortal";
import { slackHandler } from "../../handlers/slack";
import type { AlertTable } from "./AlertTable";
import { secretStatements, tellStatement } from "./channelStatements";
import type { EncryptionKey } from "./EncryptionKey";
import { HandlerFunction } from "./HandlerFunction";
import { ServiceSecret } from "./ServiceSecret";

export interface SlackChannelArgs {
  region: string;
  language: Language;
  /** Where links to the console sign in first. Default: nowhere. */
  accessPortal?: AccessPortal;
  /** Base of the Web API. */
  apiUrl: string;
  /** Channel id. */
  channel: string;
  /** Bot token, with the scopes chat:write and channels:history (groups:history for a private channel). */
  token: pulumi.Input<string>;
  table: AlertTable;
  key: EncryptionKey;
}

const TIMEOUT_SECONDS = 60;

/** Tells alerts in one Slack channel. */
export class SlackChannel extends pulumi.ComponentResource {
  readonly function: aws.lambda.Function;
  /** The bot token. */
  readonly secret: ServiceSecret;

  constructor(name: string, args: SlackChannelArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:notification:SlackChannel", name, {}, opts);
    const { region, key, table, apiUrl, channel, language, accessPortal } = args;

    this.secret = new ServiceSecret(
      `${name}-token`,
      { description: "Slack bot token of hakken", region, key, value: args.token },
      { parent: this },
    );
    const handler = new HandlerFunction(
      name,
      {
        description: "Tells an alert in Slack, once",
        region,
        factory: slackHandler({
          apiUrl,
          channel,
          language,
          homeRegion: region,
          accessPortal,
          timeoutSeconds: TIMEOUT_SECONDS,
        }),
        statements: [tellStatement(table), ...secretStatements(this.secret, key)],
        environment: { ALERT_TABLE: table.name, SLACK_TOKEN_SECRET: this.secret.arn },
        timeoutSeconds: TIMEOUT_SECONDS,
        http: true,
      },
      { parent: this },
    );
    this.function = handler.function;

    this.registerOutputs();
  }
}
