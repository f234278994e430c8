import { afterEach, describe, expect, it } from "vitest";
import { type Answer, ID, RunningSlack, section } from "./slack";

const slack = new RunningSlack();
afterEach(() => slack.inbox.close());
const { call, post } = slack;

describe("chat.update", () => {
  it("changes what it is given; a text alone takes the blocks away, and leaves the metadata", async () => {
    await slack.start();
    const metadata = { event_type: "alert", event_payload: { key: "k" } };
    const { ts } = await post({ text: "HIGH", blocks: [section("details")], metadata });

    const answer = await call("chat.update", { channel: "C0SECURITY", ts, text: "CRITICAL" });

    expect(answer).toMatchObject({ ok: true, ts, text: "CRITICAL", message: { metadata } });
    expect(slack.inbox.store.entries.slack).toMatchObject([
      { text: "HIGH\ndetails", metadata, updates: [{ text: "CRITICAL" }] },
    ]);
  });

  it("keeps the blocks of a message whose text is not given", async () => {
    await slack.start();
    const { ts } = await post({ text: "HIGH", blocks: [section("details")] });

    await call("chat.update", { channel: "C0SECURITY", ts, attachments: [{ text: "more" }] });

    expect(slack.inbox.store.entries.slack[0]?.updates).toMatchObject([{ text: "HIGH\ndetails\nmore" }]);
  });

  it("is refused once the workspace lets nobody change the message any more", async () => {
    await slack.start({ editSeconds: 60 });
    const { ts } = await post({ text: "HIGH" });
    const soon = await call("chat.update", { channel: "C0SECURITY", ts, text: "CRITICAL" });
    slack.inbox.clock.ms += 61_000;

    const late = await call("chat.update", { channel: "C0SECURITY", ts, text: "LOW" });

    expect([soon.ok, late]).toEqual([true, { ok: false, error: "edit_window_closed" }]);
  });

  it.each([
    ["a message that is not there", { channel: "C0SECURITY", ts: "1600000000.000100", text: "x" }, "message_not_found"],
    ["a channel's name", { channel: "security", ts: "1600000000.000100", text: "x" }, "channel_not_found"],
    ["a missing ts", { channel: "C0SECURITY", text: "x" }, "invalid_arguments"],
    [
      "an argument of chat.postMessage alone",
      { channel: "C0SECURITY", ts: "1", client_msg_id: ID },
      "invalid_arguments",
    ],
  ])("refuses %s", async (_what, args, error) => {
    await slack.start();

    const answer = await call("chat.update", args);

    expect(answer).toMatchObject({ ok: false, error });
  });
});

describe("chat.delete", () => {
  it("takes a message away, and leaves a tombstone where it has a thread, which takes no change and no reply", async () => {
    await slack.start();
    const [bare, thread] = [await post({ text: "bare" }), await post({ text: "with a thread" })];
    const reply = await post({ text: "reply", thread_ts: thread.ts });
    const at = (ts: string) => ({ channel: "C0SECURITY", ts });

    const deleted = [await call("chat.delete", at(bare.ts)), await call("chat.delete", at(thread.ts))];

    expect(deleted.map(({ ok }) => ok)).toEqual([true, true]);
    expect(await call("chat.update", { ...at(bare.ts), text: "x" })).toMatchObject({ error: "message_not_found" });
    expect(await call("chat.update", { ...at(thread.ts), text: "x" })).toMatchObject({ error: "message_not_found" });
    expect(await post({ text: "x", thread_ts: bare.ts })).toMatchObject({ error: "thread_not_found" });
    expect(await post({ text: "x", thread_ts: thread.ts })).toMatchObject({ error: "cannot_reply_to_message" });
    expect((await call("conversations.replies", at(thread.ts))).messages).toMatchObject([
      { ts: thread.ts, subtype: "tombstone", text: "This message was deleted." },
      { ts: reply.ts, text: "reply" },
    ]);
    expect((await call("chat.delete", at(thread.ts))).error).toBe("message_not_found");
  });
});

