import type * as pulumi from "@pulumi/pulumi";
import { AlarmNotice } from "./AlarmNotice";
import { EncryptionKey } from "./EncryptionKey";
import type { MailChannel } from "./MailChannel";
import { MailTopic } from "./MailTopic";
import type { NotificationPipelineArgs } from "./NotificationPipeline";
import type { RoutedRule } from "./RoutedRule";
import { runbookPage } from "./runbook";
import type { SlackChannel } from "./SlackChannel";

/** Of the alarms' own: one bad key policy must not silence findings and alarms alike. */
export function alarmKey(
  name: string,
  { region, accountId, protect = false }: NotificationPipelineArgs,
  opts: pulumi.ComponentResourceOptions,
): EncryptionKey {
  const services = ["cloudwatch.amazonaws.com", "events.amazonaws.com"];
  return new EncryptionKey(
    `${name}-alarm-key`,
    { description: "hakken: alarms", accountId, region, services },
    { ...opts, protect },
  );
}

/** The alarms' first way out, for alarms and for rules. */
export function alarmTopic(
  name: string,
  { region, accountId, alarmAddresses: addresses }: NotificationPipelineArgs,
  key: EncryptionKey,
  routed: readonly RoutedRule[],
  opts: pulumi.ComponentResourceOptions,
): MailTopic {
  const opened = { alarmsOf: accountId, rules: routed.map(({ rule }) => rule) };
  return new MailTopic(`${name}-alarm-topic`, { region, key, addresses, opened }, opts);
}

/** The alarms' second way out: Slack if there is, else the findings' mails, else none. */
export function alarmNotice(
  name: string,
  { region, language, slack: settings, runbook: base, deployRoleArn }: NotificationPipelineArgs,
  key: EncryptionKey,
  slack: SlackChannel | undefined,
  mail: MailChannel | undefined,
  opts: pulumi.ComponentResourceOptions,
): AlarmNotice | undefined {
  const runbook = runbookPage(base, "switched-off");
  const make = (way: ConstructorParameters<typeof AlarmNotice>[1]["way"]) =>
    new AlarmNotice(`${name}-alarm-notice`, { region, language, deployRoleArn, runbook, key, way }, opts);
  if (slack && settings) {
    return make({ slack: { apiUrl: settings.apiUrl, channel: settings.channel, secret: slack.secret } });
  }
  return mail && make({ topic: mail.topic });
}
