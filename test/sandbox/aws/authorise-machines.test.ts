import { CreateTableCommand } from "@aws-sdk/client-dynamodb";
import { PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { UpdateAssumeRolePolicyCommand } from "@aws-sdk/client-iam";
import { AddPermissionCommand, CreateFunctionCommand } from "@aws-sdk/client-lambda";
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SendTaskSuccessCommand,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { CreateTopicCommand } from "@aws-sdk/client-sns";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Aws, account, allow, code, delegation, policy, refusal, region, startAws, until } from "./authorise";

const keyActions = ["kms:GenerateDataKey", "kms:Decrypt"];
const service = "states.amazonaws.com";

let aws: Aws;
beforeAll(async () => {
  aws = await startAws();
});
afterAll(() => aws?.stop());

let made = 0;

/** A state machine of one task, with a role of these rights; `run` gives how an execution ended. */
async function machine(resource: string, parameters: object, rights: Record<string, unknown>[]) {
  const name = `machine-${++made}`;
  const roleArn = await aws.role(name, service, rights);
  const task = { Type: "Task", Resource: resource, Parameters: parameters, End: true };
  const definition = JSON.stringify({ StartAt: "Task", States: { Task: task } });
  const { stateMachineArn: arn = "" } = await aws.sfn.send(
    new CreateStateMachineCommand({ name, definition, roleArn }),
  );
  const start = async () =>
    (await aws.sfn.send(new StartExecutionCommand({ stateMachineArn: arn, input: "{}" }))).executionArn ?? "";
  const end = (executionArn: string) =>
    until(async () => {
      const execution = await aws.sfn.send(new DescribeExecutionCommand({ executionArn }));
      return execution.status === "RUNNING" ? undefined : execution;
    }, `the end of ${executionArn}`);
  return { name, arn, start, end, run: async () => end(await start()) };
}

async function lambda(name: string): Promise<string> {
  const role = await aws.role(name, "lambda.amazonaws.com");
  const created = await aws.lambda.send(
    new CreateFunctionCommand({
      FunctionName: name,
      Role: role,
      Runtime: "nodejs24.x",
      Handler: "index.handler",
      Code: { ZipFile: code("exports.handler = async () => 'done'") },
    }),
  );
  return created.FunctionArn ?? "";
}

describe("a state machine's role", () => {
  it("is refused at creation when Step Functions may not assume it", async () => {
    const definition = JSON.stringify({ StartAt: "End", States: { End: { Type: "Succeed" } } });
    const roleArn = await aws.role("of-lambda", "lambda.amazonaws.com");

    const error = await refusal(
      aws.sfn.send(new CreateStateMachineCommand({ name: "untrusted", definition, roleArn })),
    );

    expect(error.name).toBe("AccessDeniedException");
    expect(error.message).toContain("authorized to assume the provided role");
  });

  it("is not taken when it trusts another state machine alone", async () => {
    const fn = await lambda("trust-source");
    const one = await machine(fn, {}, [allow("lambda:InvokeFunction", fn)]);
    const trusting = (source: string) =>
      aws.iam.send(
        new UpdateAssumeRolePolicyCommand({
          RoleName: one.name,
          PolicyDocument: policy([
            {
              Effect: "Allow",
              Principal: { Service: service },
              Action: "sts:AssumeRole",
              Condition: { ArnEquals: { "aws:SourceArn": source } },
            },
          ]),
        }),
      );

    await trusting(`${one.arn}-other`);
    const refused = await one.run();
    await trusting(one.arn);
    const taken = await one.run();

    expect(refused).toMatchObject({ status: "FAILED", error: "States.TaskFailed" });
    expect(taken.status).toBe("SUCCEEDED");
  });

  it("must be able to deliver logs when the machine is to log", async () => {
    const definition = JSON.stringify({ StartAt: "End", States: { End: { Type: "Succeed" } } });
    const log = `arn:aws:logs:${region}:${account}:log-group:/machines:*`;
    const loggingConfiguration = {
      level: "ALL" as const,
      destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: log } }],
    };
    const roleArn = await aws.role("logging", service);
    const create = () =>
      aws.sfn.send(new CreateStateMachineCommand({ name: "logging", definition, roleArn, loggingConfiguration }));

    const error = await refusal(create());
    await aws.grant("logging", [allow(["logs:*LogDelivery", "logs:*LogDeliveries", "logs:PutResourcePolicy"], "*")]);
    const partly = await refusal(create());
    await aws.grant("logging", [
      allow(["logs:*LogDelivery", "logs:*LogDeliveries", "logs:PutResourcePolicy", "logs:Describe*"], "*"),
    ]);
    const created = await create();

    expect(error.message).toContain("not authorized to access the Log Destination");
    expect(partly.message).toBe(error.message);
    expect(created.stateMachineArn).toContain("logging");
  });
});

