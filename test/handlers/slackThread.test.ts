import { fetch } from "undici";
import { afterEach, describe, expect, it } from "vitest";
import { isRefused, isSlowDown } from "../../handlers/alert/errors";
import type { Sending, Told } from "../../handlers/alert/record";
import type { Notice } from "../../handlers/alert/types";
import { slackService } from "../../handlers/slack";
import type { SlackOptions } from "../../sandbox/doubles/slack/slack";
import type { Fault } from "../../sandbox/inbox/faults";
import { type RunningInbox, runInbox, TOKEN } from "../sandbox/doubles/running";
import { aFinding } from "./alert/world";
import { noticeOf } from "./fixtures";

let running: RunningInbox;
afterEach(() => running.close());

/** The channel, on a workspace of the double. A repeated client_msg_id makes a second message: nothing is to rely on it. */
async function start(slack: Partial<SlackOptions> = {}) {
  running = await runInbox({ slack: { dedupeSeconds: 0, ...slack } as SlackOptions });
  const settings = { apiUrl: `${running.url}/slack/api`, channel: "C0SECURITY", homeRegion: "ap-northeast-1" };
  return slackService({ ...settings, language: "en", timeoutSeconds: 60 }, async () => TOKEN);
}

const bucket = (n: number) => ({ type: "AwsS3Bucket", id: `arn:aws:s3:::bucket-${n}` });
const notice = (changes: Partial<Notice> = {}): Notice =>
  noticeOf(aFinding({ severity: changes.kind === "risen" ? "CRITICAL" : "HIGH" }), {
    openedAt: "2026-11-22T02:00:00.000Z",
    ...changes,
  });
const rise = notice({ kind: "risen", version: 2, previousSeverity: "HIGH" });
const growth = notice({
  ...{ kind: "risen", version: 2, previousSeverity: "CRITICAL" },
  added: { resources: [bucket(1), bucket(2)], count: 12 },
});
const closing = notice({ kind: "closed", version: 3, outcome: "passed", closedAt: "2026-11-22T03:10:00.000Z" });
const request = notice({ kind: "requested", version: 2 });
const reopening = notice({ kind: "reopened", occurrence: 2, version: 4, previousSeverity: "HIGH" });

const told = (reference: string): Told => ({
  ...{ occurrence: 1, version: 1, severity: "HIGH", at: "2026-11-22T02:00:00.000Z" },
  reference,
});
const attempt: Sending = {
  ...{ occurrence: 1, version: 2, severity: "HIGH", execution: "execution-1", times: 1 },
  since: "2026-11-22T02:59:00.000Z",
  at: "2026-11-22T03:00:00.000Z",
};

const messages = () => running.store.entries.slack;
const first = () => {
  const [message] = messages();
  if (!message) throw new Error("nothing was posted");
  return message;
};
/** What a person reads of the message now. */
const shown = () => first().updates.at(-1)?.text ?? first().text;
const blocks = () => running.store.looks.get(first())?.blocks.length;
const fail = (fault: Partial<Fault>) => running.faults.add({ channel: "slack", fault: "500", times: 1, ...fault });
const ask = async (method: string, form: Record<string, string>): Promise<unknown> => {
  const url = `${running.url}/slack/api/${method}`;
  const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/x-www-form-urlencoded" };
  return (await fetch(url, { method: "POST", headers, body: new URLSearchParams(form).toString() })).json();
};
const remove = (ts: string) => ask("chat.delete", { channel: "C0SECURITY", ts });
const isBroadcast = async () => {
  const { messages: seen } = (await ask("conversations.history", { channel: "C0SECURITY" })) as {
    messages: { subtype?: string }[];
  };
  return seen.some(({ subtype }) => subtype === "thread_broadcast");
};

