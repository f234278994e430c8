import {
  CreateEventBusCommand,
  PutEventsCommand,
  PutPermissionCommand,
  PutRuleCommand,
  PutTargetsCommand,
  type Target,
} from "@aws-sdk/client-eventbridge";
import { AddPermissionCommand, CreateFunctionCommand } from "@aws-sdk/client-lambda";
import { CreateStateMachineCommand, ListExecutionsCommand } from "@aws-sdk/client-sfn";
import { CreateTopicCommand, SetTopicAttributesCommand, SubscribeCommand } from "@aws-sdk/client-sns";
import { SetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Aws, account, allow, allowService, code, policy, refusal, region, startAws } from "./authorise";

const service = "events.amazonaws.com";
const keyActions = ["kms:GenerateDataKey", "kms:Decrypt"];
const ruleArn = (name: string) => `arn:aws:events:${region}:${account}:rule/${name}`;

let aws: Aws;
beforeAll(async () => {
  aws = await startAws();
});
afterAll(() => aws?.stop());

/** A rule for events of its own source with one target, and a way to send it an event. */
async function rule(name: string, target: Omit<Target, "Id">) {
  await aws.events.send(new PutRuleCommand({ Name: name, EventPattern: JSON.stringify({ source: [name] }) }));
  await aws.events.send(new PutTargetsCommand({ Rule: name, Targets: [{ Id: "t", ...target } as Target] }));
  return () =>
    aws.events.send(new PutEventsCommand({ Entries: [{ Source: name, DetailType: "test", Detail: '{"n":1}' }] }));
}

const sendTo = (arn: string, source: string) => policy([allowService(service, "sqs:SendMessage", arn, source)]);
const setPolicy = (url: string, document: string) =>
  aws.sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { Policy: document } }));
const outcome = (target: string, wanted: string) =>
  aws.journaled({ kind: "delivery", target, outcome: wanted } as never);

describe("a rule's queue", () => {
  it("gets nothing without a queue policy, and the refusal names service, action and queue", async () => {
    const queue = await aws.queue("bare");
    const send = await rule("bare", { Arn: queue.arn });

    await send();

    const entry = await outcome(queue.arn, "refused");
    expect(entry.error).toContain(`${service} is not authorized to perform: sqs:SendMessage on resource: ${queue.arn}`);
    expect(await aws.depth(queue.url)).toBe(0);
  });

  it("gets the event when its policy names the rule, and nothing when it names another", async () => {
    const queue = await aws.queue("named");
    const send = await rule("named", { Arn: queue.arn });

    await setPolicy(queue.url, sendTo(queue.arn, ruleArn("other")));
    await send();
    await outcome(queue.arn, "refused");
    await setPolicy(queue.url, sendTo(queue.arn, ruleArn("named")));
    await send();

    const messages = await aws.messages(queue.url);
    expect(messages.map((message) => JSON.parse(message.Body ?? "").source)).toEqual(["named"]);
  });

  it.each([
    ["both rights", keyActions, "delivered"],
    ["no kms:Decrypt", ["kms:GenerateDataKey"], "refused"],
    ["no kms:GenerateDataKey", ["kms:Decrypt"], "refused"],
  ])("under a key whose policy has %s", async (title, actions, wanted) => {
    const name = `cmk-${title.replace(/\W/g, "-")}`;
    const key = await aws.key([allowService(service, actions, "*", ruleArn(name))]);
    const queue = await aws.queue(name, { KmsMasterKeyId: key });
    await setPolicy(queue.url, sendTo(queue.arn, ruleArn(name)));
    const send = await rule(name, { Arn: queue.arn });

    await send();

    await outcome(queue.arn, wanted);
    expect(await aws.depth(queue.url)).toBe(wanted === "delivered" ? 1 : 0);
  });

  it("is refused by a key whose policy names another rule", async () => {
    const key = await aws.key([allowService(service, keyActions, "*", ruleArn("other"))]);
    const queue = await aws.queue("cmk-other", { KmsMasterKeyId: key });
    await setPolicy(queue.url, sendTo(queue.arn, ruleArn("cmk-other")));
    const send = await rule("cmk-other", { Arn: queue.arn });

    await send();

    expect((await outcome(queue.arn, "refused")).error).toContain("kms:GenerateDataKey");
  });
});

