import type { ComparisonOperator, StandardUnit, Statistic } from "@aws-sdk/client-cloudwatch";
import type { DashboardArgs } from "@pulumi/aws/cloudwatch/dashboard";
import type { MetricAlarmArgs } from "@pulumi/aws/cloudwatch/metricAlarm";
import { camel, type Plain, type ResourceType, resource, tagList } from "../resource";
import type { Scope } from "../scope";

const dimensionList = (dimensions: Record<string, string> | undefined) =>
  dimensions && Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));

const dimensionMap = (dimensions: { Name?: string; Value?: string }[] | undefined) =>
  dimensions && Object.fromEntries(dimensions.map(({ Name, Value }) => [Name, Value]));

// An action may be given as a topic: the engine hands over its id, which is its ARN.
const arns = (actions: unknown[] | undefined) => actions?.map(String);

function putAlarm({ cloudwatch }: Scope, inputs: Plain<MetricAlarmArgs>, tags = inputs.tags) {
  return cloudwatch.putMetricAlarm({
    AlarmName: inputs.name,
    AlarmDescription: inputs.alarmDescription,
    ActionsEnabled: inputs.actionsEnabled ?? true,
    AlarmActions: arns(inputs.alarmActions),
    OKActions: arns(inputs.okActions),
    InsufficientDataActions: arns(inputs.insufficientDataActions),
    ComparisonOperator: inputs.comparisonOperator as ComparisonOperator,
    EvaluationPeriods: inputs.evaluationPeriods,
    DatapointsToAlarm: inputs.datapointsToAlarm,
    Threshold: inputs.threshold,
    TreatMissingData: inputs.treatMissingData ?? "missing",
    Namespace: inputs.namespace,
    MetricName: inputs.metricName,
    Dimensions: dimensionList(inputs.dimensions),
    Period: inputs.period,
    Statistic: inputs.statistic as Statistic | undefined,
    ExtendedStatistic: inputs.extendedStatistic,
    Unit: inputs.unit as StandardUnit | undefined,
    Metrics: inputs.metricQueries?.map((query) => ({
      Id: query.id,
      Expression: query.expression,
      Label: query.label,
      Period: query.period,
      ReturnData: query.returnData,
      MetricStat: query.metric && {
        Metric: {
          Namespace: query.metric.namespace,
          MetricName: query.metric.metricName,
          Dimensions: dimensionList(query.metric.dimensions),
        },
        Period: query.metric.period,
        Stat: query.metric.stat,
        Unit: query.metric.unit as StandardUnit | undefined,
      },
    })),
    Tags: tagList(tags),
  });
}

/** CloudWatch takes a body with faults, and says so: the official provider makes an error of it. */
async function putDashboard({ cloudwatch }: Scope, inputs: Plain<DashboardArgs>) {
  const { DashboardValidationMessages: faults = [] } = await cloudwatch.putDashboard({
    DashboardName: inputs.dashboardName,
    DashboardBody: inputs.dashboardBody,
  });
  if (faults.length > 0) throw new Error(faults.map(({ DataPath, Message }) => `${DataPath}: ${Message}`).join("; "));
}

export const cloudwatch: Record<string, ResourceType> = {
  "aws:cloudwatch/dashboard:Dashboard": resource<DashboardArgs>({
    inputs: { dashboardName: true, dashboardBody: true },
    replaceOn: ["dashboardName"],
    json: ["dashboardBody"],
    async create(aws, inputs) {
      await putDashboard(aws, inputs);
      return inputs.dashboardName;
    },
    async read({ cloudwatch }, id) {
      const found = await cloudwatch.getDashboard({ DashboardName: id });
      return { dashboardName: id, dashboardArn: found.DashboardArn, dashboardBody: found.DashboardBody };
    },
    update: (aws, _id, inputs) => putDashboard(aws, inputs),
    delete: ({ cloudwatch }, id) => cloudwatch.deleteDashboards({ DashboardNames: [id] }),
  }),

  "aws:cloudwatch/metricAlarm:MetricAlarm": resource<MetricAlarmArgs>({
    inputs: {
      name: true,
      alarmDescription: true,
      actionsEnabled: true,
      alarmActions: true,
      okActions: true,
      insufficientDataActions: true,
      comparisonOperator: true,
      evaluationPeriods: true,
      datapointsToAlarm: true,
      threshold: true,
      treatMissingData: true,
      namespace: true,
      metricName: true,
      dimensions: true,
      period: true,
      statistic: true,
      extendedStatistic: true,
      unit: true,
      metricQueries: {
        id: true,
        expression: true,
        label: true,
        period: true,
        returnData: true,
        metric: { namespace: true, metricName: true, dimensions: true, period: true, stat: true, unit: true },
      },
      tags: true,
    },
    replaceOn: ["name"],
    async create(aws, inputs) {
      await putAlarm(aws, inputs);
      return String(inputs.name);
    },
    async read({ cloudwatch }, id) {
      const { MetricAlarms: [alarm] = [] } = await cloudwatch.describeAlarms({ AlarmNames: [id] });
      return (
        alarm && {
          name: alarm.AlarmName,
          arn: alarm.AlarmArn,
          alarmDescription: alarm.AlarmDescription,
          actionsEnabled: alarm.ActionsEnabled,
          alarmActions: alarm.AlarmActions,
          okActions: alarm.OKActions,
          insufficientDataActions: alarm.InsufficientDataActions,
          comparisonOperator: alarm.ComparisonOperator,
          evaluationPeriods: alarm.EvaluationPeriods,
          datapointsToAlarm: alarm.DatapointsToAlarm,
          threshold: alarm.Threshold,
          treatMissingData: alarm.TreatMissingData,
          namespace: alarm.Namespace,
          metricName: alarm.MetricName,
          dimensions: dimensionMap(alarm.Dimensions),
          period: alarm.Period,
          statistic: alarm.Statistic,
          extendedStatistic: alarm.ExtendedStatistic,
          metricQueries: alarm.Metrics?.map(({ MetricStat: stat, ...query }) => ({
            ...camel(query),
            metric: stat && {
              ...camel(stat.Metric),
              dimensions: dimensionMap(stat.Metric?.Dimensions),
              period: stat.Period,
              stat: stat.Stat,
              unit: stat.Unit,
            },
          })),
        }
      );
    },
    // Tags given with a change of an existing alarm are ignored by CloudWatch.
    update: (aws, _id, inputs) => putAlarm(aws, inputs, undefined),
    delete: ({ cloudwatch }, id) => cloudwatch.deleteAlarms({ AlarmNames: [id] }),
    tags: {
      put: ({ cloudwatch }, { arn }, tags) => cloudwatch.tagResource({ ResourceARN: String(arn), Tags: tagList(tags) }),
      remove: ({ cloudwatch }, { arn }, keys) => cloudwatch.untagResource({ ResourceARN: String(arn), TagKeys: keys }),
    },
  }),
};