describe("what goes on in a message", () => {
  it.each([
    ["a higher severity", rise, "Severity rose from HIGH to CRITICAL", true],
    ["more resources", growth, "12 more resources are affected", false],
    ["a person's request", request, "Sent by a person", true],
    ["an opening again", reopening, "This is back: occurrence 2", true],
    ["a closing", closing, "Closed: the check passes", false],
  ] as const)("for %s: the message is today's state, and its thread says what is new", async (_, next, says, loud) => {
    const slack = await start();
    const ts = await slack.send(notice(), undefined);

    const reference = await slack.send(next, told(ts));

    expect(reference).toBe(ts);
    expect(messages()).toHaveLength(1);
    expect(shown()).toContain(says);
    expect(first().replies.map(({ text }) => text)).toEqual([expect.stringContaining(says)]);
    expect(await isBroadcast()).toBe(loud);
  });

  it("lists the resources that are new in the thread, up to ten", async () => {
    const slack = await start();
    const ts = await slack.send(notice(), undefined);

    await slack.send(growth, told(ts));

    expect(first().replies[0]?.text).toContain("*New resources*\n`arn:aws:s3:::bucket-1` AwsS3Bucket");
    expect(first().replies[0]?.text).toContain("and 10 more");
  });

  it("shrinks to the outcome when it closes, the marker kept, and grows when it opens again", async () => {
    const slack = await start();
    const ts = await slack.send(notice(), undefined);
    const full = blocks();

    await slack.send(closing, told(ts));
    const [closed, small] = [shown(), blocks()];
    await slack.send(reopening, told(ts));

    expect([full, small, blocks()]).toEqual([6, 2, 7]);
    expect(closed).toContain("*Closed: the check passes* ・ HIGH");
    expect(closed).toContain("open for 1 h 10 min");
    expect(closed).toContain(`hakken: ${closing.alertKey}/1`);
    expect(shown()).toContain("Found by");
    expect(shown()).toContain(`hakken: ${closing.alertKey}/2`);
  });

  it("is one message, shrunk, where it closed before it was told", async () => {
    const slack = await start();

    await slack.send(notice({ kind: "openedAndClosed", outcome: "suppressed" }), undefined);

    expect(first().text).toContain("Closed before it could be told: suppressed");
    expect(first().text).not.toContain("Found by");
    expect(first()).toMatchObject({ updates: [], replies: [] });
  });

  it("links the message of the occurrence before where this one has its own; one that is gone is not linked", async () => {
    const slack = await start();
    const ts = await slack.send(notice(), undefined);
    const anew = { kind: "opened", occurrence: 2, previousReference: ts } as const;

    await slack.send(notice({ ...anew, version: 2 }), told(ts));
    await remove(ts);
    await slack.send(notice({ ...anew, version: 3 }), told(ts));

    const link = `(https://sandbox.slack.com/archives/C0SECURITY/p${ts.replace(".", "")})`;
    expect(messages()[1]?.text).toContain(link);
    expect(messages()[2]?.text).not.toContain(link);
    expect(messages()[2]?.text).toContain("This is back: occurrence 2");
  });
});

describe("a message that is gone", () => {
  it.each([
    ["deleted", 0],
    ["deleted, with its thread left", 1],
  ] as const)("%s: a new one tells it all, and is found again", async (_, replies) => {
    const slack = await start();
    const ts = await slack.send(notice(), undefined);
    for (let n = 0; n < replies; n++) {
      await ask("chat.postMessage", { channel: "C0SECURITY", thread_ts: ts, text: "I look at it" });
    }
    await remove(ts);

    const reference = await slack.send(rise, told(ts));
    const found = await slack.find?.(rise, told(ts), attempt);

    expect(reference).not.toBe(ts);
    expect(found).toBe(reference);
    expect(messages()).toHaveLength(2);
    expect(messages()[1]?.text).toContain("Found by");
    expect(messages()[1]?.text).toContain("Severity rose from HIGH to CRITICAL");
  });

  it("to changes alone, since the workspace forbids late ones: a new one tells it", async () => {
    const slack = await start({ editSeconds: 300 });
    const ts = await slack.send(notice(), undefined);
    running.clock.ms += 301_000;

    const reference = await slack.send(closing, told(ts));

    expect(reference).not.toBe(ts);
    expect(messages()[1]?.text).toContain("Closed: the check passes");
  });
});

describe("after an unknown outcome", () => {
  it.each(["opened", "openedAndClosed"] as const)("a message is found again: %s", async (kind) => {
    const slack = await start();
    fail({ fault: "timeout-after" });
    const lost = await slack.send(notice({ kind }), undefined).catch((error: Error) => error);

    const found = await slack.find?.(notice({ kind }), undefined, attempt);

    expect(lost).toBeInstanceOf(Error);
    expect(isRefused(lost) || isSlowDown(lost)).toBe(false);
    expect(found).toBe(first().ts);
  });

  it("a reply is found again, and the message is what it says", async () => {
    const slack = await start();
    const ts = await slack.send(notice(), undefined);
    // Found in the reply alone: the update carries no metadata.
    fail({ fault: "timeout-after", match: "hakken_alert" });
    const lost = await slack.send(rise, told(ts)).catch((error: Error) => error);
    await ask("chat.update", { channel: "C0SECURITY", ts, text: "what an older attempt wrote" });

    const found = await slack.find?.(rise, told(ts), attempt);

    expect(lost).toBeInstanceOf(Error);
    expect(found).toBe(ts);
    expect(shown()).toContain("Severity rose from HIGH to CRITICAL");
    expect(first().replies).toHaveLength(1);
  });

  it("nothing is found of a reply that did not go, though the message was changed; then both are done again", async () => {
    const slack = await start();
    const ts = await slack.send(notice(), undefined);
    fail({ fault: "timeout-after" });
    const lost = await slack.send(closing, told(ts)).catch((error: Error) => error);

    const found = await slack.find?.(closing, told(ts), attempt);
    const reference = await slack.send(closing, told(ts));

    expect(lost).toBeInstanceOf(Error);
    expect([found, reference]).toEqual([undefined, ts]);
    expect(first().updates).toHaveLength(2);
    expect(first().replies).toHaveLength(1);
  });

  it("asks for patience where the reply is refused for now, and says nothing twice", async () => {
    const slack = await start({ postLimit: { perSecond: 1, burst: 1 } });
    const ts = await slack.send(notice(), undefined);

    const thrown: unknown = await slack.send(rise, told(ts)).catch((error) => error);
    running.clock.ms += 1000;
    await slack.send(rise, told(ts));

    expect(isSlowDown(thrown)).toBe(true);
    expect(first().replies).toHaveLength(1);
  });
});
