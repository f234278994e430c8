import { isObject } from "../doubles/slack/arguments";
import { unescaped } from "../doubles/slack/reading";
import { type Html, html, link } from "./html";
import { mrkdwn } from "./mrkdwn";
import type { SlackLook } from "./store";

/** A message as Slack shows it: its blocks, or its text where it has none, then what is attached, with a bar of its colour. */
export function slackLook(look: SlackLook): Html {
  const attached = look.attachments.map(
    ({ color, text, blocks = [] }) =>
      html`<div class="attachment">${bar(color)}<div>${text && paragraph(text)}${blocks.map(block)}</div></div>`,
  );
  // Slack shows the top-level text only where there are no blocks; people read it in the notification.
  return html`${look.blocks.length > 0 ? look.blocks.map(block) : look.text && paragraph(look.text)}${attached}`;
}

const NAMED_COLOURS: Record<string, string> = { good: "#2eb67d", warning: "#ecb22e", danger: "#e01e5a" };

// The page's policy forbids style attributes; an attribute of SVG is none. The double takes nothing but #rrggbb and names.
const bar = (colour = "#8886") =>
  html`<svg class="bar" aria-hidden="true"><rect width="4" height="100%" rx="2" fill="${NAMED_COLOURS[colour] ?? colour}"/></svg>`;

function block(item: unknown): Html {
  if (!isObject(item)) return html``;
  switch (item.type) {
    case "header":
      return html`<h3>${textObject(item.text)}</h3>`;
    case "divider":
      return html`<hr>`;
    case "section":
      return html`<div class="section"><div>${item.text === undefined ? undefined : html`<p>${textObject(item.text)}</p>`}${
        Array.isArray(item.fields)
          ? html`<div class="fields">${item.fields.map((field) => html`<p>${textObject(field)}</p>`)}</div>`
          : undefined
      }</div>${item.accessory === undefined ? undefined : element(item.accessory)}</div>`;
    case "context":
      return html`<p class="context">${list(item.elements).map((each) => html`<span>${element(each)}</span>`)}</p>`;
    case "actions":
      return html`<p class="actions">${list(item.elements).map(element)}</p>`;
    default:
      return html``;
  }
}

function element(item: unknown): Html {
  if (!isObject(item)) return html``;
  // Pictures come from elsewhere, which the page does not load.
  if (item.type === "image") return html`<small class="picture">${String(item.alt_text)}</small>`;
  if (item.type !== "button") return textObject(item);
  const style = item.style === "danger" || item.style === "primary" ? `button ${item.style}` : "button";
  if (typeof item.url === "string") return link(item.url, textObject(item.text), style);
  return html`<span class="${style}" title="Slack would send a click to the app.">${textObject(item.text)}</span>`;
}

function textObject(item: unknown): Html {
  if (!isObject(item) || typeof item.text !== "string") return html``;
  return item.type === "mrkdwn" ? mrkdwn(item.text) : html`${unescaped(item.text)}`;
}

const paragraph = (text: string) => html`<p>${mrkdwn(text)}</p>`;
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
