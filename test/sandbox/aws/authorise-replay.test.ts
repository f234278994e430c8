import { PutEventsCommand, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import { CreateEventSourceMappingCommand, CreateFunctionCommand, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { CreateTopicCommand } from "@aws-sdk/client-sns";
import { SetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { describe, expect, it } from "vitest";
import { account, allow, allowService, code, delegation, policy, region, startAws } from "./authorise";
import { replay } from "./replay";

describe("a run of the local AWS", () => {
  it("is explained by its policies to the last request, which tell what nothing used and what is wide", async () => {
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
      const found = report.findings.map(({ kind, owner, index, problem, part, value }) =>
        [kind, owner, index, problem, part, value].filter((one) => one !== undefined).join(" "),
      );
      expect(found).toEqual([
        `role ${roleArn} 2 wide Resource ${log}`,
        `role ${roleArn} 4 unneeded`,
        `trust ${roleArn} 0 unbound`,
        `topic ${topic} 0 unneeded`, // what every new topic has
        `key ${cmk} 0 wide Action kms:*`,
        `key ${cmk} 1 unbound`,
      ]);
    } finally {
      await aws.stop();
    }
  });

  it("is not explained where a role called what the local AWS knows no right for", async () => {
    const aws = await startAws();
    try {
      const { lambda } = await aws.as("caller", [allow("lambda:ListFunctions", "*")]);
      const elsewhere = (next: (args: object) => unknown) => (args: object) => {
        (args as { request: { path: string } }).request.path = "/2031-01-01/wishes";
        return next(args);
      };
      lambda.middlewareStack.add(elsewhere as never, { step: "build" });

      await lambda.send(new ListFunctionsCommand({})).catch(() => undefined);

      const entry = await aws.journaled({ action: "lambda:UnknownAction" });
      const policies = (await (await fetch(`${aws.endpoint}/_sandbox/policies`)).json()) as object[];
      const { unexplained } = await replay(policies, [entry]);
      expect(unexplained).toEqual([expect.objectContaining({ action: "lambda:UnknownAction" })]);
    } finally {
      await aws.stop();
    }
  });
});
