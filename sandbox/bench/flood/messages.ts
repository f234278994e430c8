import type { Channel } from "../../../handlers/alert/types";
import { alertKeyIn } from "../../inbox/alertKey";
import type { BacklogEntry, InboxEntries, MailEntry, SlackEntry } from "../../inbox/store";

/** One message that a person got. */
export interface Message {
  channel: Channel;
  /** word: on one alert, by itself. digest: on many. other: alarms, and that the budget is used up. */
  kind: "word" | "digest" | "other";
  /** Whether it goes on in something that was there: a reply, a comment. */
  goesOn: boolean;
  /** Of a word. */
  alertKey?: string;
  /** Of a word: which version of its alert it tells, where that can be read. */
  version?: number;
  text: string;
}

/** Every message of an inbox. What was changed in place is no message: nobody is told of it. */
export const messagesOf = ({ slack, backlog, mail }: InboxEntries): Message[] => [
  ...slack.flatMap((entry) => [slackMessage(entry, false), ...entry.replies.map((reply) => slackMessage(reply, true))]),
  ...backlog.flatMap(backlogMessages),
  ...mail.map(mailMessage),
];

const slackMessage = ({ text, metadata }: Pick<SlackEntry, "text" | "metadata">, goesOn: boolean): Message => {
  const { alertKey, version } = (metadata?.event_payload ?? {}) as { alertKey?: string; version?: number };
  const kind = alertKey ? "word" : metadata?.event_type === "hakken_digest" ? "digest" : "other";
  return { channel: "slack", kind, goesOn, alertKey, version, text };
};

const backlogMessages = ({ text, comments }: BacklogEntry): Message[] => {
  const alertKey = alertKeyIn(text);
  const message = (goesOn: boolean, own: string): Message => ({
    channel: "backlog",
    kind: alertKey ? "word" : "other",
    goesOn,
    alertKey,
    version: versionIn(own),
    text: own,
  });
  return [message(false, text), ...comments.map((comment) => message(true, comment.text))];
};

const mailMessage = ({ subject, text }: MailEntry): Message => {
  const alertKey = alertKeyIn(text);
  const kind = alertKey ? "word" : subject.includes("[hakken] digest:") ? "digest" : "other";
  return { channel: "mail", kind, goesOn: false, alertKey, text };
};

/** A comment's marker line names its version; an issue's none. */
const versionIn = (text: string): number | undefined => {
  const version = [...text.matchAll(/^hakken: [0-9a-f]{32}\/\d+\/(\d+)$/gm)].at(-1)?.[1];
  return version === undefined ? undefined : Number(version);
};