describe("a target's dead-letter queue", () => {
  it("gets the original event with rule, target and error", async () => {
    const [queue, dead] = [await aws.queue("refusing"), await aws.queue("refusing-dead")];
    await setPolicy(dead.url, sendTo(dead.arn, ruleArn("refusing")));
    const send = await rule("refusing", { Arn: queue.arn, Input: '"replaced"', DeadLetterConfig: { Arn: dead.arn } });

    await send();

    const [message] = await aws.messages(dead.url);
    const attributes = Object.fromEntries(
      Object.entries(message?.MessageAttributes ?? {}).map(([name, value]) => [name, value.StringValue]),
    );
    expect(JSON.parse(message?.Body ?? "")).toMatchObject({ source: "refusing", detail: { n: 1 } });
    expect(attributes).toMatchObject({
      RULE_ARN: ruleArn("refusing"),
      TARGET_ARN: queue.arn,
      ERROR_CODE: "NO_PERMISSIONS",
      ERROR_MESSAGE: expect.stringContaining("sqs:SendMessage"),
    });
    await outcome(queue.arn, "dead-lettered");
  });

  it("gets the event of a target that is gone", async () => {
    const dead = await aws.queue("gone-dead");
    await setPolicy(dead.url, sendTo(dead.arn, ruleArn("gone")));
    const arn = `arn:aws:sqs:${region}:${account}:gone`;
    const send = await rule("gone", { Arn: arn, DeadLetterConfig: { Arn: dead.arn } });

    await send();

    const [message] = await aws.messages(dead.url);
    expect(message?.MessageAttributes?.ERROR_CODE?.StringValue).toBe("NO_RESOURCE");
  });

  it.each(["queue policy", "key policy"])("loses the event when its own %s refuses", async (kind) => {
    const name = `lost-${kind.split(" ")[0]}`;
    const key = kind === "key policy" ? await aws.key([allowService(service, "kms:Decrypt", "*")]) : undefined;
    const [queue, dead] = [
      await aws.queue(name),
      await aws.queue(`${name}-dead`, key ? { KmsMasterKeyId: key } : undefined),
    ];
    if (key) await setPolicy(dead.url, sendTo(dead.arn, ruleArn(name)));
    const send = await rule(name, { Arn: queue.arn, DeadLetterConfig: { Arn: dead.arn } });

    await send();

    expect((await outcome(queue.arn, "failed")).error).toContain(key ? "kms:GenerateDataKey" : dead.arn);
    expect(await aws.depth(dead.url)).toBe(0);
  });
});

describe("a rule's function", () => {
  it("runs only when its policy names the rule", async () => {
    const role = await aws.role("ruled-role", "lambda.amazonaws.com");
    const made = await aws.lambda.send(
      new CreateFunctionCommand({
        FunctionName: "ruled",
        Role: role,
        Runtime: "nodejs24.x",
        Handler: "index.handler",
        Code: { ZipFile: code("exports.handler = async () => 1") },
      }),
    );
    const arn = made.FunctionArn ?? "";
    const send = await rule("ruled", { Arn: arn });
    const permit = (id: string, source: string) =>
      aws.lambda.send(
        new AddPermissionCommand({
          FunctionName: "ruled",
          StatementId: id,
          Action: "lambda:InvokeFunction",
          Principal: service,
          SourceArn: ruleArn(source),
        }),
      );

    await send();
    await outcome(arn, "refused");
    await permit("wrong", "other");
    await send();
    const refused = (await aws.journal()).filter((entry) => entry.kind === "delivery" && entry.outcome === "refused");
    await permit("right", "ruled");
    await send();

    await outcome(arn, "delivered");
    expect(refused.slice(-2).map((entry) => entry.error)).toEqual([
      expect.stringContaining("lambda:InvokeFunction"),
      expect.stringContaining("lambda:InvokeFunction"),
    ]);
  });
});

