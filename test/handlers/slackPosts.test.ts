import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isSlowDown } from "../../handlers/alert/errors";
import type { SlackPages } from "../../handlers/messages/slackPages";
import { slackApi } from "../../handlers/slackApi";
import { type SlackPosts, slackPosts } from "../../handlers/slackPosts";
import type { SlackOptions } from "../../sandbox/doubles/slack/slack";
import type { Fault } from "../../sandbox/inbox/faults";
import { type RunningInbox, runInbox, TOKEN } from "../sandbox/doubles/running";

let running: RunningInbox;
let posts: SlackPosts;
beforeEach(() => start());
afterEach(() => running.close());

async function start(slack: Partial<SlackOptions> = {}): Promise<void> {
  running = await runInbox({ slack: slack as SlackOptions, now: Date.now });
  posts = slackPosts(
    slackApi(`${running.url}/slack/api`, "C0SECURITY", async () => TOKEN),
    "C0SECURITY",
  );
}
const page = (text: string) => ({
  text,
  blocks: [{ type: "section" as const, text: { type: "mrkdwn" as const, text } }],
});
const list: SlackPages = { message: page("first"), replies: [page("second"), page("third")] };
const fail = (fault: Partial<Fault>) => running.faults.add({ channel: "slack", fault: "500", times: 1, ...fault });
/** Each message with its replies, by what notifications say of it. */
const heard = () =>
  running.store.entries.slack.map((entry) =>
    [entry, ...entry.replies].map(({ text }) => text.split("\n")[0]).join(" > "),
  );

describe("a list of several messages in Slack", () => {
  it("has the first in the channel and the rest in its thread, a second apart", async () => {
    await running.close();
    await start({ postLimit: { perSecond: 1, burst: 1 } });
    const begun = Date.now();

    const ts = await posts.send("1", list, undefined);

    expect(running.store.entries.slack[0]?.ts).toBe(ts);
    expect(heard()).toEqual(["first > second > third"]);
    expect(Date.now() - begun).toBeGreaterThan(1900);
  });

  it("waits in the middle as long as Slack asks, and posts nothing twice", async () => {
    fail({ fault: "429", retryAfter: 2, match: "third" });

    await posts.send("1", list, undefined);

    expect(heard()).toEqual(["first > second > third"]);
  });

  it("is put off where Slack asks for patience before the first one", async () => {
    fail({ fault: "429", retryAfter: 2 });

    const outcome = await posts.send("1", list, undefined).catch((error: unknown) => error);

    expect(isSlowDown(outcome)).toBe(true);
    expect(heard()).toEqual([]);
  });

  it("has begun, for whoever asks, where a later one fails: nothing is to be sent anew", async () => {
    fail({ fault: "429", retryAfter: 60, match: "second" });

    const outcome = await posts.send("1", list, undefined).catch((error: Error) => error);

    expect(isSlowDown(outcome)).toBe(false);
    expect(heard()).toEqual(["first"]);
  });

  it("is finished where it had begun: what is missing is posted, and nothing else", async () => {
    fail({ match: "third" });
    await posts.send("1", list, undefined).catch(() => {});
    const before = heard();

    const [ts, again] = [await posts.finish("1", list, undefined), await posts.finish("1", list, undefined)];

    expect(before).toEqual(["first > second"]);
    expect(heard()).toEqual(["first > second > third"]);
    expect([ts, again]).toEqual([running.store.entries.slack[0]?.ts, running.store.entries.slack[0]?.ts]);
  });

  it("is finished in the thread that it hangs on, among the lists there", async () => {
    const thread = await posts.send("1", { message: page("day"), replies: [] }, undefined);
    await posts.send("2", list, thread);
    fail({ match: "second" });
    await posts.send("3", list, thread).catch(() => {});

    await posts.finish("3", list, thread);

    expect(heard()).toEqual(["day > first > second > third > first > second > third"]);
  });

  it("is not there where it never began", async () => {
    expect(await posts.finish("1", list, undefined)).toBeUndefined();
    expect(heard()).toEqual([]);
  });
});
