import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateTableCommand, PutItemCommand, QueryCommand, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  InvokeCommand,
  PutFunctionEventInvokeConfigCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Aws, account, allow, code, delegation, refusal, region, startAws, until } from "./authorise";

const service = "lambda.amazonaws.com";
const logActions = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"];

let aws: Aws;
beforeAll(async () => {
  aws = await startAws();
});
afterAll(() => aws?.stop());

const create = (name: string, role: string, source: string, more: object = {}) =>
  aws.lambda.send(
    new CreateFunctionCommand({
      FunctionName: name,
      Role: role,
      Runtime: "nodejs24.x",
      Handler: "index.handler",
      Timeout: 5,
      Code: { ZipFile: code(`exports.handler = ${source}`) },
      ...more,
    }),
  );

describe("a function's role", () => {
  it("is refused when Lambda may not assume it, at creation and at a change", async () => {
    const [trusted, untrusted] = [await aws.role("fn-good", service), await aws.role("fn-bad", "states.amazonaws.com")];

    const error = await refusal(create("untrusted", untrusted, "async () => 1"));
    await create("trusted", trusted, "async () => 1");
    const change = new UpdateFunctionConfigurationCommand({ FunctionName: "trusted", Role: untrusted });
    const changed = await refusal(aws.lambda.send(change));

    expect(error.name).toBe("InvalidParameterValueException");
    expect(error.message).toBe("The role defined for the function cannot be assumed by Lambda.");
    expect(changed.message).toBe(error.message);
  });
});

describe("a function's log lines", () => {
  it("vanish without the rights on its log group, while the function runs", async () => {
    const role = await aws.role("speaker", service, [allow(logActions, "arn:aws:logs:*:*:log-group:/other:*")]);
    await create("speaker", role, "async () => { console.log('spoken'); return 1 }");
    const invoke = () => aws.lambda.send(new InvokeCommand({ FunctionName: "speaker" }));
    const lines = async () => {
      const query = new FilterLogEventsCommand({ logGroupName: "/aws/lambda/speaker", filterPattern: "spoken" });
      const found = await aws.logs.send(query).catch(() => ({ events: [] }));
      return found.events?.length ?? 0;
    };

    const ran = await invoke();
    const unheard = await lines();
    await aws.grant("speaker", [
      allow(logActions, `arn:aws:logs:${region}:${account}:log-group:/aws/lambda/speaker:*`),
    ]);
    await invoke();

    expect(Buffer.from(ran.Payload ?? []).toString()).toBe("1");
    expect([unheard, await lines()]).toEqual([0, 1]);
    await aws.journaled({ point: "log of a function", action: "logs:CreateLogGroup", decision: "denied" });
  });
});

describe("a function's environment under a key", () => {
  it("lets the function run only with kms:Decrypt", async () => {
    const key = await aws.key([delegation]);
    const role = await aws.role("locked", service);
    await create("locked", role, "async () => 1", { KMSKeyArn: key, Environment: { Variables: { MODE: "b" } } });
    const invoke = () => aws.lambda.send(new InvokeCommand({ FunctionName: "locked" }));

    const refused = await invoke();
    await aws.grant("locked", [allow("kms:Decrypt", key)]);
    const ran = await invoke();

    expect(Buffer.from(refused.Payload ?? []).toString()).toContain("KMSAccessDeniedException");
    expect(Buffer.from(ran.Payload ?? []).toString()).toBe("1");
  });
});

describe("a function's destination", () => {
  it("gets what failed only by the function's own role", async () => {
    const [open, shut] = [await aws.queue("failures-open"), await aws.queue("failures-shut")];
    const role = await aws.role("failing", service, [allow("sqs:SendMessage", open.arn)]);
    for (const [name, queue] of Object.entries({ "failing-open": open, "failing-shut": shut })) {
      await create(name, role, "async () => { throw new Error('no') }");
      await aws.lambda.send(
        new PutFunctionEventInvokeConfigCommand({
          FunctionName: name,
          MaximumRetryAttempts: 0,
          DestinationConfig: { OnFailure: { Destination: queue.arn } },
        }),
      );
      await aws.lambda.send(new InvokeCommand({ FunctionName: name, InvocationType: "Event" }));
    }

    expect(await aws.messages(open.url, 10)).toHaveLength(1);
    await aws.journaled({ point: "function to destination", resource: shut.arn, decision: "denied" });
    expect(await aws.depth(shut.url)).toBe(0);
  });
});

