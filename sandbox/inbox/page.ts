import type { Channel } from "../../handlers/alert/types";
import { article, backlogCard, type Card, mailCard, type Sight, slackCard } from "./cards";
import type { Fault } from "./faults";
import { type Html, html } from "./html";

/** What the page shows beside the messages. */
export interface Shown extends Sight {
  faults: readonly Fault[];
  /** Shows old messages too, however many there are. */
  all: boolean;
}

/** Cards of a column without being asked for more: a flood of thousands would make the page slow. */
const MOST_CARDS = 100;

/** The whole page. */
export function page(shown: Shown): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Inbox · hakken sandbox</title>
<link rel="icon" href="/inbox/browser/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/inbox/browser/page.css">
<link rel="stylesheet" href="/inbox/browser/cards.css">
<script src="/inbox/browser/page.js" type="module"></script>
</head>
<body>
<header>
<h1>Inbox <small>hakken sandbox</small></h1>
<nav aria-label="Columns">${COLUMNS.map(({ channel, title }) => html`<a href="#${channel}">${title}</a>`)}</nav>
<search><input id="filter" type="search" placeholder="Filter" aria-label="Filter messages" aria-keyshortcuts="/" autocomplete="off" spellcheck="false"><kbd aria-hidden="true">/</kbd></search>
<button id="help" type="button" aria-haspopup="dialog" aria-keyshortcuts="?">Keys <kbd aria-hidden="true">?</kbd></button>
<p id="state" role="status">connecting</p>
</header>
<p id="news" role="status" class="unseen-by-eyes"></p>
<main id="columns">${content(shown)}</main>
<dialog id="keys" aria-labelledby="keys-title">
<h2 id="keys-title">Keys</h2>
<dl>${KEYS.map(
    ([keys, what]) => html`<div><dt>${keys.map((key) => html`<kbd>${key}</kbd> `)}</dt><dd>${what}</dd></div>`,
  )}</dl>
<form method="dialog"><button>Close</button></form>
</dialog>
</body>
</html>`.html;
}

const KEYS: readonly (readonly [readonly string[], string])[] = [
  [["j", "↓"], "next message"],
  [["k", "↑"], "message before"],
  [["l", "→"], "next column, to the same alert where it is there"],
  [["h", "←"], "column before"],
  [["g", "Home"], "newest message"],
  [["G", "End"], "oldest message"],
  [["Enter"], "details of the message, and its way"],
  [["Tab"], "links and buttons of the message"],
  [["/"], "filter: messages with all of these words"],
  [["Esc"], "leave the filter, or this"],
  [["?"], "this"],
];

/** What changes while the page is open. */
export const columns = (shown: Shown): string => content(shown).html;

const COLUMNS = [
  { channel: "slack", title: "Slack" },
  { channel: "backlog", title: "Backlog" },
  { channel: "mail", title: "Mail" },
] as const satisfies { channel: Channel; title: string }[];

function content(shown: Shown): Html {
  const { slack, backlog, mail } = shown.store.entries;
  const cards = {
    slack: slack.map((entry) => () => slackCard(shown, entry)),
    backlog: backlog.map((entry) => () => backlogCard(shown, entry)),
    mail: mail.map((entry) => () => mailCard(shown, entry)),
  };
  return html`${faultsInWords(shown.faults)}${COLUMNS.map(({ channel, title }) =>
    column(shown, channel, title, cards[channel]),
  )}`;
}

function column(shown: Shown, channel: Channel, title: string, cards: readonly (() => Card)[]): Html {
  const newestFirst = shown.all ? cards.toReversed() : cards.slice(-MOST_CARDS).reverse();
  const older = cards.length - newestFirst.length;
  const articles = newestFirst.map((make, index) => {
    const card = make();
    const hops = card.key ? shown.hopsOf({ channel, alertKey: card.key, at: card.at }) : [];
    return article(card, hops, index + 1, cards.length);
  });
  return html`<section id="${channel}" aria-labelledby="${channel}-title">
<h2 id="${channel}-title">${title} <span class="count">${cards.length}</span></h2>
<div role="feed" aria-labelledby="${channel}-title">${articles}</div>
<p class="empty"${cards.length > 0 && html` hidden`}>${EMPTY[channel]}</p>${
    older > 0 && html`<p class="older"><a href="/?all">${older} older</a></p>`
  }
</section>`;
}

const EMPTY: Record<Channel, string> = {
  slack: "No message yet.",
  backlog: "No issue yet.",
  mail: "No mail yet.",
};

function faultsInWords(faults: readonly Fault[]): Html {
  return html`<p id="faults" role="status"${faults.length === 0 && html` hidden`}>${
    faults.length > 0 &&
    html`<b>Failing on command:</b> ${faults
      .map(({ channel, fault, times }) => `${channel} ${fault}${times === undefined ? "" : ` (${times} left)`}`)
      .join(" · ")}`
  }</p>`;
}
