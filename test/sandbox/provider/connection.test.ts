import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import path from "node:path";
import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as provider from "@pulumi/pulumi/proto/provider_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ResourceType } from "../../../sandbox/provider/resource";
import { declared, fileOf } from "../../../sandbox/provider/schema";
import { type RunningProvider, startProvider } from "../../../sandbox/provider/server";
import { resources } from "../../../sandbox/provider/table";

let sts: Server;
let running: RunningProvider;

/** Answers GetCallerIdentity with the access key as the account, and nothing else. */
beforeEach(async () => {
  sts = createServer((request, response) => {
    const account = /Credential=(\d+)/.exec(request.headers.authorization ?? "")?.[1];
    response.setHeader("content-type", "text/xml");
    response.end(
      `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Account>${account}</Account><Arn>arn:aws:iam::${account}:root</Arn><UserId>${account}</UserId></GetCallerIdentityResult></GetCallerIdentityResponse>`,
    );
  });
  await new Promise<void>((resolve) => sts.listen(0, "127.0.0.1", resolve));
  running = await startProvider({ endpoint: `http://127.0.0.1:${(sts.address() as AddressInfo).port}` });
});
afterEach(async () => {
  await running.stop();
  sts.close();
});

const dial = () => new ResourceProviderClient(`127.0.0.1:${running.port}`, grpc.credentials.createInsecure());

function configure(client: ResourceProviderClient, account: string): Promise<void> {
  const request = new provider.ConfigureRequest();
  request.getVariablesMap().set("aws:config:region", "us-east-1").set("aws:config:accessKey", account);
  return new Promise((resolve, reject) => {
    client.configure(request, (error) => (error ? reject(error) : resolve()));
  });
}

function caller(client: ResourceProviderClient): Promise<unknown> {
  const request = new provider.InvokeRequest();
  request.setTok("aws:index/getCallerIdentity:getCallerIdentity");
  request.setArgs(Struct.fromJavaScript({}));
  return new Promise((resolve, reject) => {
    client.invoke(request, (error, response) =>
      error ? reject(error) : resolve(response.getReturn()?.toJavaScript()),
    );
  });
}

describe("a connection", () => {
  it("is one configured provider, whatever others say at the same time", async () => {
    // Clients of one process share a connection unless they are told not to.
    const clients = ["111111111111", "222222222222"].map(
      (account) =>
        [
          account,
          new ResourceProviderClient(`127.0.0.1:${running.port}`, grpc.credentials.createInsecure(), {
            "grpc.use_local_subchannel_pool": 1,
          }),
        ] as const,
    );
    await Promise.all(clients.map(([account, client]) => configure(client, account)));

    const answers = await Promise.all(clients.map(([, client]) => caller(client)));

    expect(answers).toMatchObject([{ accountId: "111111111111" }, { accountId: "222222222222" }]);
    for (const [, client] of clients) client.close();
  });

  it("is forgotten when it closes: whoever dials anew must be configured anew", async () => {
    const first = dial();
    await configure(first, "111111111111");
    await caller(first);
    first.close();
    const second = dial();

    const refused = await caller(second).catch((error: Error) => error.message);

    expect(refused).toMatch(/this connection was not configured/);
    second.close();
  });

  it("may close in the middle of anything without ending the provider", async () => {
    const socket = connect(running.port, "127.0.0.1");
    await new Promise((resolve) => socket.once("connect", resolve));
    socket.write("no HTTP at all");
    socket.destroy();
    const client = dial();

    await configure(client, "111111111111");

    expect(await caller(client)).toMatchObject({ accountId: "111111111111" });
    client.close();
  });
});

describe("the table", () => {
  it.each<[string, Partial<ResourceType>, RegExp]>([
    ["an input", { inputs: { visibility: true } }, /aws:sqs\/queue:Queue: @pulumi\/aws has no input visibility/],
    ["a name inside a block", { inputs: { name: { inner: true } } }, /no input name \(not a block/],
    ["an input to replace on", { inputs: { name: true }, replaceOn: ["nam"] }, /no input nam$/],
  ])("stops the start where @pulumi/aws lacks %s", (_what, type, message) => {
    expect(() => declared("aws:sqs/queue:Queue", type as ResourceType)).toThrow(message);
  });

  it("follows blocks into their own declarations", () => {
    const type = { inputs: { retryPolicy: { tries: true } } } as unknown as ResourceType;

    expect(() => declared("aws:cloudwatch/eventTarget:EventTarget", type)).toThrow(/no input retryPolicy\.tries/);
  });

  it("names types by the tokens that @pulumi/aws sends", () => {
    for (const token of Object.keys(resources)) {
      const sent = readFileSync(
        path.join(path.dirname(require.resolve("@pulumi/aws/package.json")), `${fileOf(token)}.js`),
        "utf8",
      );
      expect(sent).toContain(`__pulumiType = '${token}'`);
    }
  });
});
