import { mrkdwnPieces, unescaped } from "../doubles/slack/reading";
import { type Html, html, link } from "./html";

/** Slack's mrkdwn as Slack shows it: links, code, quotes, *bold*, _italic_ and ~struck~, also around links. */
export function mrkdwn(text: string): Html {
  const { marked, atoms } = withoutAtoms(text);
  const shown = (part: string) => styled(part, atoms);
  return html`${quotedParts(marked).map(({ quote, lines }) =>
    quote ? html`<blockquote>${shown(lines)}</blockquote>` : shown(lines),
  )}`;
}

/** What nothing is formatted in, by its place: code, and links. */
type Atoms = readonly Html[];

// Stand for the atoms while the rest is formatted. Private to Unicode's users; a message's own ones are dropped.
const FIRST = 0xe000;
const LAST = 0xf8ff;

function withoutAtoms(text: string): { marked: string; atoms: Atoms } {
  const atoms: Html[] = [];
  const keep = (atom: Html) => {
    // More atoms than there are signs for them don't fit into a message of 3,000 characters a section.
    atoms.push(atom);
    return String.fromCharCode(FIRST + atoms.length - 1);
  };
  const marked = text
    .replace(/[\ue000-\uf8ff]/g, "")
    .split(/(```[\s\S]+?```|`[^`\n]+`)/)
    .map((part) => {
      if (part.length > 6 && part.startsWith("```")) return keep(html`<pre>${unescaped(part.slice(3, -3))}</pre>`);
      if (part.length > 2 && part.startsWith("`")) return keep(html`<code>${unescaped(part.slice(1, -1))}</code>`);
      return linksKept(part, keep);
    })
    .join("");
  return { marked, atoms };
}

function linksKept(text: string, keep: (atom: Html) => string): string {
  return text
    .split(/(<[^<>\n]+>)/)
    .map((part) => {
      // Entities stay as they are until the text is shown, so that "&gt;" at a line's beginning is known for a quote.
      if (!part.startsWith("<") || !part.endsWith(">")) return part;
      const [piece] = mrkdwnPieces(part);
      if (piece?.kind === "link") return keep(link(piece.url, piece.text));
      return keep(html`<span class="mention">${piece?.text}</span>`);
    })
    .join("");
}

function quotedParts(text: string): { quote: boolean; lines: string }[] {
  const parts: { quote: boolean; lines: string[] }[] = [];
  for (const line of text.split("\n")) {
    const quoted = /^(?:&gt;|>) ?/.exec(line)?.[0];
    const last = parts.at(-1);
    const shown = quoted === undefined ? line : line.slice(quoted.length);
    if (last && last.quote === (quoted !== undefined)) last.lines.push(shown);
    else parts.push({ quote: quoted !== undefined, lines: [shown] });
  }
  return parts.map(({ quote, lines }) => ({ quote, lines: lines.join("\n") }));
}

const STYLES = { "*": "b", _: "i", "~": "s" } as const;
// Marks format only at the edge of a word, and not around spaces.
const STYLED = /(?<![\p{L}\p{N}])([*_~])(?=\S)([^\n]*?\S)\1(?![\p{L}\p{N}])/u;

function styled(text: string, atoms: Atoms): Html {
  const found = STYLED.exec(text);
  if (!found) return html`${atomsIn(text, atoms)}`;
  const [whole, mark, inner = ""] = found;
  const [before, after] = [text.slice(0, found.index), text.slice(found.index + whole.length)];
  const tag = STYLES[mark as keyof typeof STYLES];
  const content = styled(inner, atoms);
  const shown = tag === "b" ? html`<b>${content}</b>` : tag === "i" ? html`<i>${content}</i>` : html`<s>${content}</s>`;
  return html`${atomsIn(before, atoms)}${shown}${styled(after, atoms)}`;
}

const atomsIn = (text: string, atoms: Atoms): Html[] =>
  text.split(/([\ue000-\uf8ff])/).map((part) => {
    const code = part.length === 1 ? part.charCodeAt(0) : 0;
    return (code >= FIRST && code <= LAST && atoms[code - FIRST]) || html`${unescaped(part)}`;
  });
