import { Agent, fetch } from "undici";
import { afterEach, describe, expect, it } from "vitest";
import type { Fault } from "../../../sandbox/inbox/faults";
import { API_KEY, type RunningInbox, runInbox, TOKEN, TOPIC } from "./running";

let running: RunningInbox;
afterEach(() => running.close());

const start = async () => {
  running = await runInbox({ mail: { follow: async () => {} } });
};
const impatient = new Agent({ headersTimeout: 300 });
const json = { "content-type": "application/json; charset=utf-8" };

const slack = (args: object, method = "chat.postMessage") =>
  fetch(`${running.url}/slack/api/${method}`, {
    method: "POST",
    body: JSON.stringify({ channel: "C0SECURITY", ...args }),
    headers: { ...json, authorization: `Bearer ${TOKEN}` },
    dispatcher: impatient,
  });
const backlog = (summary: string) =>
  fetch(`${running.url}/backlog/api/v2/issues?apiKey=${API_KEY}`, {
    method: "POST",
    body: new URLSearchParams({ projectId: "1001", summary, issueTypeId: "101", priorityId: "2", description: "d" }),
    dispatcher: impatient,
  });
const mail = async (message: string) => {
  const to = { topicArn: TOPIC, endpoint: "soc@example.com" };
  const send = (path: string, body: object) =>
    fetch(`${running.url}/mail/${path}`, { method: "POST", body: JSON.stringify(body), headers: json });
  await send("confirm", { ...to, token: "t", confirmUrl: "http://127.0.0.1:9/" });
  await new Promise((resolve) => setTimeout(resolve, 60));
  return send("deliver", { ...to, subject: "HIGH", message, messageId: "m", at: "2026-11-22T03:00:00Z" });
};
const fault = (given: Fault) =>
  fetch(`${running.url}/faults`, { method: "POST", body: JSON.stringify(given), headers: json });
const page = async (path = "/") => (await fetch(running.url + path)).text();
const count = () => Object.values(running.store.entries).map((entries) => entries.length);

describe("faults", () => {
  it("answers 429 as each service says it, as often as told", async () => {
    await start();
    for (const channel of ["slack", "backlog", "mail"] as const) {
      await fault({ channel, fault: "429", times: 1, retryAfter: 7 });
    }

    const first = [await slack({ text: "x" }), await backlog("x"), await mail("x")];
    const second = [await slack({ text: "x" }), await backlog("x"), await mail("x")];

    expect(first.map(({ status }) => status)).toEqual([429, 429, 429]);
    expect(first.map(({ headers }) => headers.get("retry-after"))).toEqual(["7", null, "7"]);
    expect(first[1]?.headers.get("x-ratelimit-reset")).toBe(String(running.clock.ms / 1000 + 7));
    expect(second.map(({ ok }) => ok)).toEqual([true, true, true]);
    expect(count()).toEqual([1, 1, 1]);
  });

  it("answers 500 until it is cleared, and takes nothing", async () => {
    await start();
    for (const channel of ["slack", "backlog", "mail"] as const) await fault({ channel, fault: "500" });

    const failing = [await slack({ text: "x" }), await slack({ text: "x" }), await backlog("x"), await mail("x")];
    await fetch(`${running.url}/faults`, { method: "DELETE" });
    const after = await slack({ text: "x" });

    expect(failing.map(({ status }) => status)).toEqual([500, 500, 500, 500]);
    expect(after.status).toBe(200);
    expect(count()).toEqual([1, 0, 0]);
  });

  it("refuses the key in each service's way", async () => {
    await start();
    for (const channel of ["slack", "backlog", "mail"] as const) await fault({ channel, fault: "auth", times: 1 });

    const answers = [await slack({ text: "x" }), await backlog("x"), await mail("x")];

    expect(await answers[0]?.json()).toEqual({ ok: false, error: "invalid_auth" });
    expect(answers.map(({ status }) => status)).toEqual([200, 401, 403]);
  });

  it("leaves a request without an answer, not taken", async () => {
    await start();
    await fault({ channel: "slack", fault: "timeout-before", times: 1 });

    const answer = slack({ text: "x" });

    await expect(answer).rejects.toThrow();
    expect(count()).toEqual([0, 0, 0]);
  });

  it.each(["slack", "backlog"] as const)("takes a message of %s and loses the answer", async (channel) => {
    await start();
    await fault({ channel, fault: "timeout-after", times: 1 });

    const answer = channel === "slack" ? slack({ text: "x" }) : backlog("x");

    await expect(answer).rejects.toThrow();
    expect(running.store.entries[channel]).toHaveLength(1);
  });

  it("hits only requests with the text, and by default no look-ups", async () => {
    await start();
    await fault({ channel: "slack", fault: "500", match: "S3.8" });

    const look = await slack({ limit: 1 }, "conversations.history");
    const other = await slack({ text: "EC2.19" });
    const hit = await slack({
      text: "x",
      blocks: [{ type: "section", text: { type: "mrkdwn", text: "see S3.8 here" } }],
    });

    expect([look.status, other.status, hit.status]).toEqual([200, 200, 500]);
  });

  it("hits look-ups when told", async () => {
    await start();
    await fault({ channel: "slack", fault: "500", on: "reads" });

    const answers = [await slack({ limit: 1 }, "conversations.history"), await slack({ text: "x" })];

    expect(answers.map(({ status }) => status)).toEqual([500, 200]);
  });

  it("refuses a fault that it doesn't know, and lists those that wait", async () => {
    await start();
    await fault({ channel: "mail", fault: "500", times: 2 });

    const bad = await fault({ channel: "sms", fault: "500", often: 1 } as unknown as Fault);
    const list = await fetch(`${running.url}/faults`);

    expect(bad.status).toBe(400);
    expect(await bad.json()).toMatchObject({ error: expect.stringContaining("channel") });
    expect(await list.json()).toEqual([{ channel: "mail", fault: "500", times: 2 }]);
  });

  it("lets the server close while a request waits for its answer", async () => {
    await start();
    await fault({ channel: "slack", fault: "timeout-before" });
    const waiting = fetch(`${running.url}/slack/api/chat.postMessage`, {
      method: "POST",
      body: JSON.stringify({ channel: "C0SECURITY", text: "x" }),
      headers: { ...json, authorization: `Bearer ${TOKEN}` },
    });
    const lost = expect(waiting).rejects.toThrow();

    await new Promise((resolve) => setTimeout(resolve, 100));
    await running.close();

    await lost;
  });
});

