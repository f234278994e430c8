import * as pulumi from "@pulumi/pulumi";
import type { Mute } from "../../handlers/alert/gate";
import type { Grouping } from "../../handlers/alert/group";
import type { Timing } from "../../handlers/alert/notice";
import type { DigestSettings } from "../../handlers/alert/quiet";
import type { Channel, FindingSource, Language, Severity } from "../../handlers/alert/types";
import type { AccessPortal } from "../../handlers/messages/accessPortal";
import type { QueuesElsewhere } from "../../handlers/selfCheck";
import { AlertTable } from "./AlertTable";
import { AlertWorkflow } from "./AlertWorkflow";
import { alarmKey, alarmNotice, alarmTopic } from "./alarmWays";
import { BacklogChannel, type BacklogChannelArgs } from "./BacklogChannel";
import type { ChannelArgs } from "./channel";
import type { DigestArgs } from "./Digest";
import { EncryptedQueue } from "./EncryptedQueue";
import { EncryptionKey } from "./EncryptionKey";
import type { Forwarding } from "./Forwarding";
import { HealthEvents, type HealthEventsArgs } from "./HealthEvents";
import { Intake } from "./Intake";
import { MailChannel, type MailChannelArgs } from "./MailChannel";
import { type PipelineOutput, pipelineOutput } from "./pipelineOutput";
import { pipelineRules } from "./pipelineRules";
import { Settle, SettleQueue } from "./Settle";
import { SilencedElsewhere } from "./SilencedElsewhere";
import { SlackChannel, type SlackChannelArgs } from "./SlackChannel";
import { Sweeper } from "./Sweeper";
import { scheduledParts } from "./scheduledParts";
import { watchPipeline } from "./watchPipeline";

/** What keeps a flood from being told message by message. */
export interface Floods {
  /** Messages an hour that a channel tells by itself. */
  hourlyBudget: { slack: number; mail: number };
  /** Times in which alerts wait. */
  mutes: Mute[];
  /** What is for the digest alone. */
  digest: DigestSettings;
  /** When the digest is due. */
  digestTime: DigestArgs["time"];
}

export interface NotificationPipelineArgs {
  /** The home region, where all findings are. */
  region: string;
  /** The audit account. */
  accountId: string;
  /** Of what people read. */
  language: Language;
  /** Severities that are told. */
  severities: Severity[];
  /** How findings become alerts. */
  grouping: Grouping;
  /** How long words on an alert are held back. */
  timing: Timing;
  /** An alert that opens again within so many seconds of its closing goes on in the same message and issue. */
  reopenWithinSeconds: number;
  /** Which form of Security Hub its findings are of. Default: cspm. */
  findingSource?: FindingSource;
  /** What keeps a flood from being told message by message. */
  floods: Floods;
  /** Regions that are watched: a new one counts as a start. */
  regions: string[];
  /** The custom action by which a person asks for findings to be told. Default: there is none. */
  customActionArn?: pulumi.Input<string>;
  /** What somebody has set RESOLVED although its control fails is opened again after so many seconds. */
  reopenFailingAfterSeconds: number;
  /** Default: not told in Slack. */
  slack?: Omit<SlackChannelArgs, keyof ChannelArgs>;
  /** Default: not filed in Backlog. */
  backlog?: Omit<BacklogChannelArgs, keyof ChannelArgs>;
  /** Default: not mailed. */
  mail?: Omit<MailChannelArgs, keyof ChannelArgs>;
  /** The AWS access portal that links to the console go through. Default: they don't. */
  accessPortal?: Omit<AccessPortal, "auditAccount">;
  /** Whether AWS Health has an organizational view in the audit account, to be linked. Default: it has. */
  healthOrganization?: boolean;
  /** Channels that must have told an alert before it counts as told. */
  requiredChannels: Channel[];
  /** Events of AWS Health. Default: they are not taken. */
  health?: Pick<HealthEventsArgs, "choice" | "forwarding">;
  /** The account, another than this one, whose calls that switch detection off are told too. Default: there is none. */
  managementAccountId?: string;
  /** Plans of GuardDuty's, and parts of plans, that this account's settings leave off: to switch these off is no news. Default: none. */
  plansOff?: readonly string[];
  /** Who is mailed hakken's own alarms. */
  alarmAddresses: string[];
  /** Address of the folder with the pages that say what to do about an alarm. Default: its path in the repository. */
  runbook?: string;
  /** The role that deploys, by which a deployment is told from an attack. Default: none is known. */
  deployRoleArn?: string;
  /** What brings events of other regions, to be looked at by the self-check. Default: nothing does. */
  forwarding?: Forwarding;
  /** Where other accounts keep events that they could not forward to this one, to be looked at by it too. Default: nowhere. */
  elsewhere?: QueuesElsewhere[];
  /** Days that queues keep a message, 1 to 14. Default: 14, SQS's longest: a queue must outlast a long holiday. */
  queueRetentionDays?: number;
  /**
   * Refuses to delete or replace what would silence the pipeline or lose what waits in it: keys, table, queues, and the rules
   * that bring findings. Not the channels, which the settings may switch off, nor what the next deployment makes again while
   * findings wait in a queue. Default: false.
   */
  protect?: boolean;
}