describe("a task", () => {
  it.each([
    ["by ARN", (fn: string) => [fn, {}] as const],
    ["by the integration", (fn: string) => ["arn:aws:states:::lambda:invoke", { FunctionName: fn }] as const],
  ])("invokes a function %s only by the role's policy", async (title, of) => {
    const fn = await lambda(`invoked-${title.replaceAll(" ", "-")}`);
    const [resource, parameters] = of(fn);
    const unable = await machine(resource, parameters, [allow("lambda:InvokeFunction", `${fn}-other`)]);
    const able = await machine(resource, parameters, [allow("lambda:InvokeFunction", fn)]);

    const refused = await unable.run();
    const done = await able.run();

    expect(refused).toMatchObject({ status: "FAILED", error: "Lambda.AWSLambdaException" });
    expect(refused.cause).toMatch(
      new RegExp(
        `assumed-role/${unable.name}/\\w+ is not authorized to perform: lambda:InvokeFunction on resource: ${fn}`,
      ),
    );
    expect(done.status).toBe("SUCCEEDED");
  });

  it("is not helped by the function's policy for Step Functions: the role asks, not the service", async () => {
    const fn = await lambda("by-service");
    await aws.lambda.send(
      new AddPermissionCommand({
        FunctionName: fn,
        StatementId: "s",
        Action: "lambda:InvokeFunction",
        Principal: service,
      }),
    );
    const one = await machine(fn, {}, [allow("states:*", "*")]);

    const refused = await one.run();

    expect(refused.error).toBe("Lambda.AWSLambdaException");
  });

  it("can be caught when it was refused", async () => {
    const fn = await lambda("caught");
    const roleArn = await aws.role("catching", service, [allow("lambda:InvokeFunction", `${fn}-other`)]);
    const task = {
      Type: "Task",
      Resource: fn,
      End: true,
      Catch: [{ ErrorEquals: ["Lambda.AWSLambdaException"], Next: "Caught" }],
    };
    const definition = JSON.stringify({
      StartAt: "Task",
      States: { Task: task, Caught: { Type: "Pass", Result: "caught", End: true } },
    });
    const { stateMachineArn } = await aws.sfn.send(
      new CreateStateMachineCommand({ name: "catching", definition, roleArn }),
    );

    const { executionArn } = await aws.sfn.send(new StartExecutionCommand({ stateMachineArn }));

    const ended = await until(async () => {
      const execution = await aws.sfn.send(new DescribeExecutionCommand({ executionArn }));
      return execution.status === "RUNNING" ? undefined : execution;
    }, "the end");
    expect(ended.output).toBe('"caught"');
  });

  it("sends to a queue under a key only with sqs:SendMessage and both rights on the key", async () => {
    const key = await aws.key([delegation]);
    const queue = await aws.queue("task-queue", { KmsMasterKeyId: key });
    const parameters = { QueueUrl: queue.url, MessageBody: "1" };
    const resource = "arn:aws:states:::sqs:sendMessage";
    const runs = [
      [allow(keyActions, key)],
      [allow("sqs:SendMessage", queue.arn), allow("kms:GenerateDataKey", key)],
      [allow("sqs:SendMessage", queue.arn), allow(keyActions, key)],
    ].map(async (rights) => (await machine(resource, parameters, rights)).run());

    const [unable, keyless, able] = await Promise.all(runs);

    expect(unable).toMatchObject({
      error: "SQS.AmazonSQSException",
      cause: expect.stringContaining("sqs:SendMessage"),
    });
    expect(keyless).toMatchObject({ error: "SQS.AmazonSQSException", cause: expect.stringContaining("kms:Decrypt") });
    expect(keyless?.cause).toContain("KMS.AccessDeniedException");
    expect(able?.status).toBe("SUCCEEDED");
    expect(await aws.depth(queue.url)).toBe(1);
  });

  it.each([
    ["arn:aws:states:::sns:publish", "SNS.AuthorizationErrorException", "sns:Publish"],
    ["arn:aws:states:::aws-sdk:sns:publish", "Sns.SnsException", "sns:Publish"],
    ["arn:aws:states:::dynamodb:putItem", "DynamoDB.AmazonDynamoDBException", "dynamodb:PutItem"],
    ["arn:aws:states:::aws-sdk:dynamodb:putItem", "DynamoDb.DynamoDbException", "dynamodb:PutItem"],
    ["arn:aws:states:::aws-sdk:sqs:sendMessage", "Sqs.SqsException", "sqs:SendMessage"],
    ["arn:aws:states:::events:putEvents", "EventBridge.AmazonEventBridgeException", "events:PutEvents"],
  ])("%s fails with %s unless the role may", async (resource, error, action) => {
    const id = `call-${++made}`;
    const queue = await aws.queue(id);
    const { TopicArn: topic = "" } = await aws.sns.send(new CreateTopicCommand({ Name: id }));
    const attribute = [{ AttributeName: "id", AttributeType: "S" as const }];
    const keySchema = [{ AttributeName: "id", KeyType: "HASH" as const }];
    await aws.dynamodb.send(
      new CreateTableCommand({
        TableName: id,
        AttributeDefinitions: attribute,
        KeySchema: keySchema,
        BillingMode: "PAY_PER_REQUEST",
      }),
    );
    const target = {
      "sns:Publish": { arn: topic, parameters: { TopicArn: topic, Message: "1" } },
      "sqs:SendMessage": { arn: queue.arn, parameters: { QueueUrl: queue.url, MessageBody: "1" } },
      "dynamodb:PutItem": {
        arn: `arn:aws:dynamodb:${region}:${account}:table/${id}`,
        parameters: { TableName: id, Item: { id: { S: "1" } } },
      },
      "events:PutEvents": {
        arn: `arn:aws:events:${region}:${account}:event-bus/default`,
        parameters: { Entries: [{ Source: "s", DetailType: "d", Detail: "{}" }] },
      },
    }[action] as { arn: string; parameters: object };
    const unable = await machine(resource, target.parameters, [allow(action, `${target.arn}-other`)]);
    const able = await machine(resource, target.parameters, [allow(action, target.arn)]);

    const refused = await unable.run();
    const done = await able.run();

    expect(refused).toMatchObject({ status: "FAILED", error });
    expect(refused.cause).toContain(`is not authorized to perform: ${action} on resource: ${target.arn}`);
    expect(done).toMatchObject({ status: "SUCCEEDED" });
  });
});

