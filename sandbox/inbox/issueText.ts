import { type Html, html, link } from "./html";

type Format = "markdown" | "backlog";
type Kind = "text" | "heading" | "list" | "quote" | "table";

/** Text of an issue as Backlog shows it in a project of this format, as far as hakken's texts use it. */
export function issueText(text: string, format: Format): Html {
  const inline = (line: string) => pieces(line, format);
  return html`${partsOf(text, format).map(({ kind, lines }) => {
    switch (kind) {
      case "heading":
        return html`<h4>${lines.map(inline)}</h4>`;
      case "list":
        return html`<ul>${lines.map((line) => html`<li>${inline(line)}</li>`)}</ul>`;
      case "quote":
        return html`<blockquote>${inline(lines.join("\n"))}</blockquote>`;
      case "table":
        return html`<table aria-label="Table of the issue"><tbody>${lines.map((line) => row(line, inline))}</tbody></table>`;
      default:
        return html`<p class="prose">${inline(lines.join("\n"))}</p>`;
    }
  })}`;
}

const BEGINNINGS: Record<Format, readonly (readonly [RegExp, Kind])[]> = {
  markdown: [
    [/^#{1,6} /, "heading"],
    [/^[-*] /, "list"],
    [/^> ?/, "quote"],
    [/^\|/, "table"],
  ],
  backlog: [
    [/^\*+ /, "heading"],
    [/^-+ /, "list"],
    [/^> ?/, "quote"],
    [/^\|/, "table"],
  ],
};

function partsOf(text: string, format: Format): { kind: Kind; lines: string[] }[] {
  const parts: { kind: Kind; lines: string[] }[] = [];
  let apart = true;
  for (const line of text.split("\n")) {
    // The row of dashes below a table's heading, and empty lines, only separate.
    if (/^\|[\s|:-]+\|$/.test(line)) continue;
    if (line.trim() === "") {
      apart = true;
      continue;
    }
    const [beginning, kind] = BEGINNINGS[format].find(([pattern]) => pattern.test(line)) ?? [/^/, "text" as const];
    const last = parts.at(-1);
    const shown = line.replace(beginning, "");
    if (last?.kind === kind && !apart && kind !== "heading") last.lines.push(shown);
    else parts.push({ kind, lines: [shown] });
    apart = false;
  }
  return parts;
}

function row(line: string, inline: (text: string) => Html): Html {
  const [label = "", ...values] = line.replace(/\|\s*$/, "").split("|");
  return html`<tr><th scope="row">${inline(label.replace(/^~/, "").trim())}</th>${values.map(
    (value) => html`<td>${inline(value.trim())}</td>`,
  )}</tr>`;
}

// A link with a label, code, something strong, or a bare address.
const PIECES: Record<Format, RegExp> = {
  markdown: /\[([^\]\n]+)\]\((https?:[^\s)]+)\)|`([^`\n]+)`|\*\*([^\n]+?)\*\*|(https?:\/\/[^\s<>"'()（）「」、。]+)/g,
  backlog: /\[\[([^\]>\n]+)>(https?:[^\s\]]+)\]\]|(?!)(.)|''([^\n]+?)''|(https?:\/\/[^\s<>"'()（）「」、。]+)/g,
};

function pieces(text: string, format: Format): Html {
  const shown: Html[] = [];
  let end = 0;
  for (const found of text.matchAll(PIECES[format])) {
    const [whole, label, url, code, strong, bare] = found;
    shown.push(html`${text.slice(end, found.index)}`);
    end = found.index + whole.length;
    if (label && url) shown.push(link(url, label));
    else if (code) shown.push(html`<code>${code}</code>`);
    else if (strong) shown.push(html`<b>${strong}</b>`);
    else if (bare) shown.push(link(bare, bare));
  }
  return html`${shown}${text.slice(end)}`;
}
