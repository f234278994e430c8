import * as pulumi from "@pulumi/pulumi";
import type { Channel, Language, Severity } from "../../handlers/alert/types";
import type { BacklogPriority } from "../../handlers/backlog";
import type { AccessPortal } from "../../handlers/messages/accessPortal";
import { AlarmNotice } from "./AlarmNotice";
import { Alarms, alarmNamePrefix } from "./Alarms";
import { AlertTable } from "./AlertTable";
import { AlertWorkflow } from "./AlertWorkflow";
import { BacklogChannel } from "./BacklogChannel";
import { EncryptedQueue } from "./EncryptedQueue";
import { EncryptionKey } from "./EncryptionKey";
import { Intake } from "./Intake";
import { MailChannel } from "./MailChannel";
import { MailTopic } from "./MailTopic";
import { closingPattern, openingPattern } from "./patterns";
import { RoutedRule } from "./RoutedRule";
import { Settle, SettleQueue } from "./Settle";
import { SlackChannel } from "./SlackChannel";
import { Sweeper } from "./Sweeper";

export interface NotificationPipelineArgs {
  /** The home region, where all findings are. */
  region: string;
  /** The audit account. */
  accountId: string;
  /** Of what people read. */
  language: Language;
  /** Severities that are told. */
  severities: Severity[];
  /** Default: not told in Slack. */
  slack?: { apiUrl: string; channel: string; token: pulumi.Input<string> };
  /** Default: not filed in Backlog. */
  backlog?: {
    spaceUrl: string;
    apiKey: pulumi.Input<string>;
    project: string;
    issueType: string;
    priorities: Record<Severity, BacklogPriority>;
  };
  /** Default: not mailed. */
  mail?: { addresses: string[] };
  /** The AWS access portal that links to the console go through. Default: they don't. */
  accessPortal?: Omit<AccessPortal, "auditAccount">;
  /** Channels that must have told an alert before it counts as told. */
  requiredChannels: Channel[];
  /** Who is mailed hakken's own alarms. */
  alarmAddresses: string[];
}

