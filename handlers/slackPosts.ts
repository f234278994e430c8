import { isBroken, isSlowDown } from "./alert/errors";
import type { SlackPages } from "./messages/slackPages";
import type { SlackApi, SlackPosted } from "./slackApi";

/** Lists that take several messages: one in the channel or in a thread, the rest below it. */
export interface SlackPosts {
  /** Posts all of it and gives the first message's ts. Throws `slowDown` only where nothing went. */
  send(id: string, pages: SlackPages, thread: string | undefined): Promise<string>;
  /** After an unknown outcome: posts what is missing, if the first message is there, and gives its ts. */
  finish(id: string, pages: SlackPages, thread: string | undefined): Promise<string | undefined>;
}

/** Names hakken's digests in their metadata. */
const EVENT_TYPE = "hakken_digest";
/** Two hundred messages each. */
const MOST_READ = 20;
/** Slack takes about one message a second in a channel. https://docs.slack.dev/apis/web-api/rate-limits */
const PACE_MS = 1000;
/** So long a list that has begun waits where Slack asks for patience; with more it goes on at the next run. */
const PATIENCE_SECONDS = 30;

/** A digest's messages in Slack, each with an id by which it is found again. */
export function slackPosts(api: SlackApi, channel: string): SlackPosts {
  let nextAt = 0;
  const post = async (message: object, inThread: string | undefined, id: string): Promise<string> => {
    await pause(nextAt - Date.now());
    const metadata = { event_type: EVENT_TYPE, event_payload: { id } };
    const thread = inThread && { thread_ts: inThread };
    const posted = { channel, ...message, metadata, unfurl_links: false, ...thread };
    const { ts } = await api.write("chat.postMessage", posted).finally(() => {
      nextAt = Date.now() + PACE_MS;
    });
    if (!ts) throw new Error("Slack's answer to chat.postMessage has no ts");
    return ts;
  };
  const postReplies = async (
    id: string,
    { replies }: SlackPages,
    thread: string,
    there: ReadonlyMap<string, string>,
  ) => {
    for (const [i, reply] of replies.entries()) {
      const own = `${id}+${i + 1}`;
      if (!there.has(own)) await patiently(() => post(reply, thread, own));
    }
  };
  /** Messages of a list, by their ids. */
  const read = async (id: string, inThread: string | undefined): Promise<Map<string, string>> => {
    // A day back: a digest that is not through by then begins anew.
    const oldest = String(Date.now() / 1000 - 86_400);
    const where = { channel, oldest, limit: "200", include_all_metadata: "true", ...(inThread && { ts: inThread }) };
    const found = new Map<string, string>();
    let next: { cursor?: string } = {};
    for (let page = 0; page < MOST_READ; page++) {
      const method = inThread ? "conversations.replies" : "conversations.history";
      const { messages = [], response_metadata } = await api.read(method, { ...where, ...next });
      for (const message of messages) {
        const own = idOf(message);
        if (own === id || own?.startsWith(`${id}+`)) found.set(own, message.ts);
      }
      const cursor = response_metadata?.next_cursor;
      if (!cursor) return found;
      next = { cursor };
    }
    throw new Error(`Slack channel ${channel} has more messages of one day than are looked through`);
  };

  return {
    send: async (id, pages, thread) => {
      const ts = await post(pages.message, thread, id);
      await postReplies(id, pages, thread ?? ts, new Map());
      return ts;
    },
    finish: async (id, pages, thread) => {
      const there = await read(id, thread);
      const ts = there.get(id);
      if (ts === undefined || pages.replies.length === 0) return ts;
      await postReplies(id, pages, thread ?? ts, thread ? there : await read(id, ts));
      return ts;
    },
  };
}

/** Waits as long as Slack asks. What has begun is not "nothing went": any other error leaves it to be finished. */
async function patiently(post: () => Promise<unknown>): Promise<void> {
  const until = Date.now() + PATIENCE_SECONDS * 1000;
  for (;;) {
    try {
      await post();
      return;
    } catch (error) {
      if (isSlowDown(error) && Date.now() + error.seconds * 1000 < until) {
        await pause(error.seconds * 1000);
        continue;
      }
      if (isSlowDown(error) || isBroken(error)) throw new Error(`A part of a digest is not through: ${error.message}`);
      throw error;
    }
  }
}

const pause = (milliseconds: number): Promise<void> | undefined =>
  milliseconds > 0 ? new Promise((over) => void setTimeout(over, milliseconds)) : undefined;

const idOf = ({ metadata }: SlackPosted): string | undefined =>
  metadata?.event_type === EVENT_TYPE ? (metadata.event_payload as { id?: string } | undefined)?.id : undefined;
