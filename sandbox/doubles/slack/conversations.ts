import { createHash } from "node:crypto";
import type { InboxStore, SlackEntry, SlackLook, SlackMetadata, SlackReplyEntry } from "../../inbox/store";
import { SlackRefusal } from "./arguments";
import { readableText } from "./reading";

export interface SlackChannel {
  /** Such as "C0SECURITY". */
  id: string;
  /** Without "#". */
  name: string;
  /** Whether the app was invited to it; default true. */
  member?: boolean;
  archived?: boolean;
}

export interface SlackMessage {
  channel: SlackChannel;
  ts: string;
  look: SlackLook;
  metadata?: SlackMetadata;
  threadTs?: string;
  /** A reply that is shown in the channel too. */
  broadcast: boolean;
  editedTs?: string;
  clientMessageId?: string;
  /** Deleted, though its thread is still there: Slack keeps a tombstone in its place. */
  tombstone?: boolean;
  entry: SlackEntry | SlackReplyEntry;
}

/** The workspace's messages, and their entries in the inbox. */
export function createConversations(channels: readonly SlackChannel[], store: InboxStore, now: () => number) {
  const messages: SlackMessage[] = [];
  let lastMicros = 0;
  /** Unique and rising, as Slack's are within a channel. */
  const nextTs = () => {
    lastMicros = Math.max(lastMicros + 100, now() * 1000);
    return `${Math.floor(lastMicros / 1e6)}.${String(lastMicros % 1e6).padStart(6, "0")}`;
  };
  const lookUp = (given: string, byName: boolean) =>
    channels.find(({ id, name }) => id === given || (byName && name === given.replace(/^#/, "")));
  const version = (look: SlackLook) => ({ text: readableText(look), at: new Date(now()).toISOString() });

  return {
    messages: messages as readonly SlackMessage[],

    /** By id; chat.postMessage takes a name too, every other method the id alone. */
    channel: (given: string, byName: boolean): SlackChannel => {
      const found = lookUp(given, byName);
      if (found === undefined) throw new SlackRefusal("channel_not_found");
      return found;
    },

    /** What a post's rate is counted by: the same for a channel's id and name. */
    rateKey: (given: string): string => lookUp(given, true)?.id ?? "unknown",

    find: (channel: SlackChannel, ts: string): SlackMessage | undefined =>
      messages.find((message) => message.channel === channel && message.ts === ts),

    post: (post: Omit<SlackMessage, "ts" | "entry">): SlackMessage => {
      const ts = nextTs();
      const shown = { ts, ...version(post.look), ...(post.metadata && { metadata: post.metadata }), updates: [] };
      const parent = messages.find(({ channel, ts }) => channel === post.channel && ts === post.threadTs);
      let entry: SlackEntry | SlackReplyEntry = shown;
      if (parent !== undefined && "replies" in parent.entry) {
        parent.entry.replies.push(entry);
      } else {
        const first: SlackEntry = { id: `${post.channel.id}:${ts}`, channel: post.channel.id, ...shown, replies: [] };
        store.entries.slack.push(first);
        entry = first;
      }
      const message = { ...post, ts, entry };
      messages.push(message);
      store.looks.set(entry, post.look);
      store.changed("slack");
      return message;
    },

    update: (message: SlackMessage, look: SlackLook, metadata: SlackMetadata | undefined): void => {
      message.look = look;
      message.metadata = metadata;
      message.editedTs = nextTs();
      message.entry.updates.push(version(look));
      if (metadata === undefined) delete message.entry.metadata;
      else message.entry.metadata = metadata;
      store.looks.set(message.entry, look);
      store.changed("slack");
    },

    /** As a person deletes it: with it goes its metadata; what has replies leaves a tombstone. The inbox keeps what it said. */
    remove: (message: SlackMessage): void => {
      const replies = messages.filter(
        ({ channel, threadTs }) => channel === message.channel && threadTs === message.ts,
      );
      const look = { text: "This message was deleted.", blocks: [], attachments: [] };
      if (replies.length > 0) Object.assign(message, { look, metadata: undefined, tombstone: true });
      else messages.splice(messages.indexOf(message), 1);
      message.entry.updates.push(version(look));
      delete message.entry.metadata;
      store.looks.set(message.entry, look);
      store.changed("slack");
    },
  };
}

export type Conversations = ReturnType<typeof createConversations>;

/** "1700000000.000100", or less exact, in whole microseconds. Undefined when it is none. */
export function microsOf(ts: string): number | undefined {
  const parts = /^(\d{1,10})(?:\.(\d{1,6}))?$/.exec(ts);
  return parts === null ? undefined : Number(parts[1]) * 1e6 + Number((parts[2] ?? "").padEnd(6, "0"));
}

/** A message as the API gives it back. Without `allMetadata` only the type of its metadata shows. */
export function messageJson(message: SlackMessage, replies: readonly SlackMessage[], allMetadata: boolean) {
  const latest = replies.at(-1);
  return {
    type: "message",
    user: "U0HAKKEN",
    bot_id: "B0HAKKEN",
    app_id: "A0HAKKEN",
    team: "T0SANDBOX",
    ts: message.ts,
    text: message.look.text,
    ...(message.look.blocks.length > 0 && { blocks: message.look.blocks.map(withBlockId) }),
    ...(message.look.attachments.length > 0 && { attachments: message.look.attachments }),
    ...(message.metadata && {
      metadata: allMetadata ? message.metadata : { event_type: message.metadata.event_type },
    }),
    ...(message.editedTs !== undefined && { edited: { user: "U0HAKKEN", ts: message.editedTs } }),
    ...(message.threadTs !== undefined && { thread_ts: message.threadTs, parent_user_id: "U0HAKKEN" }),
    ...(message.threadTs !== undefined && message.broadcast && { subtype: "thread_broadcast" }),
    ...(message.tombstone && { subtype: "tombstone", user: "USLACKBOT" }),
    ...(latest !== undefined && { thread_ts: message.ts, reply_count: replies.length, latest_reply: latest.ts }),
  };
}

/** Slack names each block that came without a name. */
function withBlockId(block: unknown, index: number): unknown {
  const id = createHash("sha256")
    .update(`${index}${JSON.stringify(block)}`)
    .digest("base64url")
    .slice(0, 5);
  return { block_id: id, ...(block as object) };
}
