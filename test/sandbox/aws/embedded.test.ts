import { DescribeAlarmsCommand, GetMetricStatisticsCommand, PutMetricAlarmCommand } from "@aws-sdk/client-cloudwatch";
import { CreateFunctionCommand, InvokeCommand } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { logLine } from "../../../handlers/log";
import { type Aws, allow, code, startAws, until } from "./authorise";

let aws: Aws;
beforeAll(async () => {
  aws = await startAws();
});
afterAll(() => aws.stop());

/** Runs a function that writes these lines to its standard output. */
async function written(name: string, lines: readonly string[], mayLog = true) {
  const rights = mayLog ? [allow(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], "*")] : [];
  const Role = await aws.role(name, "lambda.amazonaws.com", rights);
  const program = `exports.handler = async () => { for (const line of ${JSON.stringify(lines)}) process.stdout.write(line + "\\n"); };`;
  const settings = { FunctionName: name, Role, Runtime: "nodejs24.x" as const, Handler: "index.handler" };
  await aws.lambda.send(new CreateFunctionCommand({ ...settings, Code: { ZipFile: code(program) } }));
  const { FunctionError } = await aws.lambda.send(new InvokeCommand({ FunctionName: name }));
  expect(FunctionError).toBeUndefined();
}

async function sumOf(MetricName: string, dimensions: Record<string, string> = {}) {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  const EndTime = new Date(Date.now() + 60_000);
  const StartTime = new Date(Date.now() - 600_000);
  const asked = { Namespace: "hakken", MetricName, Dimensions, StartTime, EndTime, Period: 3600 };
  const found = await aws.cloudwatch.send(new GetMetricStatisticsCommand({ ...asked, Statistics: ["Sum"] }));
  return found.Datapoints?.reduce((sum, { Sum = 0 }) => sum + Sum, 0) ?? 0;
}

describe("a metric in a log line", () => {
  it("is CloudWatch's, with its dimensions, and raises an alarm", async () => {
    await aws.cloudwatch.send(
      new PutMetricAlarmCommand({
        AlarmName: "keys",
        Namespace: "hakken",
        MetricName: "keysAtRisk",
        Statistic: "Maximum",
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: "GreaterThanOrEqualToThreshold",
        TreatMissingData: "notBreaching",
      }),
    );

    await written("measures", [
      logLine({ step: "tell", outcome: "told", channel: "slack", durationMs: 30 }, { told: 2 }, Date.now()),
      `2026-11-22T08:00:00Z\tid\tINFO\t${logLine({ step: "tell", outcome: "told", channel: "slack" }, { told: 3 }, Date.now())}`,
      logLine({ step: "self-check", outcome: "checked" }, { keysAtRisk: 1 }, Date.now()),
    ]);

    expect(await sumOf("told", { channel: "slack" })).toBe(5);
    expect(await sumOf("durationMs", { step: "tell", channel: "slack" })).toBe(30);
    await until(async () => {
      const found = await aws.cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: ["keys"] }));
      return found.MetricAlarms?.find(({ StateValue }) => StateValue === "ALARM");
    }, "alarm keys raised");
  });

  it("is none where the line breaks the format, or the function may not log", async () => {
    const line = (metrics: object, aws = {}) =>
      JSON.stringify({ ...metrics, _aws: { Timestamp: 1, CloudWatchMetrics: [], ...aws } });
    const directive = (Dimensions: string[][]) => [{ Namespace: "hakken", Dimensions, Metrics: [{ Name: "bad" }] }];

    await written("breaks", [
      line({ bad: 1 }, { CloudWatchMetrics: directive([["missing"]]) }),
      line({ bad: "1" }, { CloudWatchMetrics: directive([[]]) }),
      line({ bad: 1 }, { CloudWatchMetrics: directive([[]]), Timestamp: "now" }),
      '{"_aws": broken',
    ]);
    await written("silent", [line({ bad: 1 }, { CloudWatchMetrics: directive([[]]) })], false);
    await written("well", [
      line({ good: 1 }, { CloudWatchMetrics: [{ ...directive([[]])[0], Metrics: [{ Name: "good" }] }] }),
    ]);

    expect(await sumOf("bad")).toBe(0);
    expect(await sumOf("good")).toBe(1);
  });
});
