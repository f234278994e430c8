import { accessPortal } from "./accessPortal";
import { backlog, backlogApiKey } from "./backlog";
import { CHANNEL_SECRETS } from "./existingSecret";
import { findingSource } from "./findingSource";
import { floods } from "./floods";
import { grouping } from "./grouping";
import type { Show } from "./problems";
import { runbook } from "./runbook";
import { addresses, list, oneOf, severity, wholeNumber } from "./shapes";
import { slack, slackToken } from "./slack";

/** Settings of the stack `audit` alone: what is told, where, and to whom. */
export const notification = {
  severities: list(severity, "it must be a list of severities")
    .default(["HIGH", "CRITICAL"])
    .meta({ description: "Severities of findings that are told.", example: ["MEDIUM", "HIGH", "CRITICAL"] }),
  ...grouping,
  findingSource,
  ...floods,
  language: oneOf(["ja", "en"]).default("ja").meta({ description: "Language of the messages." }),
  slack,
  slackToken,
  backlog,
  backlogApiKey,
  accessPortal,
  mail: addresses()
    .optional()
    .meta({
      description: "Who gets each alert by e-mail.",
      defaultMeaning: "no mail",
      example: { addresses: ["security@example.com"] },
    }),
  alarms: addresses().meta({
    description: "Who hears by e-mail that an alert could not be told.",
    example: { addresses: ["sre@example.com"] },
  }),
  runbook,
  requiredChannels: list(oneOf(["slack", "backlog", "mail"]), "it must be a list of channels")
    .optional()
    .meta({
      description: "Channels that must succeed before an alert counts as told.",
      defaultMeaning: "all that are set up",
      example: ["slack"],
    }),
  queueRetentionDays: wholeNumber(1, 14).default(14).meta({
    description:
      "Days that the queues keep a message, dead letters counted from the day when it was first sent. 14 is SQS's longest. With fewer, an outage or a holiday that outlasts them loses closings, failed alerts and what could not be read; findings that are still NEW after it are found again by the sweeper.",
  }),
};

/** Settings that are Pulumi secrets. */
export const secretKeys = CHANNEL_SECRETS.map(({ value }) => value);

/** The command that sets one of them. */
export const setSecret = (key: string, stack?: string): string =>
  ["pulumi config set", ...(stack ? [`--stack ${stack}`] : []), `--secret hakken:${key}`].join(" ");

/** What the stack has, right or wrong in itself. */
export interface Given {
  /** Whether a key is set. */
  has: (key: string) => boolean;
  /** What stands under a key of an object; undefined where it is no object. */
  inside: (key: string, inner: string) => unknown;
  requiredChannels: readonly string[];
}

/** What is wrong between the notification settings. */
export function notificationProblems({ has, inside, requiredChannels }: Given, show: Show, stack?: string): string[] {
  const problems: string[] = [];
  for (const { value, channel, arn, keyArn } of CHANNEL_SECRETS) {
    const named = inside(channel, arn) !== undefined;
    if (has(value) && named) {
      problems.push(`hakken:${value} and hakken:${channel}.${arn} are both set: remove one of them.`);
    }
    if (has(channel) && !has(value) && !named) {
      problems.push(
        `hakken:${value} is missing: run ${setSecret(value, stack)}, or name an existing secret in hakken:${channel}.${arn}.`,
      );
    }
    if (has(value) && !has(channel)) {
      problems.push(`hakken:${channel} is missing, though hakken:${value} is set: set it, or remove hakken:${value}.`);
    }
    if (inside(channel, keyArn) !== undefined && !named) {
      problems.push(`hakken:${channel}.${arn} is missing, though hakken:${channel}.${keyArn} is set: set it too.`);
    }
  }
  const channels = ["slack", "backlog", "mail"].filter(has);
  if (channels.length === 0) {
    problems.push("hakken: no channel is set up: set hakken:slack, hakken:backlog or hakken:mail.");
  }
  for (const channel of new Set(requiredChannels)) {
    if (!channels.includes(channel)) {
      const named = show("requiredChannels", `"${channel}"`);
      const setUp = show("requiredChannels", `hakken:${channel}`);
      problems.push(`hakken:requiredChannels: ${named} is not set up: set ${setUp}, or remove it here.`);
    }
  }
  return problems;
}
