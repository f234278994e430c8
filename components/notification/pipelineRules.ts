import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { FindingSource, Severity } from "../../handlers/alert/types";
import type { AlarmNotice } from "./AlarmNotice";
import { alarmNamePrefix } from "./Alarms";
import type { AlertWorkflow } from "./AlertWorkflow";
import { EncryptedQueue, type QueueKeeping } from "./EncryptedQueue";
import type { EncryptionKey } from "./EncryptionKey";
import type { HealthEvents } from "./HealthEvents";
import type { Intake } from "./Intake";
import { PATTERNS } from "./patterns";
import { RoutedRule } from "./RoutedRule";
import type { SelfCheck } from "./SelfCheck";
import type { Sweeper } from "./Sweeper";
import type { ScheduledPart } from "./scheduledParts";
import { detectionSilenced, pipelineSilenced } from "./silencingPatterns";

export interface PipelineRulesArgs extends QueueKeeping {
  region: string;
  key: EncryptionKey;
  /** Severities that are told. */
  severities: Severity[];
  findingSource: FindingSource;
  /** The custom action by which a person asks for findings. Default: there is none. */
  customActionArn?: pulumi.Input<string>;
  /** Of GuardDuty's plans, those that deployments switch off. Default: none. */
  plansOff?: readonly string[];
  intake: Intake;
  sweeper: Sweeper;
  scheduled: Record<string, ScheduledPart>;
  workflow: AlertWorkflow;
  failedAlerts: EncryptedQueue;
  /** Takes events of AWS Health. Default: nobody does. */
  health?: HealthEvents;
  /** Takes calls of another account that switch detection off. Default: nobody does. */
  silencedElsewhere?: RoutedRule;
  /** The alarms' own name, which theirs begin with. */
  alarmName: string;
  /** Tells alarms a second way. Default: nobody does. */
  notice?: AlarmNotice;
  /** Keys without which nothing is told. */
  keyArns: pulumi.Input<string>[];
}

/** What makes each part of the pipeline run: rules of the default event bus, and the dead letters of their targets. */
export interface PipelineRules {
  rules: Record<string, aws.cloudwatch.EventRule>;
  deadLetters: EncryptedQueue;
  /** Calls that switch detection or telling off. To be published to the alarms' topic too, by `publishSilenced`. */
  silenced: RoutedRule[];
  /** Runs the self-check, by `runSelfCheck`. */
  selfCheck: RoutedRule;
  /** What lets rules into the dead letters. */
  buried: pulumi.Resource;
  /** All of them, with their targets. */
  routed: RoutedRule[];
}

