import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { backlogApi } from "../../handlers/backlogApi";
import { slackApi } from "../../handlers/slackApi";

/** Of no shape that anybody would know it by, and another one in a URL. */
const SECRET = "Zq8/vN+3 w";
const IN_URL = encodeURIComponent(SECRET);
const secret = async () => SECRET;

let server: Server;
let url: string;
beforeAll(async () => {
  // Says back what it was asked with, as a proxy's error page does.
  server = createServer((request, response) => {
    const said = `${request.headers.authorization ?? ""} ${request.url} ${SECRET}`;
    response.writeHead(400, { "content-type": "application/json" });
    response.end(JSON.stringify({ ok: false, error: said, errors: [{ message: said }] }));
  }).listen(0, "127.0.0.1");
  await new Promise((listening) => server.once("listening", listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

const calls: [string, (base: string) => Promise<unknown>][] = [
  ["Slack, when written to", (base) => slackApi(base, "C0SECURITY", secret).write("chat.postMessage", {})],
  ["Slack, when read", (base) => slackApi(base, "C0SECURITY", secret).read("conversations.history", {})],
  ["Backlog, when written to", (base) => backlogApi(base, secret)("POST", "issues", {})],
  ["Backlog, when read", (base) => backlogApi(base, secret)("GET", "projects/SEC")],
];

/** What was wrong with a call that fails. */
const problemOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => "nothing",
    (error: Error) => error.message,
  );

describe("the key that a service was asked with is not in the error", () => {
  it.each(calls)("by %s, which says it back", async (_who, ask) => {
    const message = await problemOf(ask(url));

    expect(message).toContain("***");
    for (const text of [SECRET, IN_URL]) expect(message).not.toContain(text);
  });

  it.each(calls)("by %s, which does not answer", async (_who, ask) => {
    // The discard port, where nothing listens.
    const message = await problemOf(ask("http://127.0.0.1:9"));

    expect(message).toContain("was not answered");
    for (const text of [SECRET, IN_URL]) expect(message).not.toContain(text);
  });
});
