import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AlertWorkflow } from "./AlertWorkflow";
import type { EncryptedQueue } from "./EncryptedQueue";
import { runbookPage } from "./runbook";

export interface AlarmsArgs {
  region: string;
  /** Where alarms go by themselves. */
  topicArn: pulumi.Input<string>;
  /** Address of the folder with the alarms' pages. Default: its path in the repository. */
  runbook?: string;
  /** Queues that are empty while all is well, by what they are called. */
  deadLetters: Record<string, EncryptedQueue>;
  /** Queues that are worked off, with the age in seconds at which a message is late. */
  workQueues: Record<string, { queue: EncryptedQueue; lateAfterSeconds: number }>;
  /** Functions, with the errors in five minutes that are too many: channels have their own retries. */
  functions: Record<string, { function: aws.lambda.Function; errors: number }>;
  rules: Record<string, aws.cloudwatch.EventRule>;
  workflow: AlertWorkflow;
  /** All else, by what the alarms are called. */
  others: Record<string, Watch>;
  /** Days that a queue keeps a message, for the alarms' text. */
  retentionDays: number;
}

/** What an alarm watches: a sum or a maximum of a period reaching a threshold. */
export interface Watch {
  metric: string;
  namespace: string;
  dimensions: pulumi.Input<Record<string, pulumi.Input<string>>>;
  statistic: "Sum" | "Maximum";
  periodSeconds: number;
  threshold: number;
  description: string;
  /** Periods that are looked at. Default: 1. */
  evaluationPeriods?: number;
  /** Of these, how many raise the alarm. Default: all. */
  datapointsToAlarm?: number;
  /** Raises the alarm below the threshold, where no data is none done. Default: false. */
  below?: boolean;
  /** What must have happened before it is there. Default: nothing. */
  after?: pulumi.Resource;
}

/**
 * Alarms on everything that keeps a finding from being told. They go to their own topic, under their own key; a rule on
 * CloudWatch's events (`alarmNamePrefix`) takes them out a second way.
 */
export class Alarms extends pulumi.ComponentResource {
  readonly alarms: aws.cloudwatch.MetricAlarm[] = [];

  constructor(name: string, args: AlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:notification:Alarms", name, {}, opts);

    const raise = (what: string, watch: Watch) =>
      this.alarms.push(
        new aws.cloudwatch.MetricAlarm(
          `${alarmNamePrefix(name)}${what}`,
          {
            alarmDescription: `${watch.description} ${runbookPage(args.runbook, what)}`,
            namespace: watch.namespace,
            metricName: watch.metric,
            dimensions: watch.dimensions,
            statistic: watch.statistic,
            period: watch.periodSeconds,
            evaluationPeriods: watch.evaluationPeriods ?? 1,
            datapointsToAlarm: watch.datapointsToAlarm,
            threshold: watch.threshold,
            comparisonOperator: watch.below ? "LessThanThreshold" : "GreaterThanOrEqualToThreshold",
            // No data is no event: nothing in the queue, no failure.
            treatMissingData: watch.below ? "breaching" : "notBreaching",
            // Not okActions: a new alarm's first OK would be mailed, for each of them. Recovery is told the second way.
            alarmActions: [args.topicArn],
            region: args.region,
          },
          { parent: this, dependsOn: watch.after },
        ),
      );

    for (const [what, queue] of Object.entries(args.deadLetters)) raise(what, waiting(what, queue, args.retentionDays));
    for (const [what, { queue, lateAfterSeconds }] of Object.entries(args.workQueues)) {
      raise(`${what}-late`, late(what, queue, lateAfterSeconds));
    }
    for (const [
      what,
      {
        function: { name: fn },
        errors,
      },
    ] of Object.entries(args.functions)) {
      raise(`${what}-errors`, functionWatch(what, fn, "Errors", errors));
      raise(`${what}-throttles`, functionWatch(what, fn, "Throttles", 1));
    }
    for (const [what, rule] of Object.entries(args.rules)) raise(`${what}-not-delivered`, notDelivered(what, rule));
    for (const [what, watch] of Object.entries(args.others)) raise(what, watch);
    for (const end of ["Failed", "TimedOut", "Aborted"] as const) {
      raise(`executions-${end.toLowerCase()}`, ended(args.workflow, end));
    }

    this.registerOutputs();
  }
}

/** What the names of all alarms begin with. */
export const alarmNamePrefix = (name: string): string => `${name}-`;

const waiting = (what: string, queue: EncryptedQueue, days: number): Watch => ({
  description: `Messages wait in ${what}: findings that could not be told. They stay ${days} days.`,
  namespace: "AWS/SQS",
  metric: "ApproximateNumberOfMessagesVisible",
  dimensions: { QueueName: queue.name },
  statistic: "Maximum",
  periodSeconds: 60,
  threshold: 1,
});

const late = (what: string, queue: EncryptedQueue, seconds: number): Watch => ({
  description: `A message of the queue ${what} has waited for ${seconds / 60} minutes: findings are told late.`,
  namespace: "AWS/SQS",
  metric: "ApproximateAgeOfOldestMessage",
  dimensions: { QueueName: queue.name },
  statistic: "Maximum",
  periodSeconds: 60,
  threshold: seconds,
});

const functionWatch = (
  what: string,
  name: pulumi.Input<string>,
  metric: "Errors" | "Throttles",
  threshold: number,
): Watch => ({
  description: `The function ${what} had ${threshold} ${metric.toLowerCase()} or more in five minutes.`,
  namespace: "AWS/Lambda",
  metric,
  dimensions: { FunctionName: name },
  statistic: "Sum",
  periodSeconds: 300,
  threshold,
});

const notDelivered = (what: string, rule: aws.cloudwatch.EventRule): Watch => ({
  description: `The rule ${what} could not deliver an event: it is in the rules' dead-letter queue, or lost.`,
  namespace: "AWS/Events",
  metric: "FailedInvocations",
  dimensions: ofRule(rule),
  statistic: "Sum",
  periodSeconds: 300,
  threshold: 1,
});

/** AWS counts rules of the default bus by their names alone. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html */
const ofRule = ({ name, eventBusName }: aws.cloudwatch.EventRule): pulumi.Output<Record<string, string>> =>
  pulumi
    .all([name, eventBusName])
    .apply(
      ([RuleName, bus]): Record<string, string> =>
        bus && bus !== "default" ? { EventBusName: bus, RuleName } : { RuleName },
    );

const ended = (workflow: AlertWorkflow, end: "Failed" | "TimedOut" | "Aborted"): Watch => ({
  description: `An execution of the alert workflow ended as ${end}. Its input is in the failed-alerts queue.`,
  namespace: "AWS/States",
  metric: `Executions${end}`,
  dimensions: { StateMachineArn: workflow.arn },
  statistic: "Sum",
  periodSeconds: 300,
  threshold: 1,
});
