import { type Html, html, link } from "./html";
import { slackLook } from "./slackLook";
import type { BacklogEntry, InboxStore, MailEntry, SlackEntry, SlackReplyEntry, Version } from "./store";

/** The whole page. */
export function page(store: InboxStore): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>hakken sandbox: inbox</title>
<link rel="stylesheet" href="/inbox/page.css">
<script src="/inbox/page.js" defer></script>
</head>
<body>
<header><h1>Inbox</h1><span id="state" role="status">connecting</span></header>
<main id="columns">${content(store)}</main>
</body>
</html>`.html;
}

/** What changes while the page is open. */
export const columns = (store: InboxStore): string => content(store).html;

function content(store: InboxStore): Html {
  const { slack, backlog, mail } = store.entries;
  return html`
${column("Slack", slack, (entry) => slackCard(store, entry))}
${column("Backlog", backlog, backlogCard)}
${column("Mail", mail, mailCard)}`;
}

function column<Entry extends Version>(title: string, entries: readonly Entry[], card: (entry: Entry) => Html): Html {
  const newestFirst = entries.toReversed();
  return html`<section aria-label="${title}"><h2>${title} <small>${entries.length}</small></h2>${
    newestFirst.length === 0 ? html`<p class="empty">Nothing yet.</p>` : newestFirst.map(card)
  }</section>`;
}

function slackCard(store: InboxStore, entry: SlackEntry): Html {
  return html`<article><p class="meta">${entry.channel} ${time(entry.at)}${edited(entry)}</p>${look(store, entry)}${
    entry.replies.length === 0
      ? undefined
      : html`<div class="thread">${entry.replies.map(
          (reply) => html`<p class="meta">reply ${time(reply.at)}${edited(reply)}</p>${look(store, reply)}`,
        )}</div>`
  }</article>`;
}

function look(store: InboxStore, entry: SlackEntry | SlackReplyEntry): Html {
  const shown = store.looks.get(entry);
  return shown === undefined ? prose(entry.text) : slackLook(shown);
}

const edited = (entry: { updates: Version[] }) =>
  entry.updates.length > 0 ? ` (edited ${entry.updates.length > 1 ? `${entry.updates.length} times` : ""})` : undefined;

function backlogCard(entry: BacklogEntry): Html {
  const [summary = "", kind = "", ...description] = entry.text.split("\n");
  const after = [
    ...entry.updates.map((update) => ({ ...update, name: "change" })),
    ...entry.comments.map((comment) => ({ ...comment, name: "comment" })),
  ].sort((a, b) => a.at.localeCompare(b.at));
  return html`<article><p class="meta">${entry.key} ${time(entry.at)}</p><h3>${summary}</h3><p class="context">${kind}</p>${prose(
    description.join("\n"),
  )}${after.length === 0 ? undefined : html`<div class="thread">${after.map(said)}</div>`}</article>`;
}

const said = (version: Version & { name: string }) =>
  html`<p class="meta">${version.name} ${time(version.at)}</p>${prose(version.text)}`;

function mailCard(entry: MailEntry): Html {
  const topic = entry.topicArn.split(":").at(-1) ?? "";
  const body = entry.text.slice(entry.subject.length).trimStart();
  return html`<article><p class="meta">${topic} → ${entry.to} ${time(entry.at)}</p><h3>${entry.subject}</h3>${prose(body)}</article>`;
}

/** Text as it is, line breaks kept, with its addresses linked. */
function prose(text: string): Html {
  const parts = text
    .split(/(https?:\/\/[^\s<>"'()（）「」、。]+)/)
    .map((part, index) => (index % 2 === 1 ? link(part, part) : html`${part}`));
  return html`<p class="prose">${parts}</p>`;
}

const time = (at: string) => html`<time datetime="${at}">${at.slice(0, 19).replace("T", " ")} UTC</time>`;

/** Loads the columns anew whenever the stream says that something changed, and after a lost connection. */
export const SCRIPT = `"use strict";
const columns = document.getElementById("columns");
const state = document.getElementById("state");
let loading = false;
let again = false;
async function load() {
  if (loading) { again = true; return; }
  loading = true;
  try {
    const answer = await fetch("/inbox/columns", { cache: "no-store" });
    if (answer.ok) columns.innerHTML = await answer.text();
  } catch {
    state.textContent = "not connected";
  }
  loading = false;
  if (again) { again = false; load(); }
}
const stream = new EventSource("/inbox/stream");
stream.addEventListener("open", () => { state.textContent = "live"; load(); });
stream.addEventListener("error", () => { state.textContent = "not connected"; });
stream.addEventListener("changed", load);
`;

export const STYLE = `:root { color-scheme: light dark; --line: #8884; --dim: #888; --link: #1264a3; }
@media (prefers-color-scheme: dark) { :root { --link: #6cb8f0; } }
* { box-sizing: border-box; }
body { margin: 0; font: 14px/1.5 system-ui, "Hiragino Sans", "Noto Sans JP", sans-serif; }
header { display: flex; gap: 1em; align-items: baseline; padding: .5em 1em; border-bottom: 1px solid var(--line); }
h1 { font-size: 1.2em; margin: 0; }
h2 { font-size: 1em; margin: 0 0 .5em; }
h3 { font-size: 1em; margin: .2em 0; overflow-wrap: anywhere; }
main { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 1em; padding: 1em; }
@media (max-width: 800px) { main { grid-template-columns: minmax(0, 1fr); } }
article { border: 1px solid var(--line); border-radius: 6px; padding: .6em .8em; margin-bottom: .8em; }
p { margin: .3em 0; overflow-wrap: anywhere; white-space: pre-wrap; }
a { color: var(--link); }
.meta, .context, .empty, small, #state { color: var(--dim); font-size: .9em; }
.context span { margin-right: .8em; }
.fields { display: grid; grid-template-columns: 1fr 1fr; gap: 0 1em; }
.thread { border-left: 2px solid var(--line); margin-top: .6em; padding-left: .8em; }
.bar { border-left: 4px solid var(--line); padding-left: .8em; }
.bar.good { border-color: #2eb67d; } .bar.warning { border-color: #ecb22e; } .bar.danger { border-color: #e01e5a; }
.button { display: inline-block; border: 1px solid var(--line); border-radius: 4px; padding: 0 .6em; margin: 0 .4em .3em 0; text-decoration: none; }
.button.primary { border-color: #2eb67d; } .button.danger { border-color: #e01e5a; }
hr { border: 0; border-top: 1px solid var(--line); }
code, pre { font-family: ui-monospace, monospace; font-size: .95em; background: #8882; border-radius: 3px; }
pre { padding: .4em; overflow-x: auto; }
`;
