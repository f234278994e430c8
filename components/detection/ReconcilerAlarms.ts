import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { runbookPage } from "../notification/runbook";

/** The ways out of alarms, which the pipeline in the audit account made. */
export interface AlarmWay {
  /** Where alarms go by themselves. */
  topicArn: pulumi.Input<string>;
  /** What an alarm's name must begin with to be told the second way too. */
  namePrefix: string;
  /** Address of the folder with the alarms' pages. Default: its path in the repository. */
  runbook?: string;
}

export interface ReconcilerAlarmsArgs {
  region: string;
  function: aws.lambda.Function;
  /** The hourly one. */
  rule: aws.cloudwatch.EventRule;
  way: AlarmWay;
}

/** What differs from one alarm to another: each is the sum or the maximum of a period. */
type Watch = Pick<aws.cloudwatch.MetricAlarmArgs, "alarmDescription" | "namespace" | "metricName" | "dimensions"> &
  Partial<aws.cloudwatch.MetricAlarmArgs>;

/** Alarms on all that leaves an account uncovered without anybody noticing. */
export class ReconcilerAlarms extends pulumi.ComponentResource {
  constructor(name: string, args: ReconcilerAlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:detection:ReconcilerAlarms", name, {}, opts);
    const { region, rule, way } = args;
    const dimensions = { FunctionName: args.function.name };

    const raise = (what: string, watch: Watch) =>
      new aws.cloudwatch.MetricAlarm(
        `${way.namePrefix}reconciler-${what}`,
        {
          statistic: "Sum",
          period: 300,
          evaluationPeriods: 1,
          threshold: 1,
          comparisonOperator: "GreaterThanOrEqualToThreshold",
          treatMissingData: "notBreaching",
          alarmActions: [way.topicArn],
          region,
          ...watch,
          alarmDescription: `${watch.alarmDescription} ${runbookPage(way.runbook, `reconciler-${what}`)}`,
        },
        { parent: this },
      );
    raise("errors", {
      alarmDescription:
        "The reconciler failed: its log says which service, region and reason. Existing accounts may be uncovered.",
      namespace: "AWS/Lambda",
      metricName: "Errors",
      dimensions,
    });
    raise("throttles", {
      alarmDescription: "The reconciler was throttled: raise the account's Lambda concurrency.",
      namespace: "AWS/Lambda",
      metricName: "Throttles",
      dimensions,
    });
    raise("not-delivered", {
      alarmDescription: "The reconciler's hourly rule could not invoke it.",
      namespace: "AWS/Events",
      metricName: "FailedInvocations",
      dimensions: { RuleName: rule.name },
    });
    raise("not-run", {
      alarmDescription: "The reconciler has not run for three hours: is its rule switched off, or its permission gone?",
      namespace: "AWS/Lambda",
      metricName: "Invocations",
      dimensions,
      period: 3_600,
      evaluationPeriods: 3,
      comparisonOperator: "LessThanThreshold",
      // No run is no data.
      treatMissingData: "breaching",
    });
    raise("uncovered", {
      alarmDescription:
        "AWS refuses to cover some account: the reconciler's log names it, with region, reason and what to do. The alarm stays while it lasts. Accounts that lack the region don't count.",
      namespace: "hakken",
      metricName: "Uncovered",
      dimensions,
      statistic: "Maximum",
      // One point an hour: over two hours there is always one.
      period: 7_200,
    });

    this.registerOutputs();
  }
}