describe("a rule's topic", () => {
  it("needs the topic's policy, and its key's without a condition on the source", async () => {
    const conditioned = await aws.key([allowService(service, keyActions, "*", ruleArn("topical"))]);
    const open = await aws.key([allowService(service, keyActions, "*")]);
    const { TopicArn: arn = "" } = await aws.sns.send(new CreateTopicCommand({ Name: "topical" }));
    const queue = await aws.queue("topical");
    await setPolicy(queue.url, policy([allowService("sns.amazonaws.com", "sqs:SendMessage", queue.arn, arn)]));
    await aws.sns.send(new SubscribeCommand({ TopicArn: arn, Protocol: "sqs", Endpoint: queue.arn }));
    const set = (name: string, value: string) =>
      aws.sns.send(new SetTopicAttributesCommand({ TopicArn: arn, AttributeName: name, AttributeValue: value }));
    const send = await rule("topical", { Arn: arn });

    await send(); // the default policy names the account alone
    const first = await outcome(arn, "refused");
    await set("Policy", policy([allowService(service, "sns:Publish", arn, ruleArn("topical"))]));
    await set("KmsMasterKeyId", conditioned);
    await send();
    const second = await outcome(arn, "refused");
    await set("KmsMasterKeyId", open);
    await send();

    expect(first.error).toContain("sns:Publish");
    expect(second.error).toContain("kms:GenerateDataKey");
    await outcome(arn, "delivered");
    expect(await aws.messages(queue.url)).toHaveLength(1);
  });
});

describe("a rule's state machine", () => {
  it("needs a role that EventBridge may assume and that may start it", async () => {
    const definition = JSON.stringify({ StartAt: "End", States: { End: { Type: "Succeed" } } });
    const own = await aws.role("machine-own", "states.amazonaws.com");
    const { stateMachineArn: arn = "" } = await aws.sfn.send(
      new CreateStateMachineCommand({ name: "started", definition, roleArn: own }),
    );
    const start = [allow("states:StartExecution", arn)];
    const untrusted = await aws.role("start-untrusted", "lambda.amazonaws.com", start);
    const unable = await aws.role("start-unable", service);
    const able = await aws.role("start-able", service, start);

    const without = await refusal(rule("started", { Arn: arn }));
    for (const roleArn of [untrusted, unable, able]) await (await rule("started", { Arn: arn, RoleArn: roleArn }))();

    await outcome(arn, "delivered");
    const deliveries = (await aws.journal()).filter((entry) => entry.kind === "delivery");
    expect(without.message).toContain("RoleArn is required");
    expect(deliveries.slice(-3).map((entry) => entry.error?.match(/\w+:\w+(?= on)/)?.[0])).toEqual([
      "sts:AssumeRole",
      "states:StartExecution",
      undefined,
    ]);
    const { executions } = await aws.sfn.send(new ListExecutionsCommand({ stateMachineArn: arn }));
    expect(executions).toHaveLength(1);
  });
});

describe("a rule's event bus", () => {
  it("takes events of another account only with a role there and a policy here", async () => {
    const there = aws.of("333333333333", "us-east-1");
    const bus = `arn:aws:events:${region}:${account}:event-bus/health`;
    await aws.events.send(new CreateEventBusCommand({ Name: "health" }));
    const queue = await aws.queue("hub");
    await setPolicy(queue.url, sendTo(queue.arn, `arn:aws:events:${region}:${account}:rule/health/all`));
    await aws.events.send(
      new PutRuleCommand({ Name: "all", EventBusName: "health", EventPattern: '{"source":["spoke"]}' }),
    );
    await aws.events.send(
      new PutTargetsCommand({ Rule: "all", EventBusName: "health", Targets: [{ Id: "t", Arn: queue.arn }] }),
    );
    const role = await aws.roleOf(there, "forward", service, [allow("events:PutEvents", bus)]);
    await there.events.send(new PutRuleCommand({ Name: "all", EventPattern: '{"source":["spoke"]}' }));
    await there.events.send(new PutTargetsCommand({ Rule: "all", Targets: [{ Id: "t", Arn: bus, RoleArn: role }] }));
    const send = () =>
      there.events.send(new PutEventsCommand({ Entries: [{ Source: "spoke", DetailType: "t", Detail: "{}" }] }));

    await send();
    const refused = await outcome(bus, "refused");
    await aws.events.send(
      new PutPermissionCommand({
        EventBusName: "health",
        Policy: policy([{ ...allow("events:PutEvents", bus), Principal: { AWS: "333333333333" } }]),
      }),
    );
    await send();

    expect(refused.error).toContain("no resource-based policy allows the events:PutEvents action");
    const [message] = await aws.messages(queue.url);
    expect(JSON.parse(message?.Body ?? "{}")).toMatchObject({ account: "333333333333", region: "us-east-1" });
  });
});