/** Everything from Security Hub's event to the message that a person reads. Must be deployed in the audit account's home region. */
export class NotificationPipeline extends pulumi.ComponentResource {
  constructor(name: string, args: NotificationPipelineArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:notification:NotificationPipeline", name, {}, opts);
    const { region, accountId, language, severities } = args;
    const child = { parent: this };
    const hubArn = `arn:aws:securityhub:${region}:${accountId}:hub/default`;

    const key = new EncryptionKey(
      `${name}-key`,
      { description: "hakken: queues, secrets, mails", accountId, region, services: ["events.amazonaws.com"] },
      child,
    );
    const accessPortal = args.accessPortal && { ...args.accessPortal, auditAccount: accountId };
    const table = new AlertTable(`${name}-table`, { region }, child);
    const shared = { region, key, language, accessPortal, table };
    const slack = args.slack && new SlackChannel(`${name}-slack`, { ...shared, ...args.slack }, child);
    const backlog = args.backlog && new BacklogChannel(`${name}-backlog`, { ...shared, ...args.backlog }, child);
    const mail = args.mail && new MailChannel(`${name}-mail`, { ...shared, ...args.mail }, child);
    const channels = (["slack", "backlog", "mail"] as const).flatMap((channel) => {
      const made = { slack, backlog, mail }[channel];
      return made ? [{ channel, function: made.function }] : [];
    });

    const asks = new SettleQueue(`${name}-settle-queue`, { region, key }, child);
    const failedAlerts = new EncryptedQueue(`${name}-failed-alerts`, { region, key }, child);
    const workflow = new AlertWorkflow(`${name}-workflow`, { region, key, channels, settleQueue: asks.queue }, child);
    const parts = { ...shared, workflow, hubArn };
    const settle = new Settle(
      `${name}-settle`,
      { ...parts, queue: asks.queue, failedAlerts, requiredChannels: args.requiredChannels },
      child,
    );
    const intake = new Intake(`${name}-intake`, { ...parts, severities }, child);
    const { openingQueue, closingQueue } = intake;
    const sweeper = new Sweeper(`${name}-sweeper`, { ...parts, severities, openingQueue }, child);
    const notice = this.alarmNotice(name, args, key, slack, mail);

    const alarmKey = new EncryptionKey(
      `${name}-alarm-key`,
      { description: "hakken: alarms", accountId, region, services: ["cloudwatch.amazonaws.com"] },
      child,
    );
    const alarmTopic = new MailTopic(
      `${name}-alarm-topic`,
      { region, key: alarmKey, addresses: args.alarmAddresses, alarmsOf: accountId },
      child,
    );
    const alarmName = `${name}-alarm`;

    const rule = (what: string, description: string, when: ConstructorParameters<typeof RoutedRule>[1]["when"]) =>
      new RoutedRule(`${name}-${what}`, { description, region, when }, child);
    const rules = {
      opening: rule("opening", "Findings that open an alert", { pattern: openingPattern(severities) }),
      closing: rule("closing", "Findings that are over", { pattern: closingPattern }),
      failures: rule("failures", "Executions that failed", { pattern: failurePattern(workflow) }),
      sweep: rule("sweep", "Runs the sweeper", { schedule: "rate(1 hour)" }),
      alarms: rule("alarms", "hakken's own alarms", { pattern: alarmPattern(alarmName) }),
    };
    const ruleDeadLetters = new EncryptedQueue(`${name}-rule-dead-letters`, { region, key }, child);
    const buried = ruleDeadLetters.acceptFrom(Object.values(rules).map((routed) => routed.rule));
    const send = (routed: RoutedRule, queue: EncryptedQueue) =>
      routed.sendTo(queue, ruleDeadLetters, [buried, queue.acceptFrom([routed.rule])]);
    send(rules.opening, openingQueue);
    send(rules.closing, closingQueue);
    send(rules.failures, failedAlerts);
    rules.sweep.invoke(sweeper.function, ruleDeadLetters, [buried]);
    if (notice) rules.alarms.invoke(notice.function, ruleDeadLetters, [buried]);

    new Alarms(
      alarmName,
      {
        region,
        topicArn: alarmTopic.arn,
        workflow,
        deadLetters: {
          "intake-dead-letters": intake.deadLetters,
          "rule-dead-letters": ruleDeadLetters,
          "settle-dead-letters": asks.deadLetters,
          "failed-alerts": failedAlerts,
        },
        workQueues: {
          opening: { queue: openingQueue, lateAfterSeconds: 30 * 60 },
          closing: { queue: closingQueue, lateAfterSeconds: 6 * 3600 },
          settle: { queue: asks.queue, lateAfterSeconds: 30 * 60 },
        },
        functions: {
          intake: { function: intake.function, errors: 1 },
          settle: { function: settle.function, errors: 1 },
          sweeper: { function: sweeper.function, errors: 1 },
          ...(notice && { "alarm-notice": { function: notice.function, errors: 1 } }),
          ...Object.fromEntries(channels.map((made) => [made.channel, { function: made.function, errors: 5 }])),
        },
        rules: Object.fromEntries(Object.entries(rules).map(([what, routed]) => [what, routed.rule])),
      },
      child,
    );

    this.registerOutputs();
  }

  /** Slack if there is, else the findings' mails. */
  private alarmNotice(
    name: string,
    { region, language, slack: settings }: NotificationPipelineArgs,
    key: EncryptionKey,
    slack: SlackChannel | undefined,
    mail: MailChannel | undefined,
  ): AlarmNotice | undefined {
    const make = (way: ConstructorParameters<typeof AlarmNotice>[1]["way"]) =>
      new AlarmNotice(`${name}-alarm-notice`, { region, language, key, way }, { parent: this });
    if (slack && settings) return make({ slack: { ...settings, secret: slack.secret } });
    if (mail) return make({ topic: mail.topic });
    return undefined;
  }
}

/** What leaves an alert untold although its execution has ended. */
const failurePattern = (workflow: AlertWorkflow) => ({
  source: ["aws.states"],
  "detail-type": ["Step Functions Execution Status Change"],
  detail: { status: ["FAILED", "TIMED_OUT", "ABORTED"], stateMachineArn: [workflow.arn] },
});

/**
 * Raised or recovered; not the first OK of a new alarm, which has no data yet. By their names' beginning, since the alarms
 * also watch the rule that this is for.
 */
const alarmPattern = (name: string) => ({
  source: ["aws.cloudwatch"],
  "detail-type": ["CloudWatch Alarm State Change"],
  detail: {
    alarmName: [{ prefix: alarmNamePrefix(name) }],
    $or: [{ state: { value: ["ALARM"] } }, { state: { value: ["OK"] }, previousState: { value: ["ALARM"] } }],
  },
});