describe("the page", () => {
  it("shows the three columns, newest first", async () => {
    await start();
    await slack({ text: "first" });
    await slack({ text: "second" });
    await backlog("an issue");
    await mail("a mail https://example.com/finding");

    const text = await page();
    const entries = await (await fetch(`${running.url}/inbox.json`)).json();

    expect(text.indexOf("second")).toBeLessThan(text.indexOf("first"));
    for (const part of ["an issue", "a mail", 'href="https://example.com/finding"', "SEC-1", "soc@example.com"]) {
      expect(text).toContain(part);
    }
    expect(entries).toMatchObject({ slack: [{ text: "first" }, {}], backlog: [{ key: "SEC-1" }], mail: [{}] });
  });

  it("shows Block Kit about as Slack does", async () => {
    await start();

    await slack({
      text: "fallback",
      blocks: [
        { type: "header", text: { type: "plain_text", text: "HIGH" } },
        { type: "section", text: { type: "mrkdwn", text: "*S3.8* <https://example.com/?a=1&amp;b=2|finding> `arn`" } },
        { type: "section", fields: [{ type: "mrkdwn", text: "Region" }] },
        { type: "divider" },
        {
          type: "actions",
          elements: [
            { type: "button", style: "danger", text: { type: "plain_text", text: "Go" }, url: "https://example.com" },
          ],
        },
      ],
      attachments: [{ color: "#e01e5a", blocks: [{ type: "section", text: { type: "mrkdwn", text: "bar" } }] }],
    });
    const text = await page("/inbox/columns");

    for (const part of [
      "<h3>HIGH</h3>",
      "<b>S3.8</b>",
      "<code>arn</code>",
      "<hr>",
      "<p>Region</p>",
      'fill="#e01e5a"',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).toContain('href="https://example.com/?a=1&amp;b=2"');
    expect(text).toContain('class="button danger"');
    expect(text.replace(/aria-label="[^"]*"|<details>[\s\S]*?<\/details>/g, "")).not.toContain("fallback");
  });

  it("runs and links nothing that a message brings along", async () => {
    await start();
    const evil = `<script>alert(1)</script><img src=x onerror="alert(2)">'"`;

    await slack({ text: evil });
    await slack({
      text: "x",
      blocks: [
        { type: "header", text: { type: "plain_text", text: evil } },
        { type: "section", text: { type: "mrkdwn", text: `<javascript:alert(3)|click> *${evil}* <https://a.b/"x|y>` } },
      ],
    });
    await backlog(evil);
    await mail(evil);
    const answer = await fetch(running.url);
    const text = await answer.text();

    expect(text).not.toMatch(/<img|<script>|href="javascript|onerror="/);
    expect(text.match(/<script /g)).toHaveLength(1);
    expect(text).toContain('href="https://a.b/&quot;x"');
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'; script-src 'self'");
  });

  it("loads nothing from elsewhere", async () => {
    await start();

    const [own, script, style] = await Promise.all(
      ["/", "/inbox/browser/page.js", "/inbox/browser/page.css"].map(page),
    );

    expect(`${own}${script}${style}`).not.toMatch(/https?:|@import|url\(/);
  });

  it("tells of each change while it happens", async () => {
    await start();
    const stream = await fetch(`${running.url}/inbox/stream`);
    const reader = stream.body?.getReader();

    await slack({ text: "x" });
    let text = "";
    while (!text.includes("changed")) text += Buffer.from((await reader?.read())?.value ?? []).toString();
    await reader?.cancel();

    expect(stream.headers.get("content-type")).toBe("text/event-stream");
    expect(text).toContain('data: {"channel":"slack"}');
  });
});
