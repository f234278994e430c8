import { cut } from "../alert/fields";
import { withoutFormatting } from "./text";

/** The two ways to format the texts of a Backlog project. */
export type BacklogTextFormat = "markdown" | "backlog";

/** How the pieces of an issue are written in a format. What comes from a finding has gone through safe() before. */
export interface BacklogFormat {
  title: (text: string) => string;
  heading: (text: string) => string;
  strong: (text: string) => string;
  /** Rows of a label and its value. */
  table: (rows: readonly [string, string][]) => string;
  /** An id, to be copied as it is. */
  id: (text: string) => string;
  /** `url` holds only characters that linksOf() lets through. */
  link: (url: string, label: string) => string;
  /** Lines of a quotation. */
  quote: (lines: readonly string[]) => string;
}

export function formatOf(textFormat: BacklogTextFormat): BacklogFormat {
  return textFormat === "markdown" ? markdown : notation;
}

/** https://support-ja.backlog.com/hc/ja/articles/360036145833 */
const markdown: BacklogFormat = {
  title: (text) => `## ${text}`,
  heading: (text) => `### ${text}`,
  strong: (text) => `**${text}**`,
  // A table must have a heading row, so the first row is it.
  table: ([first, ...rows]) => [row(first), "| --- | --- |", ...rows.map(row)].join("\n"),
  id: (text) => `\`${text.replace(/`/g, "ˋ")}\``,
  link: (url, label) => `[${labelled(label)}](${url})`,
  // Two spaces break a line.
  quote: (lines) => lines.map((line) => (line === "" ? ">" : `> ${unstarted(line)}`)).join("  \n"),
};

/** Backlog's own notation. https://support-ja.backlog.com/hc/ja/articles/360035641594 */
const notation: BacklogFormat = {
  title: (text) => `* ${text}`,
  heading: (text) => `** ${text}`,
  strong: (text) => `''${text}''`,
  table: (rows) => rows.map(([label, value]) => `|~${cell(label)}|${cell(value)}|`).join("\n"),
  id: (text) => unstarted(text),
  link: (url, label) => `[[${labelled(label)}>${url}]]`,
  quote: (lines) => lines.map((line) => `> ${unstarted(line)}`.trimEnd()).join("\n"),
};

const row = ([label, value]: [string, string] = ["", ""]) => `| ${cell(label)} | ${cell(value)} |`;

/** A cell that ends no cell, and in Backlog's notation is neither a heading ("~") nor joined to the one before (">"). */
const cell = (text: string) => unstarted(text.replace(/\|/g, "¦"));

/** A label that ends no link. */
const labelled = (text: string) => text.replace(/[[\]>:|\\]/g, (mark) => wide[mark] ?? mark);
const wide: Record<string, string> = { "[": "［", "]": "］", ">": "＞", ":": "：", "|": "｜", "\\": "＼" };

/** A line that begins no heading, list, quotation, rule, table, code or definition: a zero-width space stands before it. */
const unstarted = (line: string) => (/^(?:[ \t#>+\-=|~:[]|\d+[.)])/.test(line) ? `${BREAK}${line}` : line);

const BREAK = "\u200b";

/**
 * A finding's text within a description or comment: no formatting, no mention, no image, no macro, in neither format.
 * Nothing beyond U+FFFF, which Backlog's API refuses ("Incorrect String: %F0..."): a geta mark stands for it, as printers
 * do in Japan.
 */
export function safe(text: string, max: number): string {
  return inert(withoutFormatting(bmp(text, max)));
}

/** The same for an id, whose marks stay as they are. */
export function safeId(text: string, max: number): string {
  return inert(bmp(text, max));
}

export function bmp(text: string, max: number): string {
  return cut(text.replace(/[\u{10000}-\u{10ffff}]/gu, "〓"), max);
}

/** A zero-width space within what would become a mention, HTML, an image, a link, a macro, or Backlog's bold and strike. */
function inert(text: string): string {
  return text.replace(
    /<(?=[@!?/a-zA-Z])|!(?=\[)|\[(?=\[)|\](?=[([:])|#(?=(?:image|thumbnail|attach|contents|rev|cal|lastupdate)\b)|\{(?=\/?(?:code|quote))|&(?=(?:color|br)\b)|'(?=')|%(?=%)/g,
    `$&${BREAK}`,
  );
}