describe("an event source mapping", () => {
  const rights = (arn: string) =>
    ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"].map((action) => allow(action, arn));

  it.each([0, 1, 2])("is refused when the function's role lacks right %i of three", async (missing) => {
    const queue = await aws.queue(`unread-${missing}`, { VisibilityTimeout: "30" });
    const three = rights(queue.arn);
    const role = await aws.role(`unread-${missing}`, service, three.toSpliced(missing, 1));
    await create(`unread-${missing}`, role, "async () => 1");

    const mapping = new CreateEventSourceMappingCommand({
      FunctionName: `unread-${missing}`,
      EventSourceArn: queue.arn,
    });
    const error = await refusal(aws.lambda.send(mapping));

    const call = String(three[missing]?.Action).split(":")[1];
    expect(error.message).toBe(`The provided execution role does not have permissions to call ${call} on SQS`);
  });

  it("leaves the messages where they are while the role lacks a right on the queue or its key", async () => {
    const key = await aws.key([delegation]);
    const queue = await aws.queue("polled", { KmsMasterKeyId: key, VisibilityTimeout: "30" });
    const role = await aws.role("polled", service, rights(queue.arn));
    await create("polled", role, "async () => 1");
    await aws.lambda.send(
      new CreateEventSourceMappingCommand({ FunctionName: "polled", EventSourceArn: queue.arn, BatchSize: 1 }),
    );
    await aws.sqs.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody: "1" }));

    await aws.journaled({ point: "event source mapping", action: "kms:Decrypt", decision: "denied", resource: key });
    const kept = await aws.depth(queue.url);
    await aws.grant("polled", [...rights(queue.arn), allow("kms:Decrypt", key)]);

    await until(async () => ((await aws.depth(queue.url)) === 0 ? true : undefined), "an empty queue");
    const decisions = (await aws.journal()).filter(
      (entry) => entry.point === "event source mapping" && entry.resource === key,
    );
    expect(kept).toBe(1);
    expect(decisions.map((entry) => entry.decision)).toEqual(["denied", "allowed"]);
  });
});

describe("a table", () => {
  it("is queried by an index only by a right on that index", async () => {
    const table = `arn:aws:dynamodb:${region}:${account}:table/alerts`;
    const strings = ["id", "since"].map((name) => ({ AttributeName: name, AttributeType: "S" as const }));
    await aws.dynamodb.send(
      new CreateTableCommand({
        TableName: "alerts",
        AttributeDefinitions: strings,
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        GlobalSecondaryIndexes: [
          {
            IndexName: "since",
            KeySchema: [{ AttributeName: "since", KeyType: "HASH" }],
            Projection: { ProjectionType: "ALL" },
          },
        ],
        BillingMode: "PAY_PER_REQUEST",
      }),
    );
    const caller = await aws.as("querying", [allow("dynamodb:Query", table)]);
    const query = new QueryCommand({
      TableName: "alerts",
      IndexName: "since",
      KeyConditionExpression: "since = :s",
      ExpressionAttributeValues: { ":s": { S: "x" } },
    });

    const refused = await refusal(caller.dynamodb.send(query));
    await aws.grant("querying", [allow("dynamodb:Query", `${table}/index/since`)]);
    const found = await caller.dynamodb.send(query);

    expect(refused.name).toBe("AccessDeniedException");
    expect(found.Count).toBe(0);
  });

  it("takes a transaction only by the right of each of its items", async () => {
    const table = `arn:aws:dynamodb:${region}:${account}:table/alerts`;
    const caller = await aws.as("transacting", [allow(["dynamodb:PutItem", "dynamodb:UpdateItem"], table)]);
    const transaction = new TransactWriteItemsCommand({
      TransactItems: [
        { Put: { TableName: "alerts", Item: { id: { S: "a" } } } },
        {
          ConditionCheck: {
            TableName: "alerts",
            Key: { id: { S: "b" } },
            ConditionExpression: "attribute_not_exists(id)",
          },
        },
      ],
    });

    const refused = await refusal(caller.dynamodb.send(transaction));
    await aws.grant("transacting", [allow(["dynamodb:PutItem", "dynamodb:ConditionCheckItem"], table)]);
    await caller.dynamodb.send(transaction);

    expect(refused.message).toContain("dynamodb:ConditionCheckItem");
  });

  it("may be bound to leading keys", async () => {
    const bound = {
      ...allow("dynamodb:PutItem", `arn:aws:dynamodb:${region}:${account}:table/alerts`),
      Condition: { "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ["mine"] } },
    };
    const caller = await aws.as("leading", [bound]);
    const put = (id: string) =>
      caller.dynamodb.send(new PutItemCommand({ TableName: "alerts", Item: { id: { S: id } } }));

    await put("mine");
    const refused = await refusal(put("yours"));

    expect(refused.name).toBe("AccessDeniedException");
  });
});
