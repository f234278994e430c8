import type { Channel } from "../../handlers/alert/types";

/** What a person reads at one moment of a message's life. */
export interface Version {
  text: string;
  /** ISO 8601, UTC. */
  at: string;
}

interface SlackMessageEntry extends Version {
  /** Slack's name of the message in its channel, such as "1700000000.000100". */
  ts: string;
  metadata?: SlackMetadata;
  /** The whole text after each chat.update, oldest first; `text` stays what was posted first. */
  updates: Version[];
}

export interface SlackMetadata {
  event_type: string;
  event_payload: Record<string, unknown>;
}

export interface SlackEntry extends SlackMessageEntry {
  id: string;
  /** The channel's id, such as "C0SECURITY". */
  channel: string;
  replies: SlackMessageEntry[];
}

export type SlackReplyEntry = SlackMessageEntry;

/** What a Backlog issue says beside its text, in the words that its page shows. */
export interface BacklogFields {
  status: string;
  /** Whether that status ends it. */
  isClosed: boolean;
  resolution: string | null;
  priority: string;
  categories: string[];
  assignee: string | null;
  /** yyyy-MM-dd. */
  dueDate: string | null;
}

export interface BacklogEntry extends Version {
  /** Issue key, such as "SEC-1". `text` is summary, type, priority and description as filed. */
  key: string;
  /** How description and comments are written. */
  textFormat: "markdown" | "backlog";
  /** As they are now. */
  fields: BacklogFields;
  /** Names of those who were told of the issue when it was filed. */
  notified: string[];
  /** What each PATCH changed, oldest first. */
  updates: Version[];
  /** Each with the names of those who were told of it. */
  comments: (Version & { notified: string[] })[];
}

export interface MailEntry extends Version {
  to: string;
  subject: string;
  /** Tells mails on findings from mails on alarms. */
  topicArn: string;
  /** SNS gives all recipients of one publication the same. */
  messageId: string;
}

export interface InboxEntries {
  slack: SlackEntry[];
  backlog: BacklogEntry[];
  mail: MailEntry[];
}

/** How a Slack message looks, beside its text: kept for the page, not part of the JSON. */
export interface SlackLook {
  text: string;
  blocks: readonly unknown[];
  attachments: readonly { color?: string; blocks?: readonly unknown[]; fallback?: string; text?: string }[];
}

export interface InboxStore {
  /** Oldest first. Live objects: the doubles add updates, replies and comments to the entries that they put here. */
  entries: InboxEntries;
  /** The latest look of a Slack message or reply. */
  looks: WeakMap<SlackEntry | SlackReplyEntry, SlackLook>;
  /** Tells every listener that a channel's entries changed. */
  changed(channel: Channel): void;
  /** Calls the listener at each change until the returned function is called. */
  subscribe(listener: (channel: Channel) => void): () => void;
}

/** What the three services were given and took. */
export function createStore(): InboxStore {
  const listeners = new Set<(channel: Channel) => void>();
  return {
    entries: { slack: [], backlog: [], mail: [] },
    looks: new WeakMap(),
    changed: (channel) => {
      for (const listener of listeners) listener(channel);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
