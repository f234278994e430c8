import { type Html, html, link } from "./html";

/** Plain text as a mail program shows it: line breaks kept, addresses linked. */
export function prose(text: string): Html {
  const parts = text
    .split(/(https?:\/\/[^\s<>"'()（）「」、。]+)/)
    .map((part, index) => (index % 2 === 1 ? link(part, part) : html`${part}`));
  return html`<p class="prose">${parts}</p>`;
}
