import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Severity } from "../../handlers/alert/types";
import type { AlarmNotice } from "./AlarmNotice";
import { alarmNamePrefix } from "./Alarms";
import type { AlertWorkflow } from "./AlertWorkflow";
import { EncryptedQueue, type QueueKeeping } from "./EncryptedQueue";
import type { EncryptionKey } from "./EncryptionKey";
import type { Intake } from "./Intake";
import { closingPattern, openingPattern } from "./patterns";
import { RoutedRule } from "./RoutedRule";
import type { Sweeper } from "./Sweeper";

export interface PipelineRulesArgs extends QueueKeeping {
  region: string;
  key: EncryptionKey;
  /** Severities that are told. */
  severities: Severity[];
  intake: Intake;
  sweeper: Sweeper;
  workflow: AlertWorkflow;
  failedAlerts: EncryptedQueue;
  /** The alarms' own name, which theirs begin with. */
  alarmName: string;
  /** Tells alarms a second way. Default: nobody does. */
  notice?: AlarmNotice;
}

/** What makes each part of the pipeline run: rules of the default event bus, and the dead letters of their targets. */
export interface PipelineRules {
  rules: Record<string, aws.cloudwatch.EventRule>;
  deadLetters: EncryptedQueue;
}

/** Makes the rules, named and parented as the pipeline's own. Without them findings pass by untaken, so `protect` holds for them too. */
export function pipelineRules(
  name: string,
  args: PipelineRulesArgs,
  opts: pulumi.ComponentResourceOptions,
): PipelineRules {
  const { region, key, retentionDays, protect, intake, sweeper, workflow, failedAlerts, notice } = args;
  type When = ConstructorParameters<typeof RoutedRule>[1]["when"];
  const rule = (what: string, description: string, when: When, guarded = protect) =>
    new RoutedRule(`${name}-${what}`, { description, region, when }, { ...opts, protect: guarded });

  const rules = {
    opening: rule("opening", "Findings that open an alert", { pattern: openingPattern(args.severities) }),
    closing: rule("closing", "Findings that are over", { pattern: closingPattern }),
    failures: rule("failures", "Executions that failed", { pattern: failurePattern(workflow) }),
    sweep: rule("sweep", "Runs the sweeper", { schedule: "rate(1 hour)" }),
    // Its target comes and goes with the channels.
    alarms: rule("alarms", "hakken's own alarms", { pattern: alarmPattern(args.alarmName) }, false),
  };
  const deadLetters = new EncryptedQueue(`${name}-rule-dead-letters`, { region, key, retentionDays, protect }, opts);
  const buried = deadLetters.acceptFrom(Object.values(rules).map((routed) => routed.rule));
  const send = (routed: RoutedRule, queue: EncryptedQueue) =>
    routed.sendTo(queue, deadLetters, [buried, queue.acceptFrom([routed.rule])]);

  send(rules.opening, intake.openingQueue);
  send(rules.closing, intake.closingQueue);
  send(rules.failures, failedAlerts);
  rules.sweep.invoke(sweeper.function, deadLetters, [buried]);
  if (notice) rules.alarms.invoke(notice.function, deadLetters, [buried]);
  return {
    rules: Object.fromEntries(Object.entries(rules).map(([what, routed]) => [what, routed.rule])),
    deadLetters,
  };
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
