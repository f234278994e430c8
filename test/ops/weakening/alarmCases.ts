import * as aws from "@pulumi/aws";
import { type Case, changed, made } from "./cases";

const { cloudwatch } = aws;

const other = "the alarm watches something else";
const alarm = {
  comparisonOperator: "GreaterThanOrEqualToThreshold",
  evaluationPeriods: 1,
  metricName: "m",
  namespace: "n",
  threshold: 1,
};
type AlarmArgs = Partial<aws.cloudwatch.MetricAlarmArgs>;
const alarms = (before: AlarmArgs, after: AlarmArgs, says?: string) =>
  changed(cloudwatch.MetricAlarm, alarm, before, after, says);

/** Changes of alarms and logs, by what is done. */
export const alarmCases: Record<string, Case> = {
  "alarm that tells nobody": alarms({}, { actionsEnabled: false }, "the alarm tells nobody"),
  "alarm that tells fewer": alarms({ alarmActions: ["arn:t"] }, { alarmActions: [] }, "the alarm tells fewer"),
  "alarm that tells more": alarms({ alarmActions: ["arn:t"] }, { alarmActions: ["arn:u", "arn:t"] }),
  "higher threshold": alarms({}, { threshold: 2 }, "the alarm is raised later"),
  "lower threshold": alarms({ threshold: 2 }, {}),
  "lower threshold of too little": alarms(
    { comparisonOperator: "LessThanThreshold", threshold: 2 },
    { comparisonOperator: "LessThanThreshold" },
    "the alarm is raised later",
  ),
  "more periods": alarms({}, { evaluationPeriods: 3 }, "the alarm is raised later"),
  "more data points": alarms(
    { evaluationPeriods: 3, datapointsToAlarm: 1 },
    { evaluationPeriods: 3, datapointsToAlarm: 2 },
    "the alarm is raised later",
  ),
  "another metric": alarms({ metricName: "A" }, { metricName: "B" }, other),
  "another queue's metric": alarms({ dimensions: { QueueName: "a" } }, { dimensions: { QueueName: "b" } }, other),
  "the least in place of the most": alarms({ statistic: "Maximum" }, { statistic: "Minimum" }, other),
  "no data is well": alarms(
    { treatMissingData: "breaching" },
    { treatMissingData: "notBreaching" },
    "no data no longer raises the alarm",
  ),
  "alarm made": made(cloudwatch.MetricAlarm, { ...alarm, treatMissingData: "notBreaching" }),
  ...Object.fromEntries(
    Object.entries({
      "the alarm tells nobody": { actionsEnabled: false, alarmRule: "ALARM(a)", alarmActions: ["arn:t"] },
      "the alarm tells fewer": { alarmRule: "ALARM(a)", alarmActions: [] },
      "the alarm is raised by something else": { alarmRule: "ALARM(b)", alarmActions: ["arn:t"] },
    }).map(([says, after]) => [
      `composite: ${says}`,
      changed(
        cloudwatch.CompositeAlarm,
        { alarmName: "c" },
        { alarmRule: "ALARM(a)", alarmActions: ["arn:t"] },
        after,
        says,
      ),
    ]),
  ),
  "shorter logs": changed(
    cloudwatch.LogGroup,
    {},
    { retentionInDays: 0 },
    { retentionInDays: 30 },
    "logs are kept for a shorter time",
  ),
  "logs for ever": changed(cloudwatch.LogGroup, {}, { retentionInDays: 30 }, { retentionInDays: 0 }),
};
