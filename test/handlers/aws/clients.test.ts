import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { afterEach, expect, it, vi } from "vitest";
import { documents } from "../../../handlers/aws/clients";

const CONFLICT = "com.amazonaws.dynamodb.v20120810#TransactionConflictException";

/** DynamoDB, at whose item a transaction is for the first so many calls. */
async function busy(conflicts: number) {
  let calls = 0;
  const server = createServer((_, response) => {
    const isBusy = ++calls <= conflicts;
    response.writeHead(isBusy ? 400 : 200, { "content-type": "application/x-amz-json-1.0" });
    response.end(JSON.stringify(isBusy ? { __type: CONFLICT, message: "Transaction is ongoing for the item" } : {}));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  vi.stubEnv("AWS_ENDPOINT_URL", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv("AWS_REGION", "ap-northeast-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "any");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "any");
  stop = () => server.close();
  return () => calls;
}
let stop = () => {};
afterEach(() => {
  stop();
  vi.unstubAllEnvs();
});

const write = () => documents().send(new UpdateCommand({ TableName: "alerts", Key: { pk: "a", sk: "alert" } }));

it("writes again to an item that a transaction is at", async () => {
  const calls = await busy(3);

  await write();

  expect(calls()).toBe(4);
});

it("fails, rather than to take it for done or refused, where that does not end", async () => {
  const calls = await busy(1000);

  await expect(write()).rejects.toThrow("Transaction is ongoing for the item");
  expect(calls()).toBe(6);
});