/** Makes the rules, named and parented as the pipeline's own. Without them findings pass by untaken, so `protect` holds for them too. */
export function pipelineRules(
  name: string,
  args: PipelineRulesArgs,
  opts: pulumi.ComponentResourceOptions,
): PipelineRules {
  const { region, key, retentionDays, protect, intake, sweeper, workflow, failedAlerts, notice, health } = args;
  type When = ConstructorParameters<typeof RoutedRule>[1]["when"];
  const rule = (what: string, description: string, when: When, guarded = protect) =>
    new RoutedRule(`${name}-${what}`, { description, region, when }, { ...opts, protect: guarded });

  const patterns = PATTERNS[args.findingSource];
  const schedules = Object.fromEntries(
    Object.entries(args.scheduled).map(([what, { description, schedule, optional }]) => [
      `${what}-schedule`,
      rule(`${what}-schedule`, description, { schedule }, protect && !optional),
    ]),
  );
  const rules = {
    opening: rule("opening", "Findings that open an alert", { pattern: patterns.opening(args.severities) }),
    ...(args.customActionArn && {
      requested: rule("requested", "Findings that a person asks for", {
        pattern: requestPattern(args.customActionArn),
      }),
    }),
    closing: rule("closing", "Findings that are over", { pattern: patterns.closing }),
    failures: rule("failures", "Executions that failed", { pattern: failurePattern(workflow) }),
    sweep: rule("sweep", "Runs the sweeper", { schedule: "rate(1 hour)" }),
    "self-check": rule("self-check", "Runs the self-check", { schedule: "rate(1 hour)" }),
    ...schedules,
    // A target of these comes and goes with the channels.
    alarms: rule("alarms", "hakken's own alarms", { pattern: alarmPattern(args.alarmName) }, false),
    silenced: rule(
      "silenced",
      "Calls that switch detection off",
      { pattern: detectionSilenced([`${name}-`], args.plansOff) },
      false,
    ),
    "silenced-parts": rule(
      "silenced-parts",
      "Calls that switch hakken's own parts off",
      { pattern: pulumi.all(args.keyArns).apply((keyArns) => pipelineSilenced(`${name}-`, keyArns)) },
      false,
    ),
    ...(args.silencedElsewhere && { "silenced-elsewhere": args.silencedElsewhere }),
    ...health?.rules,
  };
  const { silencedElsewhere } = args;
  const silenced = [rules.silenced, rules["silenced-parts"], ...(silencedElsewhere ? [silencedElsewhere] : [])];
  const deadLetters = new EncryptedQueue(`${name}-rule-dead-letters`, { region, key, retentionDays, protect }, opts);
  const buried = deadLetters.acceptFrom(Object.values(rules).map((routed) => routed.rule));
  const send = (queue: EncryptedQueue, ...routed: RoutedRule[]) => {
    const accepted = queue.acceptFrom(routed.map((one) => one.rule));
    for (const one of routed) one.sendTo(queue, deadLetters, [buried, accepted]);
  };

  send(intake.openingQueue, rules.opening, ...(rules.requested ? [rules.requested] : []));
  send(intake.closingQueue, rules.closing);
  if (health && intake.healthQueue) health.sendTo(intake.healthQueue, deadLetters, buried);
  send(failedAlerts, rules.failures);
  rules.sweep.invoke(sweeper.function, deadLetters, [buried]);
  for (const [what, { function: handler }] of Object.entries(args.scheduled)) {
    schedules[`${what}-schedule`]?.invoke(handler, deadLetters, [buried]);
  }
  if (notice) {
    for (const routed of [rules.alarms, ...silenced]) routed.invoke(notice.function, deadLetters, [buried]);
  }
  return {
    rules: Object.fromEntries(Object.entries(rules).map(([what, routed]) => [what, routed.rule])),
    deadLetters,
    silenced,
    selfCheck: rules["self-check"],
    buried,
    routed: Object.values(rules),
  };
}

/** After all else: it looks at the rules themselves. */
export function runSelfCheck(check: SelfCheck, { selfCheck, deadLetters, buried }: PipelineRules): void {
  selfCheck.invoke(check.function, deadLetters, [buried], check.input);
}

/** The first way out of a call that silences: in English, since EventBridge words it. The second way says more. */
export function publishSilenced(topicArn: pulumi.Output<string>, page: string, made: PipelineRules): void {
  const paths = {
    name: "$.detail.eventName",
    service: "$.detail.eventSource",
    who: "$.detail.userIdentity.arn",
    when: "$.detail.eventTime",
    account: "$.account",
    region: "$.detail.awsRegion",
    from: "$.detail.sourceIPAddress",
  };
  const said = "<name> of <service> by <who> at <when>, in account <account>, region <region>, from <from>";
  const template = JSON.stringify(`hakken: detection or its telling was switched off by a call: ${said}. ${page}`);
  for (const routed of made.silenced) routed.publish(topicArn, { paths, template }, made.deadLetters, [made.buried]);
}

/** One event of all that was chosen, or one each. V2 has no custom actions. */
const requestPattern = (actionArn: pulumi.Input<string>) => ({
  source: ["aws.securityhub"],
  "detail-type": ["Security Hub Findings - Custom Action"],
  resources: [actionArn],
});

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
