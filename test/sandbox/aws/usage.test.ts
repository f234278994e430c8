import {
  CreateTableCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { CreateEventSourceMappingCommand, CreateFunctionCommand } from "@aws-sdk/client-lambda";
import { CreateStateMachineCommand, DescribeExecutionCommand, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Used, usageOf } from "../../../sandbox/bench/flood/usage";
import { type Aws, allow, code, refusal, startAws, until } from "./authorise";

let aws: Aws;
beforeAll(async () => {
  aws = await startAws({ SANDBOX_WINDOW_SCALE: "1", SANDBOX_CALLS_AT_ONCE: "1", SANDBOX_WAIT_SCALE: "0.1" });
});
afterAll(() => aws.stop());

const used = async (by: string): Promise<Record<string, number>> => {
  const { all } = await usageOf(aws);
  return Object.fromEntries(all.filter((one: Used) => one.by === by).map(({ unit, count }) => [unit, count]));
};

async function functionOf(name: string, source: string): Promise<string> {
  const Role = await aws.role(`${name}-role`, "lambda.amazonaws.com", [allow("sqs:*", "*")]);
  const how = { Runtime: "nodejs24.x" as const, Handler: "index.handler", MemorySize: 256 };
  const made = await aws.lambda.send(
    new CreateFunctionCommand({ FunctionName: name, Role, ...how, Code: { ZipFile: code(source) } }),
  );
  return made.FunctionArn ?? "";
}

async function run(name: string, states: Record<string, unknown>): Promise<string> {
  const roleArn = await aws.role(`${name}-role`, "states.amazonaws.com", [allow("lambda:*", "*")]);
  const definition = JSON.stringify({ StartAt: Object.keys(states)[0], States: states });
  const machine = await aws.sfn.send(new CreateStateMachineCommand({ name, roleArn, definition }));
  const { executionArn } = await aws.sfn.send(new StartExecutionCommand({ stateMachineArn: machine.stateMachineArn }));
  return until(async () => {
    const { status } = await aws.sfn.send(new DescribeExecutionCommand({ executionArn }));
    return status === "RUNNING" ? undefined : status;
  }, `the end of ${name}`);
}

describe("what an execution uses", () => {
  it("is a transition for each state, in branches too", async () => {
    const pass = (Next?: string) => ({ Type: "Pass", ...(Next ? { Next } : { End: true }) });
    const branch = { StartAt: "A", States: { A: pass("B"), B: pass() } };
    const other = { StartAt: "C", States: { C: pass() } };

    const status = await run("branches", {
      Both: { Type: "Parallel", Branches: [branch, other], Next: "Done" },
      Done: { Type: "Succeed" },
    });

    expect(status).toBe("SUCCEEDED");
    expect(await used("branches")).toEqual({ "states:executions": 1, "states:transitions": 5 });
  });

  it("is one more for each retry, and calls of functions with their memory's share", async () => {
    const Resource = await functionOf("fails", "exports.handler = async () => { throw new Error('no'); };");
    const Retry = [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 1, MaxAttempts: 2 }];

    const status = await run("retries", { Try: { Type: "Task", Resource, Retry, End: true } });

    expect(status).toBe("FAILED");
    expect((await used("retries"))["states:transitions"]).toBe(3);
    const { "lambda:calls": calls, "lambda:gigabyteSeconds": seconds = 0 } = await used("fails");
    expect(calls).toBe(3);
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThan(5);
  });

  it("has its functions stand in line, so that no more are called at once than the machine bears", async () => {
    const source = `let running = 0; exports.handler = async () => {
      await new Promise((done) => setTimeout(done, 300)); return { pid: process.pid }; };`;
    const Resource = await functionOf("slow", source);
    const one = (name: string) => ({ StartAt: name, States: { [name]: { Type: "Task", Resource, End: true } } });
    const begun = Date.now();

    await run("crowd", { All: { Type: "Parallel", Branches: ["a", "b", "c"].map(one), End: true } });

    expect(Date.now() - begun).toBeGreaterThan(900);
    expect((await used("slow"))["lambda:calls"]).toBe(3);
  });
});

describe("what a table's requests use", () => {
  const text = (length: number) => ({ S: "x".repeat(length) });

  it("is a read unit for 4 kB and a write unit for 1 kB begun, twice that in a transaction, by role; nothing of root's", async () => {
    const key = { AttributeName: "pk", KeyType: "HASH" } as const;
    const how = { KeySchema: [key], AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" as const }] };
    await aws.dynamodb.send(new CreateTableCommand({ TableName: "things", BillingMode: "PAY_PER_REQUEST", ...how }));
    const { dynamodb } = await aws.as("reader", [allow("dynamodb:*", "*")]);
    const TableName = "things";
    const [pk, other] = [{ S: "a" }, { S: "b" }];

    await aws.dynamodb.send(new PutItemCommand({ TableName, Item: { pk: other, long: text(9_000) } }));
    await dynamodb.send(new PutItemCommand({ TableName, Item: { pk, long: text(2_500) } }));
    await dynamodb.send(
      new TransactWriteItemsCommand({ TransactItems: [{ Put: { TableName, Item: { pk: { S: "c" } } } }] }),
    );
    await refusal(
      dynamodb.send(
        new UpdateItemCommand({
          TableName,
          Key: { pk },
          UpdateExpression: "REMOVE q",
          ConditionExpression: "attribute_not_exists(pk)",
        }),
      ),
    );
    await dynamodb.send(new GetItemCommand({ TableName, Key: { pk: other }, ConsistentRead: true }));
    const found = { KeyConditionExpression: "pk = :pk", ExpressionAttributeValues: { ":pk": other } };
    await dynamodb.send(new QueryCommand({ TableName, ...found }));

    const {
      "dynamodb:requests": requests,
      "dynamodb:writeUnits": writes,
      "dynamodb:readUnits": reads,
    } = await used("reader");
    expect({ requests, writes, reads }).toEqual({ requests: 5, writes: 3 + 2 + 1, reads: 3 + 1.5 });
    expect((await used("reader"))["api:dynamodb:GetItem"]).toBe(1);
  });
});

describe("a mapping's batch", () => {
  it("is as large as the mapping asks for, and gathered for as long", async () => {
    const queue = await aws.queue("many");
    const FunctionName = await functionOf("many", "exports.handler = async () => ({ batchItemFailures: [] });");
    const send = (from: number) =>
      aws.sqs.send(
        new SendMessageBatchCommand({
          QueueUrl: queue.url,
          Entries: Array.from({ length: 10 }, (_, i) => ({ Id: `m${from + i}`, MessageBody: "{}" })),
        }),
      );

    const mapping = { EventSourceArn: queue.arn, BatchSize: 25, MaximumBatchingWindowInSeconds: 3 };
    await aws.lambda.send(new CreateEventSourceMappingCommand({ FunctionName, ...mapping }));
    for (const from of [0, 10, 20]) await send(from);
    await until(async () => ((await aws.depth(queue.url)) === 0 ? true : undefined), "an empty queue");

    // 25 at once; the five that are left are waited for.
    expect((await used("many"))["lambda:calls"]).toBe(2);
    // 30 sent, 3 and 1 to receive, 3 and 1 to delete.
    expect((await used("many"))["sqs:requests"]).toBe(30 + 4 + 4);
  });
});
