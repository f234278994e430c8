import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { FindingSource, Language } from "../../handlers/alert/types";
import type { AccessPortal } from "../../handlers/messages/accessPortal";
import { AlertCheck, type AlertCheckArgs } from "./AlertCheck";
import type { AlertTable } from "./AlertTable";
import type { BacklogChannel, BacklogChannelArgs } from "./BacklogChannel";
import { BacklogPoll } from "./BacklogPoll";
import type { ChannelArgs } from "./channel";
import { Digest, type DigestArgs } from "./Digest";
import type { HandToIntakeArgs } from "./handToIntake";
import { ReopenFailing } from "./ReopenFailing";
import { SuppressionEnd } from "./SuppressionEnd";

/** A function that a rule of its own runs, again and again. */
export interface ScheduledPart {
  /** Of the rule, as a sentence. */
  description: string;
  /** Such as rate(1 hour). */
  schedule: string;
  function: aws.lambda.Function;
  /** Errors in five minutes that are too many. Lambda tries each run three times. */
  errors: number;
  /** Whether the settings may switch it off, so that nothing protects it. */
  optional: boolean;
}

export interface ScheduledPartsArgs extends HandToIntakeArgs {
  region: string;
  language: Language;
  /** Where links to the console sign in first. Default: nowhere. */
  accessPortal?: AccessPortal;
  table: AlertTable;
  /** Security Hub of the region, as a policy names it. */
  hubArn: string;
  findingSource: FindingSource;
  reopenFailingAfterSeconds: number;
  /** What the daily digest is told with; without Slack and mail there is none. */
  digest: Pick<DigestArgs, "time" | "mutes" | "slack" | "mail" | "channels">;
  /** Default: no Backlog. */
  backlog?: { channel: BacklogChannel; settings: Omit<BacklogChannelArgs, keyof ChannelArgs> };
  /** What the comparison of alerts asks for besides. */
  checked: Pick<AlertCheckArgs, "accountId" | "cspmArn" | "severities" | "grouping" | "reopenWithinSeconds" | "digest">;
}

/** What runs by itself, beside the sweeper; by what it is called. */
export function scheduledParts(
  name: string,
  { backlog, digest, reopenFailingAfterSeconds, checked, ...shared }: ScheduledPartsArgs,
  opts: pulumi.ComponentResourceOptions,
): Record<string, ScheduledPart> {
  const reopening = new ReopenFailing(
    `${name}-reopen-failing`,
    { ...shared, afterSeconds: reopenFailingAfterSeconds },
    opts,
  );
  const check = new AlertCheck(`${name}-check`, { ...shared, ...checked }, opts);
  const suppressionEnd = new SuppressionEnd(`${name}-suppression-end`, { ...shared, ...checked }, opts);
  return {
    check: {
      description: "Compares open alerts with Security Hub and AWS Organizations",
      schedule: "rate(1 hour)",
      function: check.function,
      errors: 1,
      optional: false,
    },
    "suppression-end": {
      description: "Sets back to NEW what no suppression holds any more",
      schedule: "rate(1 hour)",
      function: suppressionEnd.function,
      errors: 1,
      optional: false,
    },
    "reopen-failing": {
      description: "Opens again what is RESOLVED although it fails",
      schedule: "rate(1 hour)",
      function: reopening.function,
      errors: 1,
      optional: false,
    },
    ...((digest.slack || digest.mail) && {
      digest: {
        description: "Runs the daily digest, which goes on where it was",
        schedule: "rate(5 minutes)",
        function: new Digest(
          `${name}-digest`,
          { ...shared, ...digest, backlog: backlog && { ...backlog.settings, secret: backlog.channel.secret } },
          opts,
        ).function,
        errors: 1,
        optional: true,
      },
    }),
    ...(backlog?.settings.closeFindings && {
      "backlog-poll": {
        description: "Looks for issues that people have closed",
        schedule: "rate(10 minutes)",
        function: backlogPoll(name, shared, backlog, opts).function,
        // One answer of Backlog's that fails is no news: it is asked again within minutes.
        errors: 2,
        optional: true,
      },
    }),
  };
}

const backlogPoll = (
  name: string,
  shared: Omit<ScheduledPartsArgs, "backlog" | "checked" | "digest" | "reopenFailingAfterSeconds">,
  { channel, settings }: NonNullable<ScheduledPartsArgs["backlog"]>,
  opts: pulumi.ComponentResourceOptions,
): BacklogPoll => {
  const { spaceUrl, project, suppressResolutions } = settings;
  const { secret } = channel;
  return new BacklogPoll(`${name}-backlog-poll`, { ...shared, spaceUrl, project, suppressResolutions, secret }, opts);
};
