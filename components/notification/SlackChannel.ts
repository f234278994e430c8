import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { slackHandler } from "../../handlers/slack";
import { type ChannelArgs, secretStatements, tellStatement } from "./channel";
import { HandlerFunction } from "./HandlerFunction";
import { type ReadableSecret, readable, type SecretSource } from "./ServiceSecret";

export interface SlackChannelArgs extends ChannelArgs {
  /** Base of the Web API. */
  apiUrl: string;
  /** Channel id. */
  channel: string;
  /** Bot token, with the scopes chat:write and channels:history (groups:history for a private channel). */
  token: SecretSource;
}

const TIMEOUT_SECONDS = 60;

/** Tells alerts in one Slack channel. */
export class SlackChannel extends pulumi.ComponentResource {
  readonly function: aws.lambda.Function;
  /** The bot token. */
  readonly secret: ReadableSecret;

  constructor(name: string, args: SlackChannelArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:notification:SlackChannel", name, {}, opts);
    const { region, key, table, apiUrl, channel, language, accessPortal, healthOrganization, timing, gate } = args;

    this.secret = readable(
      `${name}-token`,
      { description: "Slack bot token of hakken", region, key, source: args.token },
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
          healthOrganization,
          timing,
          gate,
          timeoutSeconds: TIMEOUT_SECONDS,
        }),
        statements: [tellStatement(table), ...secretStatements(this.secret)],
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
