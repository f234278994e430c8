import { isObject } from "../doubles/slack/arguments";
import { mrkdwnPieces, unescaped } from "../doubles/slack/reading";
import { type Html, html, link } from "./html";
import type { SlackLook } from "./store";

/** A message about as Slack shows it: its blocks, or its text where it has none. */
export function slackLook(look: SlackLook): Html {
  const bars = look.attachments.map(
    (attachment) =>
      html`<div class="bar ${barColour(attachment.color)}">${attachment.text && paragraph(attachment.text)}${(
        attachment.blocks ?? []
      ).map(block)}</div>`,
  );
  // Slack shows the top-level text only where there are no blocks; people read it in the notification.
  return html`${look.blocks.length > 0 ? look.blocks.map(block) : paragraph(look.text)}${bars}`;
}

/** The style policy of the page forbids a style attribute, so the colours are few. */
function barColour(colour: string | undefined): string {
  if (colour === undefined) return "";
  if (["good", "warning", "danger"].includes(colour)) return colour;
  const [red = 0, green = 0] = [colour.slice(1, 3), colour.slice(3, 5)].map((part) => Number.parseInt(part, 16));
  if (red > 160) return green > 110 ? "warning" : "danger";
  return green > 110 ? "good" : "";
}

function block(item: unknown): Html {
  if (!isObject(item)) return html``;
  switch (item.type) {
    case "header":
      return html`<h3>${textObject(item.text)}</h3>`;
    case "divider":
      return html`<hr>`;
    case "section":
      return html`<div class="section">${item.text === undefined ? undefined : html`<p>${textObject(item.text)}</p>`}${
        Array.isArray(item.fields)
          ? html`<div class="fields">${item.fields.map((field) => html`<p>${textObject(field)}</p>`)}</div>`
          : undefined
      }${item.accessory === undefined ? undefined : element(item.accessory)}</div>`;
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
  if (item.type === "image") return html`<small>[${String(item.alt_text)}]</small>`;
  if (item.type !== "button") return textObject(item);
  const style = `button ${item.style === "danger" || item.style === "primary" ? item.style : ""}`;
  if (typeof item.url === "string") return link(item.url, textObject(item.text), style);
  return html`<span class="${style}">${textObject(item.text)}</span>`;
}

function textObject(item: unknown): Html {
  if (!isObject(item) || typeof item.text !== "string") return html``;
  return item.type === "mrkdwn" ? mrkdwn(item.text) : html`${unescaped(item.text)}`;
}

const paragraph = (text: string) => html`<p>${mrkdwn(text)}</p>`;
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function mrkdwn(text: string): Html {
  const pieces = mrkdwnPieces(text).map((piece) =>
    piece.kind === "link" ? link(piece.url, piece.text) : html`${marked(piece.text)}`,
  );
  return html`${pieces}`;
}

/** *bold*, _italic_, ~struck~ and `code`, as far as they stand within one piece of text. */
function marked(text: string): Html[] {
  return text.split(/(```[\s\S]+?```|`[^`\n]+`|\*[^*\n]+\*|\b_[^_\n]+_\b|~[^~\n]+~)/).map((part) => {
    const inner = part.slice(1, -1);
    if (part.length > 6 && part.startsWith("```")) return html`<pre>${part.slice(3, -3)}</pre>`;
    if (part.length < 3) return html`${part}`;
    if (/^`[^`]+`$/.test(part)) return html`<code>${inner}</code>`;
    if (/^\*[^*\n]+\*$/.test(part)) return html`<b>${inner}</b>`;
    if (/^_[^_\n]+_$/.test(part)) return html`<i>${inner}</i>`;
    if (/^~[^~\n]+~$/.test(part)) return html`<s>${inner}</s>`;
    return html`${part}`;
  });
}
