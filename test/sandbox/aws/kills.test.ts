import { CreateFunctionCommand, InvokeCommand } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, it } from "vitest";
import { post } from "../../../sandbox/client";
import { type Aws, allow, code, startAws } from "./authorise";

let aws: Aws;
beforeAll(async () => {
  aws = await startAws();
});
afterAll(() => aws?.stop());

// From this machine's packages: its zip has none.
const SENDS = `const { SQS } = require(${JSON.stringify(require.resolve("@aws-sdk/client-sqs"))});
exports.handler = async ({ QueueUrl }) => {
  const { MessageId } = await new SQS({}).sendMessage({ QueueUrl, MessageBody: "sent" });
  return typeof MessageId;
}`;

it("a function dies during the call that it was to die in, which is done all the same", async () => {
  const queue = await aws.queue("sent");
  const role = await aws.role("sender", "lambda.amazonaws.com", [allow("sqs:SendMessage", queue.arn)]);
  const made = { FunctionName: "sender", Role: role, Runtime: "nodejs24.x" as const, Handler: "index.handler" };
  await aws.lambda.send(new CreateFunctionCommand({ ...made, Timeout: 5, Code: { ZipFile: code(SENDS) } }));
  const invoke = async () => {
    const Payload = JSON.stringify({ QueueUrl: queue.url });
    const answer = await aws.lambda.send(new InvokeCommand({ FunctionName: "sender", Payload }));
    return JSON.parse(Buffer.from(answer.Payload ?? []).toString());
  };

  await post(`${aws.endpoint}/_sandbox/kills`, { function: "sender", action: "sqs:SendMessage", passing: 1 });
  const ended = [await invoke(), await invoke(), await invoke()];

  expect(ended).toMatchObject(["string", { errorType: "Runtime.ExitError" }, "string"]);
  expect(await aws.depth(queue.url)).toBe(3);
});
