import { afterEach, describe, expect, it } from "vitest";
import { TOKEN } from "./running";
import { ID, RunningSlack, section } from "./slack";

const slack = new RunningSlack();
afterEach(() => slack.inbox.close());
const { call, post, send } = slack;
const button = (more: object = {}) => ({ type: "button", text: { type: "plain_text", text: "Open" }, ...more });

describe("chat.postMessage", () => {
  it("keeps a message and gives it a ts of its own", async () => {
    await slack.start();

    const first = await post({ text: "one" });
    const second = await post({ text: "two" });

    expect(first).toMatchObject({ ok: true, channel: "C0SECURITY", message: { type: "message", text: "one" } });
    expect(first.ts).toMatch(/^\d{10}\.\d{6}$/);
    expect(Number(second.ts)).toBeGreaterThan(Number(first.ts));
    expect(slack.inbox.store.entries.slack.map(({ text }) => text)).toEqual(["one", "two"]);
  });

  it("takes the channel by name too, as the real one does", async () => {
    await slack.start();

    const answer = await call("chat.postMessage", { channel: "#security", text: "one" });

    expect(answer).toMatchObject({ ok: true, channel: "C0SECURITY" });
  });

  it.each([
    ["a channel that is not there", { channel: "C0NONE", text: "x" }, "channel_not_found"],
    ["a channel that the app is not in", { channel: "C0STRANGE", text: "x" }, "not_in_channel"],
    ["an archived channel", { channel: "C0OLD", text: "x" }, "is_archived"],
    ["no channel", { channel: undefined, text: "x" }, "invalid_arguments"],
    ["no text", {}, "no_text"],
    ["an argument that it doesn't have", { text: "x", chanel: "C0" }, "invalid_arguments"],
    ["a list where text belongs", { text: ["x"] }, "invalid_array_arg"],
    ["an object where text belongs", { text: { a: 1 } }, "invalid_arguments"],
    ["a text above 40,000 characters", { text: "x".repeat(40_001) }, "msg_too_long"],
    ["a client_msg_id that is no UUID", { text: "x", client_msg_id: "abc" }, "invalid_arguments"],
    ["a thread that is not there", { text: "x", thread_ts: "1600000000.000100" }, "thread_not_found"],
    ["metadata without payload", { text: "x", metadata: { event_type: "a" } }, "invalid_metadata_format"],
    [
      "metadata with other fields",
      { text: "x", metadata: { event_type: "a", event_payload: {}, more: 1 } },
      "invalid_metadata_format",
    ],
    [
      "metadata of 17 KB",
      { text: "x", metadata: { event_type: "a", event_payload: { b: "c".repeat(17_000) } } },
      "metadata_too_large",
    ],
    ["blocks that are no list", { text: "x", blocks: {} }, "invalid_blocks_format"],
    ["blocks that are no JSON", { text: "x", blocks: "[{" }, "invalid_blocks_format"],
    [
      "blocks of more than 13,200 characters together",
      { text: "x", blocks: [..."12345"].map(() => section("y".repeat(2_700))) },
      "msg_blocks_too_long",
    ],
    ["attachments with unknown fields", { attachments: [{ colour: "#ff0000" }] }, "invalid_attachments"],
    ["a colour that is none", { attachments: [{ color: "red", text: "x" }] }, "invalid_attachments"],
    ["a flag that is none", { text: "x", unfurl_links: "no" }, "invalid_arguments"],
  ])("refuses %s", async (_what, args, error) => {
    await slack.start();

    const answer = await post(args);

    expect(answer).toMatchObject({ ok: false, error });
    expect(slack.inbox.store.entries.slack).toEqual([]);
  });

  it.each<[string, object[], string]>([
    ["51 blocks", Array.from({ length: 51 }, () => ({ type: "divider" })), "no more than 50 items allowed"],
    ["an unknown type", [{ type: "paragraph" }], "unsupported type: paragraph [json-pointer:/blocks/0/type]"],
    ["an unknown field", [section("x", { colour: 1 })], "invalid additional property: colour"],
    ["an empty section", [{ type: "section" }], "missing required field: text [json-pointer:/blocks/0]"],
    ["an empty text", [section("")], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"],
    ["a section above 3,000 characters", [section("x".repeat(3001))], "must be less than 3001 characters"],
    [
      "a header above 150 characters",
      [{ type: "header", text: { type: "plain_text", text: "x".repeat(151) } }],
      "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
    ],
    [
      "a header in mrkdwn",
      [{ type: "header", text: { type: "mrkdwn", text: "x" } }],
      "must be a valid text type: plain_text [json-pointer:/blocks/0/text/type]",
    ],
    [
      "11 fields",
      [{ type: "section", fields: Array.from({ length: 11 }, () => ({ type: "mrkdwn", text: "x" })) }],
      "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
    ],
    [
      "a field above 2,000 characters",
      [{ type: "section", fields: [{ type: "mrkdwn", text: "x".repeat(2001) }] }],
      "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
    ],
    [
      "11 context elements",
      [{ type: "context", elements: Array.from({ length: 11 }, () => ({ type: "mrkdwn", text: "x" })) }],
      "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
    ],
    [
      "a context without elements",
      [{ type: "context", elements: [] }],
      "must have at least 1 item [json-pointer:/blocks/0/elements]",
    ],
    [
      "a button text above 75 characters",
      [{ type: "actions", elements: [button({ text: { type: "plain_text", text: "x".repeat(76) } })] }],
      "must be less than 76 characters",
    ],
    [
      "a button address above 3,000 characters",
      [{ type: "actions", elements: [button({ url: `https://example.com/${"x".repeat(3000)}` })] }],
      "must be less than 3001 characters [json-pointer:/blocks/0/elements/0/url]",
    ],
    [
      "a button address that is none",
      [{ type: "actions", elements: [button({ url: "finding 1" })] }],
      "must be a valid url [json-pointer:/blocks/0/elements/0/url]",
    ],
    [
      "a button style that is none",
      [{ type: "actions", elements: [button({ style: "red" })] }],
      "must be a valid enum value",
    ],
    ["two blocks of one id", [section("x", { block_id: "a" }), section("y", { block_id: "a" })], "already exists"],
    ["a block id above 255 characters", [section("x", { block_id: "a".repeat(256) })], "must be less than 256"],
    [
      "two actions of one id",
      [{ type: "actions", elements: [button({ action_id: "a" }), button({ action_id: "a" })] }],
      "`action_id` already exists [json-pointer:/blocks/0/elements/1/action_id]",
    ],
  ])("refuses %s, and says where", async (_what, blocks, message) => {
    await slack.start();

    const answer = await post({ text: "x", blocks });

    expect(answer).toMatchObject({ ok: false, error: "invalid_blocks" });
    expect(answer.response_metadata.messages.join()).toContain(message);
  });

  it("shows all that a person reads: text, blocks, and links with their addresses", async () => {
    await slack.start();

    const answer = await post({
      text: "S3 &amp; more",
      blocks: [
        { type: "header", text: { type: "plain_text", text: "HIGH <a> &lt;b&gt;" } },
        section("<https://example.com/?a=1&amp;b=2|Finding> in *prod* <!here>", { accessory: button({ value: "v" }) }),
        { type: "divider" },
        { type: "section", fields: [{ type: "mrkdwn", text: "*Region*\nap-northeast-1" }] },
        { type: "context", elements: [{ type: "plain_text", text: "first seen" }] },
        { type: "actions", elements: [button({ url: "https://example.com/go" })] },
      ],
      attachments: [{ color: "#e01e5a", blocks: [section("in the bar")] }],
    });

    expect(answer.ok).toBe(true);
    expect(slack.inbox.store.entries.slack[0]?.text.split("\n")).toEqual([
      ...["S3 & more", "HIGH <a> <b>", "Finding (https://example.com/?a=1&b=2) in *prod* @here", "Open"],
      ...["*Region*", "ap-northeast-1", "first seen", "Open (https://example.com/go)", "in the bar"],
    ]);
  });

  it("puts replies into the entry of their thread", async () => {
    await slack.start();
    const parent = await post({ text: "opened" });

    const reply = await post({ text: "risen", thread_ts: parent.ts });
    const toReply = await post({ text: "again", thread_ts: reply.ts });

    expect(reply).toMatchObject({ ok: true, message: { thread_ts: parent.ts } });
    expect(toReply).toMatchObject({ ok: false, error: "thread_not_found" });
    expect(slack.inbox.store.entries.slack).toMatchObject([{ text: "opened", replies: [{ text: "risen" }] }]);
  });

  it("answers a repeated client_msg_id with the first message, for a short time only", async () => {
    await slack.start();
    const first = await post({ text: "x", client_msg_id: ID });

    slack.inbox.clock.ms += 59_000;
    const repeat = await post({ text: "x", client_msg_id: ID });
    const elsewhere = await call("chat.postMessage", { channel: "C0OTHER", text: "x", client_msg_id: ID });
    slack.inbox.clock.ms += 2_000;
    const later = await post({ text: "x", client_msg_id: ID });

    expect(repeat).toMatchObject({ ok: true, ts: first.ts });
    expect(elsewhere).toMatchObject({ ok: false, error: "duplicate_channel_not_found" });
    expect(later.ts).not.toBe(first.ts);
    expect(slack.inbox.store.entries.slack).toHaveLength(2);
  });

  it("takes about one message a second and channel, and says how long to wait", async () => {
    await slack.start({ postLimit: { perSecond: 1, burst: 2 } });
    await post({ text: "1" });
    await call("chat.postMessage", { channel: "security", text: "2" });

    const headers = { "content-type": "application/json; charset=utf-8", authorization: `Bearer ${TOKEN}` };
    const third = await send("chat.postMessage", JSON.stringify({ channel: "C0SECURITY", text: "3" }), headers);
    const elsewhere = await call("chat.postMessage", { channel: "C0OTHER", text: "3" });
    slack.inbox.clock.ms += 1000;
    const later = await post({ text: "3" });

    expect(third.status).toBe(429);
    expect(third.headers.get("retry-after")).toBe("1");
    expect(await third.json()).toEqual({ ok: false, error: "ratelimited" });
    expect([elsewhere.ok, later.ok]).toEqual([true, true]);
  });
});