/** Everything from Security Hub's event to the message that a person reads. Must be deployed in the audit account's home region. */
export class NotificationPipeline extends pulumi.ComponentResource {
  /** Where alarms of others may go too: the topic, and what a name begins with that is told the second way. */
  readonly alarms: { topicArn: pulumi.Output<string>; namePrefix: string; runbook?: string };
  /** The page that shows how all of it is doing. */
  readonly dashboardUrl: pulumi.Output<string>;
  /** What whoever operates it needs to find its parts. */
  readonly output: pulumi.Output<PipelineOutput>;
  /** Where accounts forward their events of AWS Health to, if any may. */
  readonly healthBusArn?: pulumi.Output<string>;
  /** Where the management account forwards calls that switch detection off, if it is to. */
  readonly silencedBusArn?: pulumi.Output<string>;
  /** The role that looks at `elsewhere`. */
  readonly watcherArn: pulumi.Output<string>;

  constructor(name: string, args: NotificationPipelineArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:notification:NotificationPipeline", name, {}, opts);
    const {
      region,
      accountId,
      language,
      severities,
      timing,
      queueRetentionDays: retentionDays = 14,
      protect = false,
    } = args;
    const { grouping, reopenWithinSeconds, reopenFailingAfterSeconds, floods, findingSource = "cspm" } = args;
    const child = { parent: this };
    const guarded = { parent: this, protect };
    const hubArn = hubOf(findingSource, region, accountId);

    const key = new EncryptionKey(
      `${name}-key`,
      { description: "hakken: queues, secrets, mails", accountId, region, services: ["events.amazonaws.com"] },
      guarded,
    );
    const accessPortal = args.accessPortal && { ...args.accessPortal, auditAccount: accountId };
    const table = new AlertTable(`${name}-table`, { region }, guarded);
    const { healthOrganization } = args;
    const shared = {
      region,
      key,
      language,
      accessPortal,
      healthOrganization,
      table,
      timing,
      gate: { mutes: floods.mutes, digests: hasDigest(args) },
    };
    const queueing = { region, key, retentionDays, protect };
    const { slack, backlog, mail, channels } = makeChannels(name, args, shared, child);

    const asks = new SettleQueue(`${name}-settle-queue`, queueing, child);
    const failedAlerts = new EncryptedQueue(`${name}-failed-alerts`, queueing, child);
    const workflow = new AlertWorkflow(
      `${name}-workflow`,
      { accountId, region, key, channels, settleQueue: asks.queue },
      child,
    );
    const parts = { ...shared, workflow, hubArn, findingSource };
    const intake = new Intake(
      `${name}-intake`,
      {
        ...parts,
        ...queueing,
        severities,
        grouping,
        reopenWithinSeconds,
        digest: floods.digest,
        regions: args.regions,
        health: args.health?.choice,
      },
      child,
    );
    const { openingQueue } = intake;
    const settle = new Settle(
      `${name}-settle`,
      { ...parts, queue: asks.queue, failedAlerts, openingQueue, requiredChannels: args.requiredChannels },
      child,
    );
    const sweeper = new Sweeper(`${name}-sweeper`, { ...parts, severities, openingQueue }, child);
    const cspmArn = hubOf("cspm", region, accountId);
    const checked = { accountId, cspmArn, severities, grouping, reopenWithinSeconds, digest: floods.digest };
    const scheduled = scheduledParts(
      name,
      {
        ...{ ...parts, openingQueue, reopenFailingAfterSeconds, backlog, checked },
        digest: {
          time: floods.digestTime,
          mutes: floods.mutes,
          slack: slack && args.slack && { ...args.slack, secret: slack.secret },
          mail: mail?.topic,
          channels: channels.map(({ channel }) => channel),
        },
      },
      child,
    );
    const notice = alarmNotice(name, args, key, slack, mail, child);

    const health = args.health && new HealthEvents(`${name}-health`, { region, protect, ...args.health }, child);
    this.healthBusArn = health?.bus?.arn;
    const { managementAccountId } = args;
    const silencedElsewhere =
      managementAccountId === undefined
        ? undefined
        : new SilencedElsewhere(`${name}-management`, { region, accountId: managementAccountId }, child);
    this.silencedBusArn = silencedElsewhere?.busArn;
    const alarmName = `${name}-alarm`;
    const alarmsKey = alarmKey(name, args, child);
    const keyArns = [key.arn, alarmsKey.arn];
    const made = pipelineRules(
      name,
      {
        ...queueing,
        severities,
        findingSource,
        customActionArn: args.customActionArn,
        plansOff: args.plansOff,
        intake,
        sweeper,
        scheduled,
        workflow,
        failedAlerts,
        health,
        silencedElsewhere: silencedElsewhere?.rule,
        alarmName,
        notice,
        keyArns,
      },
      child,
    );
    const { deadLetters, silenced } = made;

    const topic = alarmTopic(name, args, alarmsKey, silenced, child);
    const topics = mail ? [topic, mail.topic] : [topic];
    const alarms = { name: alarmName, topic, notice };
    const consumers = { ...intake.consumers, settle: settle.consumer };
    const looked = { keyArns, topics, consumers, made };
    const shown = { intake, asks, settle, sweeper, scheduled, failedAlerts, deadLetters, notice, channels, workflow };
    const watch = watchPipeline(name, args, { alarms, looked, parts: shown }, child);
    this.alarms = watch.way;
    this.dashboardUrl = watch.dashboardUrl;
    this.watcherArn = watch.watcherArn;
    const { openingQueue: opening, closingQueue: closing, healthQueue } = intake;
    this.output = pipelineOutput({
      ...{ table, workflow, severities, findingSource, channels: channels.map(({ channel }) => channel) },
      queues: { opening, closing, settle: asks.queue, ...(healthQueue && { health: healthQueue }) },
      kept: { intake: intake.deadLetters, rules: deadLetters, settle: asks.deadLetters, failed: failedAlerts },
    });

    this.registerOutputs();
  }
}

