import { createHash } from "node:crypto";
import type { Channel } from "../../handlers/alert/types";
import type { Hop } from "../hops";
import { alertKeyIn } from "./alertKey";
import { type Html, html } from "./html";
import { issueText } from "./issueText";
import { prose } from "./prose";
import { slackLook } from "./slackLook";
import type { BacklogEntry, InboxStore, MailEntry, SlackEntry, SlackReplyEntry, Version } from "./store";
import { time, wayLine, wayTable } from "./way";

/** What the cards are made from. */
export interface Sight {
  store: InboxStore;
  /** Names of Slack's channels, without "#", by id. */
  channelNames: ReadonlyMap<string, string>;
  /** The way of a message; nothing where it is not known. */
  hopsOf: (message: { channel: Channel; alertKey: string; at: string }) => readonly Hop[];
}

export function slackCard(sight: Sight, entry: SlackEntry): Card {
  const key = alertOf(entry);
  const name = sight.channelNames.get(entry.channel) ?? entry.channel;
  const replies = entry.replies.map(
    (reply) => html`<div class="reply">${slackMessage(sight, reply, alertOf(reply) ?? key)}</div>`,
  );
  return {
    id: `slack:${entry.id}`,
    key,
    label: `Slack, #${name}, ${firstLine(entry.text)}`,
    at: entry.at,
    content: html`${slackMessage(sight, entry, key, name)}${
      replies.length > 0 &&
      html`<div class="thread" role="group" aria-label="Thread"><p class="meta">${count(replies.length, "reply", "replies")}</p>${replies}</div>`
    }`,
    details: [
      ["Channel", entry.channel],
      ["Message", entry.ts],
      ["Notification", entry.text.split("\n")[0] ?? ""],
      ["Metadata", entry.metadata && JSON.stringify(entry.metadata)],
    ],
  };
}

