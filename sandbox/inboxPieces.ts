import type { Channel } from "../handlers/alert/types";
import type { InboxEntries } from "./inbox/store";

/** One thing that a person got to read: a message, or what was added to it later. */
export interface Piece {
  channel: Channel;
  kind: "message" | "update" | "reply" | "comment";
  text: string;
  /** ISO 8601, UTC. */
  at: string;
  /** The text of the message that it belongs to, its own for a message: there stands whose alert it is. */
  message: string;
}

/** All pieces of an inbox, by channel and within it in the order in which they came. */
export const piecesOf = ({ slack, backlog, mail }: InboxEntries): Piece[] => [
  ...slack.flatMap((entry) => [
    piece("slack", "message", entry, entry.text),
    ...entry.updates.map((update) => piece("slack", "update", update, entry.text)),
    ...entry.replies.map((reply) => piece("slack", "reply", reply, entry.text)),
  ]),
  ...backlog.flatMap((entry) => [
    piece("backlog", "message", entry, entry.text),
    ...entry.updates.map((update) => piece("backlog", "update", update, entry.text)),
    ...entry.comments.map((comment) => piece("backlog", "comment", comment, entry.text)),
  ]),
  ...mail.map((entry) => piece("mail", "message", entry, entry.text)),
];

/** What came since an earlier look. An inbox only grows, so what was there is a part of what is there now. */
export const newPieces = (before: InboxEntries, after: InboxEntries): Piece[] => {
  const left = new Map<string, number>();
  for (const old of piecesOf(before)) left.set(nameOf(old), (left.get(nameOf(old)) ?? 0) + 1);
  return piecesOf(after).filter((one) => {
    const count = left.get(nameOf(one)) ?? 0;
    left.set(nameOf(one), count - 1);
    return count <= 0;
  });
};

const piece = (
  channel: Channel,
  kind: Piece["kind"],
  version: { text: string; at: string },
  message: string,
): Piece => ({
  channel,
  kind,
  text: version.text,
  at: version.at,
  message,
});

const nameOf = ({ channel, kind, text, at }: Piece): string => JSON.stringify([channel, kind, text, at]);