describe("chat.getPermalink", () => {
  it("gives a message's address, and names the thread of a reply", async () => {
    await slack.start();
    const { ts } = await post({ text: "HIGH" });
    const reply = await post({ text: "reply", thread_ts: ts });
    const permalink = (message_ts: string) => call("chat.getPermalink", { channel: "C0SECURITY", message_ts });
    const page = (of: string) => `https://sandbox.slack.com/archives/C0SECURITY/p${of.replace(".", "")}`;

    expect((await permalink(ts)).permalink).toBe(page(ts));
    expect((await permalink(reply.ts)).permalink).toBe(`${page(reply.ts)}?thread_ts=${ts}&cid=C0SECURITY`);
    expect(await permalink("1600000000.000100")).toEqual({ ok: false, error: "message_not_found" });
  });
});

describe("conversations", () => {
  it("finds a message by its metadata, newest first, page by page", async () => {
    await slack.start();
    for (const key of ["a", "b", "c"]) {
      await post({ text: key, metadata: { event_type: "alert", event_payload: { key } } });
    }

    const args = { channel: "C0SECURITY", limit: 2, include_all_metadata: true };
    const first = await call("conversations.history", args);
    const cursor = first.response_metadata.next_cursor;
    const second = await call("conversations.history", { ...args, cursor });

    expect(first).toMatchObject({ ok: true, has_more: true });
    expect(second.has_more).toBe(false);
    const keys = [...first.messages, ...second.messages].map(({ metadata }) => metadata.event_payload.key);
    expect(keys).toEqual(["c", "b", "a"]);
  });

  it("shows only the type of metadata when all is not asked for", async () => {
    await slack.start();
    await post({ text: "x", metadata: { event_type: "alert", event_payload: { key: "k" } } });

    const { messages } = await call("conversations.history", { channel: "C0SECURITY" });

    expect(messages[0].metadata).toEqual({ event_type: "alert" });
  });

  it("cuts by oldest and latest, whose ends count only with inclusive", async () => {
    await slack.start();
    const { ts: first } = await post({ text: "1" });
    await post({ text: "2" });
    const { ts: third } = await post({ text: "3" });

    const range = { channel: "C0SECURITY", oldest: first, latest: third };
    const open = await call("conversations.history", range);
    const closed = await call("conversations.history", { ...range, inclusive: true });

    expect(open.messages.map(({ text }: Answer) => text)).toEqual(["2"]);
    expect(closed.messages.map(({ text }: Answer) => text)).toEqual(["3", "2", "1"]);
  });

  it("keeps replies out of the history unless they were broadcast", async () => {
    await slack.start();
    const { ts } = await post({ text: "opened" });
    await post({ text: "quiet", thread_ts: ts });
    await post({ text: "loud", thread_ts: ts, reply_broadcast: true });

    const history = await call("conversations.history", { channel: "C0SECURITY" });
    const replies = await call("conversations.replies", { channel: "C0SECURITY", ts });

    expect(history.messages.map(({ text }: Answer) => text)).toEqual(["loud", "opened"]);
    expect(history.messages[1]).toMatchObject({ reply_count: 2 });
    expect(replies.messages.map(({ text }: Answer) => text)).toEqual(["opened", "quiet", "loud"]);
  });

  it.each([
    ["conversations.history", { channel: "security" }, "channel_not_found"],
    ["conversations.history", { channel: "C0STRANGE" }, "not_in_channel"],
    ["conversations.history", { channel: "C0SECURITY", limit: 1000 }, "invalid_limit"],
    ["conversations.history", { channel: "C0SECURITY", cursor: "x" }, "invalid_cursor"],
    ["conversations.history", { channel: "C0SECURITY", oldest: "yesterday" }, "invalid_ts_oldest"],
    ["conversations.history", { channel: "C0SECURITY", include_metadata: true }, "invalid_arguments"],
    ["conversations.replies", { channel: "C0SECURITY", ts: "1600000000.000100" }, "thread_not_found"],
  ])("%s refuses %j with %s", async (method, args, error) => {
    await slack.start();

    const answer = await call(method, args);

    expect(answer).toMatchObject({ ok: false, error });
  });
});
