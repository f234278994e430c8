import {
  booleanArgument,
  onlyKnown,
  requiredArgument,
  type SlackArguments,
  SlackRefusal,
  textArgument,
} from "./arguments";
import { readLook, readMetadata } from "./content";
import { type Conversations, messageJson, microsOf, type SlackChannel, type SlackMessage } from "./conversations";

export interface SlackMethod {
  /** One of these is needed. */
  scopes: readonly string[];
  writes: boolean;
  /** What its rate is counted by: chat.postMessage by channel, the others by themselves. */
  rateKey?(args: SlackArguments): string;
  run(args: SlackArguments): Record<string, unknown>;
}

const TEXT_ARGUMENTS = ["channel", "text", "blocks", "attachments", "metadata", "parse", "link_names"] as const;
const POST_ARGUMENTS = [
  ...TEXT_ARGUMENTS,
  ...["client_msg_id", "thread_ts", "reply_broadcast", "unfurl_links", "unfurl_media", "mrkdwn"],
  ...["icon_emoji", "icon_url", "username"],
];
const PAGE_ARGUMENTS = ["channel", "cursor", "include_all_metadata", "inclusive", "latest", "limit", "oldest"];
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The Web API's methods, by name. https://docs.slack.dev/reference/methods */
export function slackMethods(
  conversations: Conversations,
  options: { dedupeSeconds: number; editSeconds: number; now: () => number },
): Record<string, SlackMethod> {
  const repliesTo = (parent: SlackMessage) =>
    conversations.messages.filter(({ channel, threadTs }) => channel === parent.channel && threadTs === parent.ts);

  const postMessage = (args: SlackArguments) => {
    onlyKnown(args, POST_ARGUMENTS);
    const channel = conversations.channel(requiredArgument(args, "channel"), true);
    if (channel.archived) throw new SlackRefusal("is_archived");
    if (channel.member === false) throw new SlackRefusal("not_in_channel");
    for (const name of ["unfurl_links", "unfurl_media", "mrkdwn", "link_names"]) booleanArgument(args, name);

    const clientMessageId = textArgument(args, "client_msg_id");
    if (clientMessageId !== undefined && !UUID.test(clientMessageId)) {
      throw new SlackRefusal("invalid_arguments", ["[ERROR] must be a UUID [json-pointer:/client_msg_id]"]);
    }
    const look = readLook(args);
    const metadata = readMetadata(args);
    const threadTs = textArgument(args, "thread_ts");
    const broadcast = booleanArgument(args, "reply_broadcast");
    if (threadTs !== undefined) {
      const parent = conversations.find(channel, threadTs);
      if (parent === undefined || parent.threadTs !== undefined) throw new SlackRefusal("thread_not_found");
      if (parent.tombstone) throw new SlackRefusal("cannot_reply_to_message");
    }

    const message =
      repeated(clientMessageId, channel) ??
      conversations.post({
        channel,
        look,
        broadcast,
        ...(metadata !== undefined && metadata !== "none" && { metadata }),
        ...(threadTs !== undefined && { threadTs }),
        ...(clientMessageId !== undefined && { clientMessageId }),
      });
    return { channel: channel.id, ts: message.ts, message: messageJson(message, [], true) };
  };

  /**
   * The message that the same client_msg_id made a short time ago. That a repeat is answered with it is inferred from the
   * errors duplicate_message_not_found and duplicate_channel_not_found, which are all that Slack documents of it.
   */
  const repeated = (clientMessageId: string | undefined, channel: SlackChannel) => {
    const since = (options.now() - options.dedupeSeconds * 1000) * 1000;
    const first = conversations.messages.find(
      (message) =>
        clientMessageId !== undefined &&
        message.clientMessageId === clientMessageId &&
        (microsOf(message.ts) ?? 0) >= since,
    );
    if (first !== undefined && first.channel !== channel) throw new SlackRefusal("duplicate_channel_not_found");
    return first;
  };

  const update = (args: SlackArguments) => {
    onlyKnown(args, [...TEXT_ARGUMENTS, "ts", "reply_broadcast"]);
    const channel = conversations.channel(requiredArgument(args, "channel"), false);
    const message = conversations.find(channel, requiredArgument(args, "ts"));
    if (message === undefined || message.tombstone) throw new SlackRefusal("message_not_found");
    if (channel.archived) throw new SlackRefusal("is_archived");
    const age = options.now() - (microsOf(message.ts) ?? 0) / 1000;
    if (age > options.editSeconds * 1000) throw new SlackRefusal("edit_window_closed");

    // A text without blocks takes the blocks away.
    const previous = args.text === undefined ? message.look : { ...message.look, blocks: [] };
    const look = readLook(args, previous);
    const metadata = readMetadata(args);
    conversations.update(message, look, metadata === "none" ? undefined : (metadata ?? message.metadata));
    return { channel: channel.id, ts: message.ts, text: look.text, message: messageJson(message, [], true) };
  };

  const remove = (args: SlackArguments) => {
    onlyKnown(args, ["channel", "ts"]);
    const channel = conversations.channel(requiredArgument(args, "channel"), false);
    const message = conversations.find(channel, requiredArgument(args, "ts"));
    if (message === undefined || message.tombstone) throw new SlackRefusal("message_not_found");
    conversations.remove(message);
    return { channel: channel.id, ts: message.ts };
  };

  const permalink = (args: SlackArguments) => {
    onlyKnown(args, ["channel", "message_ts"]);
    const channel = conversations.channel(requiredArgument(args, "channel"), false);
    const message = conversations.find(channel, requiredArgument(args, "message_ts"));
    if (message === undefined) throw new SlackRefusal("message_not_found");
    const thread = message.threadTs === undefined ? "" : `?thread_ts=${message.threadTs}&cid=${channel.id}`;
    const page = `https://sandbox.slack.com/archives/${channel.id}/p${message.ts.replace(".", "")}${thread}`;
    return { channel: channel.id, permalink: page };
  };

  const history = (args: SlackArguments) => {
    onlyKnown(args, PAGE_ARGUMENTS);
    const channel = readable(args);
    const inRange = rangeOf(args);
    const inChannel = (message: SlackMessage) => message.threadTs === undefined || message.broadcast;
    const newestFirst = conversations.messages
      .filter((message) => message.channel === channel && inChannel(message) && inRange(message))
      .reverse();
    return { ...page(newestFirst, args, 100), pin_count: 0 };
  };

  const replies = (args: SlackArguments) => {
    onlyKnown(args, [...PAGE_ARGUMENTS, "ts"]);
    const channel = readable(args);
    const parent = conversations.find(channel, requiredArgument(args, "ts"));
    if (parent === undefined) throw new SlackRefusal("thread_not_found");
    const oldestFirst = [parent, ...repliesTo(parent).filter(rangeOf(args))];
    return page(oldestFirst, args, 1000);
  };

  const readable = (args: SlackArguments) => {
    const channel = conversations.channel(requiredArgument(args, "channel"), false);
    if (channel.member === false) throw new SlackRefusal("not_in_channel");
    return channel;
  };

  const page = (messages: readonly SlackMessage[], args: SlackArguments, standard: number) => {
    const limit = Number(textArgument(args, "limit") ?? standard);
    if (!Number.isInteger(limit) || limit < 1 || limit > Math.max(999, standard)) {
      throw new SlackRefusal("invalid_limit");
    }
    const start = cursorStart(messages, textArgument(args, "cursor"));
    const rest = messages.slice(start);
    const next = rest[limit];
    const allMetadata = booleanArgument(args, "include_all_metadata");
    return {
      messages: rest.slice(0, limit).map((message) => messageJson(message, repliesTo(message), allMetadata)),
      has_more: next !== undefined,
      ...(next && { response_metadata: { next_cursor: Buffer.from(`next_ts:${next.ts}`).toString("base64") } }),
    };
  };

  const authTest = (args: SlackArguments) => {
    onlyKnown(args, []);
    return {
      url: "https://sandbox.slack.com/",
      team: "Sandbox",
      user: "hakken",
      team_id: "T0SANDBOX",
      user_id: "U0HAKKEN",
      bot_id: "B0HAKKEN",
      is_enterprise_install: false,
    };
  };

  const reading = ["channels:history", "groups:history"];
  return {
    "chat.postMessage": {
      scopes: ["chat:write"],
      writes: true,
      rateKey: (args) => conversations.rateKey(String(args.channel)),
      run: postMessage,
    },
    "chat.delete": { scopes: ["chat:write"], writes: true, run: remove },
    "chat.getPermalink": { scopes: [], writes: false, run: permalink },
    "chat.update": { scopes: ["chat:write"], writes: true, run: update },
    "conversations.history": { scopes: reading, writes: false, run: history },
    "conversations.replies": { scopes: reading, writes: false, run: replies },
    "auth.test": { scopes: [], writes: false, run: authTest },
  };
}

/** Whether a message lies between `oldest` and `latest`; the ends themselves only count with `inclusive`. */
function rangeOf(args: SlackArguments): (message: SlackMessage) => boolean {
  const bound = (name: "oldest" | "latest") => {
    const given = textArgument(args, name);
    if (given === undefined) return undefined;
    const micros = microsOf(given);
    if (micros === undefined) throw new SlackRefusal(`invalid_ts_${name}`);
    return micros;
  };
  const inclusive = booleanArgument(args, "inclusive");
  const oldest = bound("oldest") ?? -1;
  const latest = bound("latest") ?? Number.POSITIVE_INFINITY;
  return (message) => {
    const at = microsOf(message.ts) ?? 0;
    return (at > oldest && at < latest) || (inclusive && (at === oldest || at === latest));
  };
}

function cursorStart(messages: readonly SlackMessage[], cursor: string | undefined): number {
  if (cursor === undefined || cursor === "") return 0;
  const ts = /^next_ts:(.+)$/.exec(Buffer.from(cursor, "base64").toString())?.[1];
  const start = messages.findIndex((message) => message.ts === ts);
  if (start < 0) throw new SlackRefusal("invalid_cursor");
  return start;
}
