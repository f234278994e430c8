import {
  DescribeAlarmsCommand,
  PutMetricAlarmCommand,
  type PutMetricAlarmCommandInput,
} from "@aws-sdk/client-cloudwatch";
import {
  CreateEventBusCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import { CreateFunctionCommand, InvokeCommand } from "@aws-sdk/client-lambda";
import { SendMessageCommand, SetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Aws, allowService, code, policy, refusal, runPython, startAws, until } from "./authorise";

let aws: Aws;
beforeAll(async () => {
  aws = await startAws();
});
afterAll(() => aws.stop());

/** An alarm that is raised by one datapoint of one or more, over a minute. */
const alarm = (AlarmName: string, more: Partial<PutMetricAlarmCommandInput>) =>
  aws.cloudwatch.send(
    new PutMetricAlarmCommand({
      AlarmName,
      Statistic: "Sum",
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: "GreaterThanOrEqualToThreshold",
      TreatMissingData: "notBreaching",
      ...more,
    }),
  );

async function inState(name: string, state: string) {
  return until(async () => {
    const found = await aws.cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: [name] }));
    return found.MetricAlarms?.find((one) => one.StateValue === state);
  }, `alarm ${name} in ${state}`);
}

describe("an alarm", () => {
  it("on what a rule of a bus of its own could not deliver names the bus, too", async () => {
    const bus = { EventBusName: "own" };
    await aws.events.send(new CreateEventBusCommand({ Name: "own" }));
    await aws.events.send(new PutRuleCommand({ ...bus, Name: "refused", EventPattern: '{"source":["ours"]}' }));
    const { arn: Arn } = await aws.queue("lets-no-rule-in");
    await aws.events.send(new PutTargetsCommand({ ...bus, Rule: "refused", Targets: [{ Id: "queue", Arn }] }));
    const failed = { Namespace: "AWS/Events", MetricName: "FailedInvocations" };
    const [RuleName, EventBusName] = [
      { Name: "RuleName", Value: "refused" },
      { Name: "EventBusName", Value: "own" },
    ];
    await alarm("rule-alone", { ...failed, Dimensions: [RuleName] });
    await alarm("rule-of-bus", { ...failed, Dimensions: [EventBusName, RuleName] });

    await aws.events.send(
      new PutEventsCommand({ Entries: [{ ...bus, Source: "ours", DetailType: "any", Detail: "{}" }] }),
    );

    await inState("rule-of-bus", "ALARM");
    const { MetricAlarms = [] } = await aws.cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: ["rule-alone"] }));
    expect(MetricAlarms.map(({ StateValue }) => StateValue)).not.toContain("ALARM");
  });

  it("on a queue's depth is raised within seconds, says that time was compressed, and ends with the messages", async () => {
    const queue = await aws.queue("dead-letters");
    const other = await aws.queue("other");
    const of = (name: string) => ({
      Namespace: "AWS/SQS",
      MetricName: "ApproximateNumberOfMessagesVisible",
      Dimensions: [{ Name: "QueueName", Value: name }],
      Statistic: "Maximum" as const,
    });
    await alarm("dead-letters", of("dead-letters"));
    await alarm("other", of("other"));
    await inState("dead-letters", "OK");

    await aws.sqs.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody: "dead" }));

    const raised = await inState("dead-letters", "ALARM");
    expect(raised.StateReason).toContain("[sandbox: periods of 60 s last 2 s]");
    await inState("other", "OK");
    expect(await aws.depth(other.url)).toBe(0);
    await aws.messages(queue.url);
    await inState("dead-letters", "OK");
  });

  it("tells the journal and the event rules of each change", async () => {
    const rule = await aws.events.send(
      new PutRuleCommand({
        Name: "alarms",
        EventPattern: JSON.stringify({ source: ["aws.cloudwatch"], detail: { state: { value: ["ALARM"] } } }),
      }),
    );
    const queue = await aws.queue("told");
    const rights = policy([allowService("events.amazonaws.com", "sqs:SendMessage", queue.arn, rule.RuleArn)]);
    await aws.sqs.send(new SetQueueAttributesCommand({ QueueUrl: queue.url, Attributes: { Policy: rights } }));
    await aws.events.send(new PutTargetsCommand({ Rule: "alarms", Targets: [{ Id: "queue", Arn: queue.arn }] }));

    await alarm("silence", { Namespace: "ours", MetricName: "heartbeat", TreatMissingData: "breaching" });

    const [message] = await aws.messages(queue.url, 5);
    expect(JSON.parse(message?.Body ?? "{}")).toMatchObject({
      "detail-type": "CloudWatch Alarm State Change",
      detail: { alarmName: "silence", state: { value: "ALARM" }, previousState: { value: "INSUFFICIENT_DATA" } },
    });
    await aws.journaled({ kind: "alarm", name: "silence", from: "INSUFFICIENT_DATA", to: "ALARM" } as never);
  });

  it("on a function's errors is raised whoever invokes it", async () => {
    const role = await aws.role("fails", "lambda.amazonaws.com");
    const Code = { ZipFile: code("exports.handler = async () => { throw new Error('no'); }") };
    const settings = { FunctionName: "fails", Role: role, Runtime: "nodejs24.x" as const, Handler: "index.handler" };
    await aws.lambda.send(new CreateFunctionCommand({ ...settings, Code }));
    const Dimensions = [{ Name: "FunctionName", Value: "fails" }];
    await alarm("errors", { Namespace: "AWS/Lambda", MetricName: "Errors", Dimensions });

    await aws.lambda.send(new InvokeCommand({ FunctionName: "fails", InvocationType: "Event" }));

    await inState("errors", "ALARM");
  });

  it("is refused where the sandbox could not evaluate it", async () => {
    const metrics = [{ Id: "e", Expression: "1 + 1", ReturnData: true }];

    const math = await refusal(alarm("math", { Metrics: metrics, Statistic: undefined, Period: undefined }));
    const band = await refusal(alarm("band", { ComparisonOperator: "GreaterThanUpperThreshold" }));

    expect(math.message).toContain("metric math");
    expect(band.message).toContain("GreaterThanUpperThreshold");
  });
});

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html, its two tables; oldest first:
// X breaches, 0 does not, - is missing. Outcomes: missing, ignore, breaching, notBreaching.
describe("missing data", () => {
  const stays = null;
  it.each([
    ["0 - X - X", 3, ["OK", "OK", "OK", "OK"]],
    ["- - - - 0", 3, ["OK", "OK", "OK", "OK"]],
    ["- - - - -", 3, ["INSUFFICIENT_DATA", stays, "ALARM", "OK"]],
    ["0 X X - X", 3, ["ALARM", "ALARM", "ALARM", "ALARM"]],
    ["- - X - -", 3, ["ALARM", stays, "ALARM", "OK"]],
    ["0 - X - X", 2, ["ALARM", "ALARM", "ALARM", "ALARM"]],
    ["0 0 X 0 X", 2, ["ALARM", "ALARM", "ALARM", "ALARM"]],
    ["0 - X - -", 2, ["OK", "OK", "ALARM", "OK"]],
    ["- - - - 0", 2, ["OK", "OK", "ALARM", "OK"]],
    ["- - - X -", 2, ["ALARM", stays, "ALARM", "OK"]],
  ])("in %s, %i of 3 to alarm, counts as AWS counts it", async (points, toAlarm, outcomes) => {
    const seen = points
      .split(" ")
      .reverse()
      .map((point) => ({ X: true, "0": false })[point] ?? null);
    const script = `import json, sys
from launcher.alarms import next_state
seen, to_alarm = json.load(sys.stdin)
print(json.dumps([next_state(seen, 3, to_alarm, how) for how in ("missing", "ignore", "breaching", "notBreaching")]))`;

    const states = await runPython(["-c", script], [seen, toAlarm]);

    expect(states).toEqual(outcomes);
  });
});