function slackMessage(
  sight: Sight,
  entry: SlackEntry | SlackReplyEntry,
  key: string | undefined,
  channel?: string,
): Html {
  const look = sight.store.looks.get(entry);
  return html`<p class="meta"><span class="avatar" aria-hidden="true">発</span><b>hakken</b> <span class="app">APP</span> ${channel !== undefined && html`<span class="place">#${channel}</span> `}${time(entry.at)}${edited(entry)}</p>
<div class="slack">${look === undefined ? prose(entry.text) : slackLook(look)}</div>${earlier(entry)}${wayLine(hops(sight, "slack", entry, key))}`;
}

export function backlogCard(sight: Sight, entry: BacklogEntry): Card {
  const key = alertKeyIn(entry.text);
  const [summary = "", kind = "", ...description] = entry.text.split("\n");
  const after = [
    ...entry.updates.map((update) => ({ ...update, name: "changed" })),
    ...entry.comments.map((comment) => ({ ...comment, name: "commented" })),
  ].sort((a, b) => a.at.localeCompare(b.at));
  const said = (piece: Version & { name: string }) =>
    html`<div class="reply"><p class="meta"><b>hakken</b> ${piece.name} ${time(piece.at)}</p>${issueText(piece.text, entry.textFormat)}${
      piece.name === "commented" && wayLine(hops(sight, "backlog", piece, key))
    }</div>`;
  return {
    id: `backlog:${entry.key}:${entry.at}`,
    key,
    label: `Backlog, ${entry.key}, ${summary}`,
    at: entry.at,
    content: html`<p class="meta"><span class="place">${entry.key}</span> <b>hakken</b> ${time(entry.at)}</p>
<h3${entry.fields.isClosed && html` class="closed"`}>${summary}</h3>
<dl class="fields">${fieldsOf(entry, kind).map(
      ([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`,
    )}</dl>
<div class="backlog">${issueText(description.join("\n"), entry.textFormat)}</div>${wayLine(hops(sight, "backlog", entry, key))}${
      after.length > 0 &&
      html`<div class="thread" role="group" aria-label="Changes and comments">${after.map(said)}</div>`
    }`,
    details: [["Issue", entry.key]],
  };
}

/** Name and value of each field that has one. `kind` is type and priority as filed. */
function fieldsOf({ fields, notified }: BacklogEntry, kind: string): (readonly [string, string])[] {
  const all = [
    ["Status", fields.status],
    ["Resolution", fields.resolution],
    ["Type", kind.split(" / ")[0]],
    ["Priority", fields.priority],
    ["Due date", fields.dueDate],
    ["Category", fields.categories.join(", ")],
    ["Assignee", fields.assignee],
    ["Notified", notified.join(", ")],
  ] as const;
  return all.flatMap(([name, value]) => (value ? [[name, value] as const] : []));
}

export function mailCard(sight: Sight, entry: MailEntry): Card {
  const key = alertKeyIn(entry.text);
  const body = entry.text.slice(entry.subject.length).trimStart();
  return {
    id: `mail:${entry.messageId}:${entry.to}`,
    key,
    label: `Mail to ${entry.to}, ${entry.subject}`,
    at: entry.at,
    content: html`<p class="meta"><span class="place">to ${entry.to}</span> ${time(entry.at)}</p>
<h3>${entry.subject}</h3><div class="mail">${prose(body)}</div>${wayLine(hops(sight, "mail", entry, key))}`,
    details: [
      ["Topic", entry.topicArn],
      ["Message", entry.messageId],
    ],
  };
}

/** One message of a column, before it is put into its frame. */
export interface Card {
  /** The same as long as the sandbox is up. */
  id: string;
  /** The alert that it is about. */
  key: string | undefined;
  /** What a screen reader says of it. */
  label: string;
  at: string;
  content: Html;
  /** Rows of names and values; those without a value are left out. */
  details: readonly (readonly [string, string | undefined])[];
}

/** A card in its frame. `place` counts from 1, newest first. */
export function article(card: Card, hops: readonly Hop[], place: number, of: number): Html {
  const rows = [["Alert", card.key] as const, ...card.details].filter(([, value]) => value !== undefined);
  const inner = html`${card.content}
<details><summary>Details</summary>${wayTable(hops)}<dl class="facts">${rows.map(
    ([name, value]) => html`<div><dt>${name}</dt><dd class="id">${value}</dd></div>`,
  )}</dl></details>`;
  const version = createHash("sha256").update(inner.html).digest("hex").slice(0, 12);
  return html`<article id="${card.id}" tabindex="-1" aria-label="${card.label}" aria-posinset="${place}" aria-setsize="${of}" data-version="${version}" data-alert="${card.key}">${inner}</article>`;
}

const hops = (sight: Sight, channel: Channel, { at }: Version, alertKey: string | undefined) =>
  alertKey === undefined ? [] : sight.hopsOf({ channel, alertKey, at });

// Of the metadata where there is some: it is what hakken itself goes by.
const alertOf = ({ metadata, text }: SlackEntry | SlackReplyEntry): string | undefined => {
  const key = metadata?.event_payload.alertKey;
  return typeof key === "string" ? key : alertKeyIn(text);
};

const edited = ({ updates }: { updates: Version[] }) =>
  updates.length > 0 && html` <span>(edited${updates.length > 1 && ` ${updates.length} times`})</span>`;

/** What a message said before it was changed, oldest first: the page shows what it says now. */
function earlier({ text, at, updates }: Version & { updates: Version[] }): Html | undefined {
  if (updates.length === 0) return undefined;
  const before = [{ text, at }, ...updates.slice(0, -1)];
  return html`<details class="earlier"><summary>What it said before</summary>${before.map(
    (version) => html`<div class="reply"><p class="meta">${time(version.at)}</p>${prose(version.text)}</div>`,
  )}</details>`;
}

const firstLine = (text: string) => text.split("\n")[0] ?? "";
const count = (n: number, one: string, more: string) => `${n} ${n === 1 ? one : more}`;
