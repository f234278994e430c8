import { cut } from "../alert/fields";
import type { Notice, Severity } from "../alert/types";
import { linksOf } from "./links";
import { markerOf, updateMarkerOf } from "./marker";
import { accountOf, oneLine, plain, resourcesOf, rowsOf, timeOf, titleOf, withoutFormatting } from "./text";
import { headlineOf, type MessageOptions, type Words, wordsOf } from "./words";

/** The texts of POST /api/v2/issues. */
export interface BacklogIssue {
  /** At most 255 characters, one line. */
  summary: string;
  /** Ends with the marker line. Far below Backlog's limit of 100,000 characters. */
  description: string;
}

/**
 * The issue on an alert. Written so that it reads well in both text formats that a project may have, Markdown and
 * Backlog's own: "-" lists, ">" quotes and bare links are the same in both.
 */
export function backlogIssue(notice: Notice, options: MessageOptions): BacklogIssue {
  const { finding } = notice;
  const words = wordsOf(options.language);
  const headline = headlineOf(notice, words);
  const place = `[${bmp(accountOf(finding), 80)} ${bmp(oneLine(finding.region) || words.unknown, 40)}]`;
  const named = `${marks[finding.severity]} ${finding.severity}: ${bmp(titleOf(finding, words), 250)}`;
  const description = plain(finding.description);

  const parts = [
    ...(headline ? [headline] : []),
    safe(titleOf(finding, words), 1100),
    factLines(notice, words),
    resourceLines(notice, words),
    ...(description === "" ? [] : [`${words.labels.description}\n${quoted(description)}`]),
    linkLines(notice, words, options),
    markerOf(notice),
  ];
  return { summary: `${cut(named, 254 - place.length)} ${place}`, description: parts.join("\n\n") };
}

/** The comment on an alert's issue when the alert got worse. Ends with its own marker line, which names the version. */
export function backlogComment(notice: Notice, options: MessageOptions): string {
  const { finding } = notice;
  const words = wordsOf(options.language);
  const { labels, colon } = words;
  const facts = [
    `- ${labels.severity}${colon}${marks[finding.severity]} ${words.severity[finding.severity]}`,
    `- ${labels.lastSeen}${colon}${timeOf(finding.lastSeen ?? finding.updatedAt, words)}`,
  ];
  return [
    headlineOf(notice, words) ?? words.grown(finding.resourceCount),
    facts.join("\n"),
    resourceLines(notice, words),
    linkLines(notice, words, options),
    updateMarkerOf(notice),
  ].join("\n\n");
}

/** Backlog's API refuses characters beyond U+FFFF ("Incorrect String: %F0..."), so its marks are other ones. */
const marks: Record<Severity, string> = { CRITICAL: "◆", HIGH: "▲", MEDIUM: "■", LOW: "▽", INFORMATIONAL: "○" };

function factLines(notice: Notice, words: Words): string {
  const { severity } = notice.finding;
  const first = `- ${words.labels.severity}${words.colon}${marks[severity]} ${words.severity[severity]}`;
  const rows = rowsOf(notice.finding, words).map(([label, value]) => `- ${label}${words.colon}${safe(value, 300)}`);
  return [first, ...rows].join("\n");
}

function resourceLines(notice: Notice, words: Words): string {
  const { shown, beyond } = resourcesOf(notice.finding, 20);
  const lines = shown.map(({ id, type }) => `- ${inert(bmp(id, 1024))}${type === "" ? "" : ` (${safe(type, 100)})`}`);
  if (beyond > 0) lines.push(`- ${words.more(beyond)}`);
  return [`${words.labels.resources}${words.colon}${words.count(notice.finding.resourceCount)}`, ...lines].join("\n");
}

function linkLines(notice: Notice, words: Words, options: MessageOptions): string {
  const { finding } = notice;
  const links = linksOf(finding, options);
  const product = words.links.product(safe(oneLine(finding.productName) || words.unknown, 60));
  const lines = [`- ${words.links.securityHub}${words.colon}${links.securityHub}`];
  if (links.product) lines.push(`- ${product}${words.colon}${links.product}`);
  if (links.resource) lines.push(`- ${words.links.resource}${words.colon}${links.resource}`);
  if (links.remediation) lines.push(`- ${words.links.remediation}${words.colon}${links.remediation}`);
  return lines.join("\n");
}

/** Every line quoted, so that none can begin a heading or a list, or pass for the marker line. */
function quoted(text: string): string {
  return cut(safe(text, 8192), 8192)
    .split("\n")
    .map((line) => `> ${line}`.trimEnd())
    .join("\n");
}

/** A finding's text within a description or comment: no formatting, no mention, no image, no macro. */
function safe(text: string, max: number): string {
  return inert(withoutFormatting(bmp(text, max)));
}

/** Nothing beyond U+FFFF: a geta mark stands for what Backlog can't hold, as printers do in Japan. */
function bmp(text: string, max: number): string {
  return cut(text.replace(/[\u{10000}-\u{10ffff}]/gu, "〓"), max);
}

/** A zero-width space within what would become a mention, HTML, an image, a link or a macro. */
function inert(text: string): string {
  return text.replace(
    /<(?=[@!/a-zA-Z])|!(?=\[)|\[(?=\[)|\](?=[([])|#(?=(?:image|thumbnail|attach|contents|rev|cal|lastupdate)\b)|\{(?=\/?(?:code|quote))|&(?=(?:color|br)\b)/g,
    "$&\u200b",
  );
}
