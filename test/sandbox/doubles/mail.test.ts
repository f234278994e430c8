import fastify from "fastify";
import { fetch } from "undici";
import { afterEach, expect, it, vi } from "vitest";
import type { MailOptions } from "../../../sandbox/doubles/mail/mail";
import { type RunningInbox, runInbox, TOPIC } from "./running";

let running: RunningInbox;
afterEach(() => running.close());

const start = async (mail: MailOptions = { follow: async () => {} }) => {
  running = await runInbox({ mail });
};
const post = (path: string, body: object) =>
  fetch(`${running.url}/mail/${path}`, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json" },
  });
const statuses = async () => (await fetch(`${running.url}/mail/subscriptions`)).json();

const confirm = (endpoint: string, confirmUrl = "http://127.0.0.1:9/confirm") =>
  post("confirm", { topicArn: TOPIC, endpoint, token: "t", confirmUrl });
const deliver = (given: object = {}) =>
  post("deliver", {
    topicArn: TOPIC,
    endpoint: "soc@example.com",
    subject: "[hakken] HIGH S3.8 in prod",
    message: "S3 バケットが公開されています",
    messageId: "m-1",
    at: "2026-11-22T03:00:00Z",
    ...given,
  });
const subscribed = async (endpoint: string) => {
  await confirm(endpoint);
  await vi.waitFor(async () =>
    expect(await statuses()).toContainEqual({ topicArn: TOPIC, endpoint, status: "confirmed" }),
  );
};

it("follows the confirmation link by itself, as a person does", async () => {
  const followed: string[] = [];
  const sns = fastify();
  sns.get("/confirm", async (request) => {
    followed.push(request.url);
    return "ok";
  });
  const url = await sns.listen({ host: "127.0.0.1", port: 0 });
  await start({});

  const answer = await confirm("soc@example.com", `${url}/confirm?Token=t`);

  expect(answer.status).toBe(202);
  await vi.waitFor(() => expect(followed).toEqual(["/confirm?Token=t"]));
  await sns.close();
});

it("tries a link again that doesn't work yet", async () => {
  const complaints = vi.spyOn(console, "error").mockImplementation(() => {});
  let tries = 0;
  await start({
    follow: async () => {
      tries += 1;
      if (tries === 1) throw new Error("no such token");
    },
  });

  await subscribed("soc@example.com");

  expect(tries).toBe(2);
  expect(complaints.mock.calls.join()).toContain("no such token");
  complaints.mockRestore();
});

it("follows no link that leads off this machine", async () => {
  const complaints = vi.spyOn(console, "error").mockImplementation(() => {});
  await start({});

  await confirm("soc@example.com", "https://sns.example.com/confirm");

  await vi.waitFor(() => expect(complaints.mock.calls.join()).toContain("is not on this machine"));
  expect(await statuses()).toMatchObject([{ status: "pending" }]);
  complaints.mockRestore();
});

it("keeps each recipient's mail, and tells topics apart", async () => {
  await start();
  await subscribed("soc@example.com");
  await subscribed("ciso@example.com");

  const answers = [await deliver(), await deliver({ endpoint: "ciso@example.com" })];

  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  const common = {
    subject: "[hakken] HIGH S3.8 in prod",
    text: "[hakken] HIGH S3.8 in prod\n\nS3 バケットが公開されています",
    at: "2026-11-22T03:00:00Z",
    topicArn: TOPIC,
    messageId: "m-1",
  };
  expect(running.store.entries.mail).toEqual([
    { to: "soc@example.com", ...common },
    { to: "ciso@example.com", ...common },
  ]);
});

it("gives a mail without subject the one of SNS", async () => {
  await start();
  await subscribed("soc@example.com");

  await deliver({ subject: undefined });

  expect(running.store.entries.mail).toMatchObject([{ subject: "AWS Notification Message" }]);
});

it.each([
  ["Japanese", { subject: "高: S3.8" }],
  ["100 characters", { subject: "x".repeat(100) }],
  ["two lines", { subject: "a\nb" }],
  ["a space at the start", { subject: " a" }],
  ["nothing", { subject: "" }],
])("refuses a subject of %s", async (_what, given) => {
  await start();
  await subscribed("soc@example.com");

  const answer = await deliver(given);

  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ error: "InvalidParameter", message: expect.stringContaining("subject") });
  expect(running.store.entries.mail).toEqual([]);
});

it.each([
  ["an empty body", { message: "" }],
  ["a body above 256 KB", { message: "あ".repeat(90_000) }],
  ["a recipient that is no address", { endpoint: "soc" }],
  ["a topic that is none", { topicArn: "topic" }],
])("refuses %s", async (_what, given) => {
  await start();
  await subscribed("soc@example.com");

  const answer = await deliver(given);

  expect(answer.status).toBe(400);
});

it("takes nothing for who never subscribed, has not confirmed, or has unsubscribed", async () => {
  await start({ absent: ["absent@example.com"], follow: async () => {} });
  await confirm("absent@example.com");
  await subscribed("left@example.com");
  await post("unsubscribe", { topicArn: TOPIC, endpoint: "left@example.com" });

  const answers = await Promise.all(
    ["stranger@example.com", "absent@example.com", "left@example.com"].map((endpoint) => deliver({ endpoint })),
  );

  expect(answers.map(({ status }) => status)).toEqual([410, 410, 410]);
  expect(running.store.entries.mail).toEqual([]);
});
