import type * as pulumi from "@pulumi/pulumi";
import type { AlarmNotice } from "./AlarmNotice";
import { Alarms, alarmNamePrefix } from "./Alarms";
import type { AlertWorkflow } from "./AlertWorkflow";
import { Dashboard } from "./Dashboard";
import type { MailTopic } from "./MailTopic";
import type { NotificationPipelineArgs } from "./NotificationPipeline";
import { type PipelineRules, publishSilenced, runSelfCheck } from "./pipelineRules";
import { runbookPage } from "./runbook";
import { SelfCheck, type SelfCheckArgs } from "./SelfCheck";
import { type PipelineParts, watchedParts } from "./watchedParts";

/** What there is to be watched. */
export interface Watched {
  /** The alarms' own name, which theirs begin with; their two ways out. */
  alarms: { name: string; topic: MailTopic; notice?: AlarmNotice };
  looked: Looked;
  parts: Omit<PipelineParts, "selfCheck"> & { workflow: AlertWorkflow };
}

/** What the self-check looks at. */
type Looked = Pick<SelfCheckArgs, "keyArns" | "topics" | "consumers"> & { made: PipelineRules };

/** Watches the pipeline itself: calls that silence it, an hourly check, alarms, a dashboard. Named and parented as the pipeline's own. */
export function watchPipeline(
  name: string,
  args: NotificationPipelineArgs,
  { alarms: { name: alarmName, topic, notice }, looked, parts: { workflow, ...parts } }: Watched,
  opts: pulumi.ComponentResourceOptions,
) {
  const { region, runbook, queueRetentionDays: retentionDays = 14 } = args;
  const { made } = looked;

  publishSilenced(topic.arn, runbookPage(runbook, "switched-off"), made);
  const selfCheck = selfChecked(name, args, looked, notice, opts);
  const watched = watchedParts({ ...parts, selfCheck });
  const { alarms } = new Alarms(
    alarmName,
    { region, topicArn: topic.arn, runbook, workflow, rules: made.rules, retentionDays, ...watched },
    opts,
  );
  const channels = parts.channels.map(({ channel }) => channel);
  const dashboard = new Dashboard(name, { region, channels, ...watched, workflow, alarms, runbook }, opts);
  return {
    way: { topicArn: topic.arn, namePrefix: alarmNamePrefix(alarmName), ...(runbook && { runbook }) },
    dashboardUrl: dashboard.url,
    watcherArn: selfCheck.function.role,
  };
}

/** Looks at what was made before it, once an hour. */
function selfChecked(
  name: string,
  { region, forwarding, elsewhere = [] }: NotificationPipelineArgs,
  { made, ...things }: Looked,
  notice: AlarmNotice | undefined,
  opts: pulumi.ComponentResourceOptions,
): SelfCheck {
  // Without a second way out, nothing is the target of the rule for alarms.
  const rules = Object.entries(made.rules).flatMap(([what, rule]) =>
    what === "alarms" && !notice ? [] : [{ region, rule }],
  );
  const check = new SelfCheck(
    `${name}-self-check`,
    {
      region,
      ...things,
      rules: [...rules, ...(forwarding?.rules ?? [])],
      deadLetters: forwarding?.deadLetters ?? {},
      elsewhere,
    },
    opts,
  );
  runSelfCheck(check, made);
  check.runOnce(`${name}-self-check`, region, [...made.routed, ...(forwarding ? [forwarding] : [])]);
  return check;
}
