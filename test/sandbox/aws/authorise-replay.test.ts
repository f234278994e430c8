import { join } from "node:path";
import { PutEventsCommand, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import { CreateEventSourceMappingCommand, CreateFunctionCommand } from "@aws-sdk/client-lambda";
import { CreateTopicCommand } from "@aws-sdk/client-sns";
import { SetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { describe, expect, it } from "vitest";
import { account, allow, allowService, code, delegation, policy, region, runPython, startAws } from "./authorise";

const role = `arn:aws:iam::${account}:role/intake`;
const session = `arn:aws:sts::${account}:assumed-role/intake/intake`;
const queue = `arn:aws:sqs:${region}:${account}:opening`;
const key = `arn:aws:kms:${region}:${account}:key/1`;
const rule = `arn:aws:events:${region}:${account}:rule/opening`;

interface Row {
  kind: string;
  owner: string;
  index: number;
  needed: boolean;
  request?: { action: string };
  unneededActions?: string[];
}
interface Report {
  statements: Row[];
  unneeded: Row[];
  unexplained: unknown[];
}

const replay = async (policies: object[], requests: object[]) =>
  (await runPython([join(__dirname, "../../../sandbox/aws/replay.py")], { policies, requests })) as Report;

const document = (kind: string, owner: string, ...statements: object[]) => ({
  kind,
  owner,
  document: { Version: "2012-10-17", Statement: statements },
});
const request = (principal: string, action: string, resource: string, context: object = {}, decision = "allowed") => ({
  kind: "authorisation",
  point: "test",
  principal,
  action,
  resource,
  decision,
  region,
  context,
});

describe("replaying a run against its policies", () => {
  it("names for each statement a request that needs it, and the statements and actions that none needs", async () => {
    const policies = [
      document("role", role, allow(["sqs:ReceiveMessage", "sqs:PurgeQueue"], queue), allow("sns:Publish", "*")),
      document("trust", role, allowService("lambda.amazonaws.com", "sts:AssumeRole", "*")),
      document("queue", queue, allowService("events.amazonaws.com", "sqs:SendMessage", queue, rule)),
    ];

    const report = await replay(policies, [
      request(session, "sqs:ReceiveMessage", queue),
      request("lambda.amazonaws.com", "sts:AssumeRole", role),
      request("events.amazonaws.com", "sqs:SendMessage", queue, { "aws:sourcearn": rule }),
    ]);

    expect(report.unneeded).toEqual([expect.objectContaining({ kind: "role", owner: role, index: 1 })]);
    expect(report.statements.map((row) => row.request?.action)).toEqual([
      "sqs:ReceiveMessage",
      undefined,
      "sts:AssumeRole",
      "sqs:SendMessage",
    ]);
    expect(report.statements[0]?.unneededActions).toEqual(["sqs:PurgeQueue"]);
  });

  it("needs a key's delegation and the role's own statement both", async () => {
    const policies = [document("key", key, delegation), document("role", role, allow("kms:Decrypt", key))];

    const report = await replay(policies, [request(session, "kms:Decrypt", key)]);

    expect(report.unneeded).toEqual([]);
  });

  it("finds two statements that allow the same unneeded, and one that denies needed by what it refused", async () => {
    const deny = { ...allow("sqs:*", queue), Effect: "Deny" };
    const policies = [
      document("role", role, allow("sqs:*", "*"), allow("sqs:ListQueues", "*"), allow("sqs:ListQueues", "*"), deny),
    ];

    const report = await replay(policies, [
      request(session, "sqs:ListQueues", "*"),
      request(session, "sqs:SendMessage", queue, {}, "denied"),
    ]);

    expect(report.statements.map((row) => row.needed)).toEqual([false, false, false, true]);
  });

  it("tells which requests the given policies don't allow", async () => {
    const report = await replay(
      [document("role", role, allow("sns:Publish", "*"))],
      [request(session, "sqs:ReceiveMessage", queue)],
    );

    expect(report.unexplained).toEqual([expect.objectContaining({ action: "sqs:ReceiveMessage" })]);
  });
});

describe("a run of the local AWS", () => {
  it("is explained by its policies to the last request, and tells the one right that nothing used", async () => {
    const aws = await startAws();
    try {
      const cmk = await aws.key([
        delegation,
        allowService("events.amazonaws.com", ["kms:GenerateDataKey", "kms:Decrypt"], "*"),
      ]);
      const events = await aws.queue("events", { KmsMasterKeyId: cmk, VisibilityTimeout: "30" });
      const source = `arn:aws:events:${region}:${account}:rule/events`;
      const accepted = policy([allowService("events.amazonaws.com", "sqs:SendMessage", events.arn, source)]);
      await aws.sqs.send(new SetQueueAttributesCommand({ QueueUrl: events.url, Attributes: { Policy: accepted } }));
      const { TopicArn: topic = "" } = await aws.sns.send(new CreateTopicCommand({ Name: "told" }));
      const log = `arn:aws:logs:${region}:${account}:log-group:/aws/lambda/tell:*`;
      const roleArn = await aws.role("tell", "lambda.amazonaws.com", [
        allow(["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], events.arn),
        allow("kms:Decrypt", cmk),
        allow(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], log),
        allow("sns:Publish", topic),
        allow("dynamodb:DeleteTable", "*"),
      ]);
      const handler = `
        const { SNSClient, PublishCommand } = require("@aws-sdk/client-sns");
        const sns = new SNSClient({});
        exports.handler = () => sns.send(new PublishCommand({ TopicArn: "${topic}", Message: "told" }));`;
      await aws.lambda.send(
        new CreateFunctionCommand({
          FunctionName: "tell",
          Role: roleArn,
          Runtime: "nodejs24.x",
          Handler: "index.handler",
          Timeout: 5,
          Code: { ZipFile: code(handler) },
        }),
      );
      const mapping = { FunctionName: "tell", EventSourceArn: events.arn };
      await aws.lambda.send(new CreateEventSourceMappingCommand(mapping));
      await aws.events.send(new PutRuleCommand({ Name: "events", EventPattern: '{"source":["it"]}' }));
      await aws.events.send(new PutTargetsCommand({ Rule: "events", Targets: [{ Id: "t", Arn: events.arn }] }));

      await aws.events.send(new PutEventsCommand({ Entries: [{ Source: "it", DetailType: "d", Detail: "{}" }] }));
      await aws.journaled({ point: "api", action: "sns:Publish", decision: "allowed" });
      await aws.journaled({ point: "log of a function", action: "logs:PutLogEvents" });

      const policies = (await (await fetch(`${aws.endpoint}/_sandbox/policies`)).json()) as object[];
      const report = await replay(
        policies,
        (await aws.journal()).filter((entry) => entry.kind === "authorisation"),
      );
      expect(report.unexplained).toEqual([]);
      expect(report.unneeded.map(({ kind, owner, index }) => [kind, owner, index])).toEqual([
        ["role", roleArn, 4],
        ["topic", topic, 0], // what every new topic has
      ]);
    } finally {
      await aws.stop();
    }
  });
});
