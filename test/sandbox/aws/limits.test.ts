import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Aws, allow, code, refusal, startAws } from "./authorise";

let aws: Aws;
let role: string;
beforeAll(async () => {
  aws = await startAws();
  role = await aws.role("any", "lambda.amazonaws.com", [allow("sqs:*", "*")]);
});
afterAll(() => aws.stop());

const create = (FunctionName: string, more: Partial<CreateFunctionCommandInput> = {}) =>
  aws.lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Role: role,
      Runtime: "nodejs24.x",
      Handler: "index.handler",
      Code: { ZipFile: code("exports.handler = async () => 'ok'") },
      ...more,
    }),
  );

describe("a function", () => {
  it.each([
    ["a variable that is Lambda's own", { AWS_REGION: "us-east-1" }, /reserved keys/],
    ["a variable's name that is none", { "A-B": "1" }, /regular expression pattern/],
    ["more than 4 KB of environment", { LONG: "x".repeat(4096) }, /exceeded the 4KB limit/],
  ])("is refused with %s", async (_, Variables, reason) => {
    const refused = await refusal(create("refused", { Environment: { Variables: Variables as never } }));

    expect(refused.name).toBe("InvalidParameterValueException");
    expect(refused.message).toMatch(reason);
  });

  it("is refused with a time-out above a quarter of an hour", async () => {
    expect((await refusal(create("slow", { Timeout: 901 }))).message).toMatch(/Timeout must be/);
  });
});

describe("an event source mapping", () => {
  it("needs a queue whose visibility is no shorter than the function's time-out, then and later", async () => {
    await create("patient", { Timeout: 60 });
    const short = await aws.queue("short", { VisibilityTimeout: "59" });
    const long = await aws.queue("long", { VisibilityTimeout: "60" });
    const map = (arn: string) =>
      aws.lambda.send(new CreateEventSourceMappingCommand({ FunctionName: "patient", EventSourceArn: arn }));

    const refused = await refusal(map(short.arn));
    await map(long.arn);
    const later = await refusal(
      aws.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "patient", Timeout: 61 })),
    );

    const reason = /visibility timeout: \d+ seconds is less than Function timeout/;
    expect(refused).toMatchObject({ name: "InvalidParameterValueException", message: expect.stringMatching(reason) });
    expect(later.message).toMatch(reason);
  });

  it.each([
    ["a batch above ten without a window", { BatchSize: 11 }],
    ["a window above five minutes", { MaximumBatchingWindowInSeconds: 301 }],
    ["a concurrency of one", { ScalingConfig: { MaximumConcurrency: 1 } }],
    ["a concurrency above a thousand", { ScalingConfig: { MaximumConcurrency: 1001 } }],
  ])("is refused with %s", async (what, part) => {
    const name = what.replaceAll(" ", "-");
    await create(name);
    const queue = await aws.queue(name);

    const map = new CreateEventSourceMappingCommand({ FunctionName: name, EventSourceArn: queue.arn, ...part });

    expect((await refusal(aws.lambda.send(map))).name).toMatch(/InvalidParameterValueException|ValidationException/);
  });
});

describe("a queue", () => {
  it("refuses a message above 1 MiB", async () => {
    const queue = await aws.queue("heavy");
    const message = new SendMessageCommand({ QueueUrl: queue.url, MessageBody: "x".repeat(1024 * 1024 + 1) });

    expect((await refusal(aws.sqs.send(message))).name).toMatch(/InvalidParameterValue/);
  });
});