describe("a task's token", () => {
  it("is answered by whom a policy names the state machine for, and by nobody else", async () => {
    const queue = await aws.queue("tokens");
    const one = await machine(
      "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
      { QueueUrl: queue.url, "MessageBody.$": "$$.Task.Token" },
      [allow("sqs:SendMessage", queue.arn)],
    );
    const execution = await one.start();
    const [message] = await aws.messages(queue.url);
    const answer = new SendTaskSuccessCommand({ taskToken: message?.Body, output: "{}" });
    const settle = await aws.as("settle", [allow("states:SendTaskSuccess", `${one.arn}-other`)]);

    const other = await refusal(settle.sfn.send(answer));
    await aws.grant("settle", [allow("states:SendTaskSuccess", execution)]);
    const narrower = await refusal(settle.sfn.send(answer));
    await aws.grant("settle", [allow("states:SendTaskSuccess", one.arn)]);
    await settle.sfn.send(answer);

    expect([other.name, narrower.name]).toEqual(["AccessDeniedException", "AccessDeniedException"]);
    expect((await one.end(execution)).status).toBe("SUCCEEDED");
  });
});

describe("a caller of EventBridge", () => {
  it("may be bound to one source", async () => {
    const bus = `arn:aws:events:${region}:${account}:event-bus/default`;
    const bound = { ...allow("events:PutEvents", bus), Condition: { StringEquals: { "events:source": "mine" } } };
    const caller = await aws.as("source-bound", [bound]);
    const put = (source: string) =>
      caller.events.send(new PutEventsCommand({ Entries: [{ Source: source, DetailType: "d", Detail: "{}" }] }));

    const sent = await put("mine");
    const refused = await refusal(put("yours"));

    expect(sent.FailedEntryCount).toBe(0);
    expect(refused.name).toBe("AccessDeniedException");
  });
});