/**
 * Security Hub, as a policy names it, of the form that findings are read from and marked in, and no other: both forms' calls take
 * the same actions. The last part of a V2 hub's ARN is AWS's own; an account has one a region.
 */
const hubOf = (source: FindingSource, region: string, accountId: string): string =>
  `arn:aws:securityhub:${region}:${accountId}:${source === "v2" ? "hubv2/*" : "hub/default"}`;

/** A channel that can tell of many alerts in one message. */
const hasDigest = ({ slack, mail }: NotificationPipelineArgs): boolean => slack !== undefined || mail !== undefined;

/** The channels that the settings ask for. */
function makeChannels(
  name: string,
  args: NotificationPipelineArgs,
  shared: ChannelArgs,
  opts: pulumi.ComponentResourceOptions,
) {
  const within = (hourlyBudget: number) => ({ ...shared, gate: { ...shared.gate, hourlyBudget } });
  const { hourlyBudget } = args.floods;
  const slack = args.slack && new SlackChannel(`${name}-slack`, { ...within(hourlyBudget.slack), ...args.slack }, opts);
  const backlog = args.backlog && new BacklogChannel(`${name}-backlog`, { ...shared, ...args.backlog }, opts);
  const mail = args.mail && new MailChannel(`${name}-mail`, { ...within(hourlyBudget.mail), ...args.mail }, opts);
  const channels = (["slack", "backlog", "mail"] as const).flatMap((channel) => {
    const made = { slack, backlog, mail }[channel];
    return made ? [{ channel, function: made.function }] : [];
  });
  return { slack, backlog: args.backlog && backlog && { channel: backlog, settings: args.backlog }, mail, channels };
}
