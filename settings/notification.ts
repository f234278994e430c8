import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { accessPortal } from "./accessPortal";
import { backlog, backlogApiKey } from "./backlog";
import { addresses, list, oneOf, severity, text, url } from "./shapes";

/** Settings of the stack `audit` alone: what is told, where, and to whom. */
export const notification = {
  /** Severities of findings that are told. Default: HIGH and CRITICAL. */
  severities: list(severity, "it must be a list of severities").default(["HIGH", "CRITICAL"]),
  /** Language of the messages. Default: ja. */
  language: oneOf(["ja", "en"]).default("ja"),
  /** The Slack channel that is posted to; goes with slackToken. Default: no Slack. */
  slack: z
    .strictObject(
      {
        /** Base of Slack's Web API. Default: https://slack.com/api. */
        apiUrl: url("https://slack.com/api").default("https://slack.com/api"),
        /** Id of the channel, which the app must be a member of. Not its name: conversations.history takes none. Required. */
        channel: text(
          /^[CG][A-Z0-9]{6,}$/,
          "it must be the id of a channel (last line of its details), such as C0123456789",
        ),
      },
      "it must be an object with the key channel, the id of a channel",
    )
    .optional(),
  /** Bot token with chat:write and channels:history (groups:history for a private channel). A Pulumi secret. Default: no Slack. */
  slackToken: text(/^\S+$/, "it must be a bot token")
    .transform((value): pulumi.Output<string> => pulumi.secret(value))
    .optional(),
  backlog,
  backlogApiKey,
  accessPortal,
  /** Who gets each alert by e-mail; each address must confirm its subscription. Default: no mail. */
  mail: addresses().optional(),
  /** Who hears by e-mail that an alert could not be told; each address must confirm its subscription. Required. */
  alarms: addresses(),
  /** Channels that must succeed before an alert counts as told. Default: all that are set up. */
  requiredChannels: list(oneOf(["slack", "backlog", "mail"]), "it must be a list of channels").optional(),
};

/** Settings that are Pulumi secrets. */
export const secretKeys = ["slackToken", "backlogApiKey"] as const;

/** What is wrong between the notification settings. `given` tells what the stack has, right or wrong in itself. */
export function notificationProblems(
  given: (key: string) => boolean,
  required: readonly string[] | undefined,
): string[] {
  const problems: string[] = [];
  const secretFor = { slack: "slackToken", backlog: "backlogApiKey" } as const;
  for (const [channel, secret] of Object.entries(secretFor)) {
    if (given(channel) && !given(secret)) {
      problems.push(`hakken:${secret} is missing: run pulumi config set --secret hakken:${secret}.`);
    }
    if (given(secret) && !given(channel)) {
      problems.push(
        `hakken:${channel} is missing, though hakken:${secret} is set: set it, or remove hakken:${secret}.`,
      );
    }
  }
  const channels = ["slack", "backlog", "mail"].filter(given);
  if (channels.length === 0) {
    problems.push("hakken: no channel is set up: set hakken:slack, hakken:backlog or hakken:mail.");
  }
  for (const channel of new Set(required)) {
    if (!channels.includes(channel)) {
      problems.push(`hakken:requiredChannels: "${channel}" is not set up: set hakken:${channel}, or remove it here.`);
    }
  }
  return problems;
}
