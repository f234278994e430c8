import type { SlackLook } from "../../inbox/store";
import { isObject } from "./arguments";

/** A piece of Slack's mrkdwn: plain text (still with its *bold* marks), or a link. */
export type Piece = { kind: "text"; text: string } | { kind: "link"; url: string; text: string };

/** Splits mrkdwn as Slack shows it: `<url|text>` is a link, `<!here>` a call, `&amp;` a sign. */
export function mrkdwnPieces(mrkdwn: string): Piece[] {
  return mrkdwn
    .split(/(<[^<>\n]+>)/)
    .filter((part) => part !== "")
    .map((part) =>
      /^<[^<>\n]+>$/.test(part) ? anglePiece(part.slice(1, -1)) : { kind: "text", text: unescaped(part) },
    );
}

function anglePiece(inner: string): Piece {
  const bar = inner.indexOf("|");
  const target = bar < 0 ? inner : inner.slice(0, bar);
  const label = bar < 0 ? undefined : unescaped(inner.slice(bar + 1));
  if (target.startsWith("!")) {
    const name = target.slice(1).split("^")[0];
    return { kind: "text", text: label ?? `@${name}` };
  }
  if (target.startsWith("@") || target.startsWith("#")) {
    return { kind: "text", text: label === undefined ? target : `${target[0]}${label}` };
  }
  return { kind: "link", url: unescaped(target), text: label ?? unescaped(target) };
}

/**
 * The three signs that Slack keeps as entities, in plain_text too: there a raw "&" is stored as "&amp;", and either is shown
 * as "&" (slackapi/bolt-python issue 513).
 */
export const unescaped = (text: string) =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

const readMrkdwn = (mrkdwn: string) =>
  mrkdwnPieces(mrkdwn)
    .map((piece) => (piece.kind === "text" || piece.text === piece.url ? piece.text : `${piece.text} (${piece.url})`))
    .join("");

/** All that a person reads of a message: the top-level text (in notifications), then each block's, links as "text (url)". */
export function readableText(look: SlackLook): string {
  const lines = [
    readMrkdwn(look.text),
    ...look.blocks.flatMap(readItem),
    ...look.attachments.flatMap((attachment) => [
      ...(attachment.text === undefined ? [] : [readMrkdwn(attachment.text)]),
      ...(attachment.blocks ?? []).flatMap(readItem),
    ]),
  ];
  return lines.filter((line) => line !== "").join("\n");
}

function readItem(item: unknown): string[] {
  if (!isObject(item)) return [];
  if (typeof item.text === "string") return [item.type === "mrkdwn" ? readMrkdwn(item.text) : unescaped(item.text)];
  if (item.type === "button") return [linked(readItem(item.text).join(""), item.url)];
  if (item.type === "image") return [linked(String(item.alt_text), item.image_url)];
  const parts = [item.text, ...listed(item.fields), ...listed(item.elements), item.accessory];
  return parts.flatMap(readItem);
}

const linked = (text: string, url: unknown) => (typeof url === "string" ? `${text} (${url})` : text);
const listed = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** Characters of text in the blocks, as far as Slack's total limit counts them. */
export function charactersOf(item: unknown): number {
  if (Array.isArray(item)) return item.reduce((sum: number, each) => sum + charactersOf(each), 0);
  if (!isObject(item)) return 0;
  if (typeof item.text === "string") return item.text.length;
  return Object.values(item).reduce((sum: number, each) => sum + charactersOf(each), 0);
}
