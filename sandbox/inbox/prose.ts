import { type Html, html, link } from "./html";

/** Plain text as a mail program shows it: line breaks kept, addresses linked. */
export const prose = (text: string): Html => html`<p class="prose">${linked(text)}</p>`;

/** Text of an issue as Backlog shows it, as far as both of its notations agree: lists of "-", and quotes of ">". */
export function issueText(text: string): Html {
  return html`${partsOf(text).map(({ kind, lines }) => {
    if (kind === "list") return html`<ul>${lines.map((line) => html`<li>${linked(line)}</li>`)}</ul>`;
    if (kind === "quote") return html`<blockquote>${linked(lines.join("\n"))}</blockquote>`;
    return prose(lines.join("\n"));
  })}`;
}

interface Part {
  kind: "text" | "list" | "quote";
  lines: string[];
}

const MARKS = { "- ": "list", "> ": "quote" } as const;

function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  for (const line of text.split("\n")) {
    // An empty line of a quote may have lost the space after its mark.
    const mark = line === ">" ? "> " : line.slice(0, 2);
    const kind = mark in MARKS ? MARKS[mark as keyof typeof MARKS] : "text";
    const shown = kind === "text" ? line : line.slice(2);
    const last = parts.at(-1);
    if (last?.kind === kind) last.lines.push(shown);
    else if (kind !== "text" || line !== "") parts.push({ kind, lines: [shown] });
  }
  return parts;
}

const linked = (text: string): Html[] =>
  text
    .replace(/\n+$/, "")
    .split(/(https?:\/\/[^\s<>"'()（）「」、。]+)/)
    .map((part, index) => (index % 2 === 1 ? link(part, part) : html`${part}`));
