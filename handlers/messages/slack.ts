import { cut } from "../alert/fields";
import type { Finding, Notice, Severity } from "../alert/types";
import { linksOf } from "./links";
import { markerOf, updateMarkerOf } from "./marker";
import { accountOf, marks, oneLine, plain, resourcesOf, rowsOf, timeOf, titleOf, withoutFormatting } from "./text";
import { headlineOf, type MessageOptions, type Words, wordsOf } from "./words";

/** What chat.postMessage takes, without channel and metadata. */
export interface SlackMessage {
  /** What notifications and screen readers say; Slack demands it beside blocks. */
  text: string;
  blocks: SlackBlock[];
  /** The severity's colour ("#rrggbb"), for those who put the blocks into an attachment. */
  color?: string;
}

type SlackText = { type: "plain_text"; text: string; emoji: false } | { type: "mrkdwn"; text: string; verbatim?: true };

export type SlackBlock =
  | { type: "header"; text: SlackText }
  | { type: "section"; text?: SlackText; fields?: SlackText[] }
  | { type: "context"; elements: SlackText[] };

/**
 * The message on an alert. Kept whatever a finding holds: 150 characters of header, 3,000 a section, 10 fields of 2,000,
 * 50 blocks, below 13,200 in all. Each piece is cut by itself, so the links and the marker always stay.
 * https://docs.slack.dev/reference/block-kit/blocks
 */
export function slackMessage(notice: Notice, options: MessageOptions): SlackMessage {
  const { finding } = notice;
  const words = wordsOf(options.language);
  const headline = headlineOf(notice, words);
  const title = titleOf(finding, words);
  const header = `${marks[finding.severity]} ${finding.severity} ${title}`;
  const description = plain(finding.description);

  const blocks: SlackBlock[] = [{ type: "header", text: literal(header, 150) }];
  if (headline) blocks.push({ type: "section", text: markup(`*${headline}*`) });
  if (escaped(header, 150).endsWith("…")) blocks.push({ type: "section", text: literal(title, 600) });
  blocks.push({ type: "section", fields: factsOf(finding, words) });
  blocks.push({ type: "section", text: markup(resourceLines(finding, words)) });
  if (description !== "" && oneLine(description) !== title) {
    blocks.push({ type: "section", text: literal(description, 1200) });
  }
  blocks.push({ type: "section", text: markup(linkLine(finding, words, options)) });
  blocks.push({ type: "context", elements: [markup(code(markerOf(notice), 100))] });
  return { text: summary(notice, words), blocks, color: colours[finding.severity] };
}

/** The reply in the alert's thread when the alert got worse. */
export function slackReply(notice: Notice, options: MessageOptions): SlackMessage {
  const { finding } = notice;
  const words = wordsOf(options.language);
  const { labels, colon } = words;
  const facts = [
    `${labels.severity}${colon}${marks[finding.severity]} ${words.severity[finding.severity]}`,
    `${labels.resources}${colon}${words.count(finding.resourceCount)}`,
    `${labels.lastSeen}${colon}${timeOf(finding.lastSeen ?? finding.updatedAt, words)}`,
  ];
  const headline = headlineOf(notice, words) ?? words.grown(finding.resourceCount);
  return {
    text: summary(notice, words),
    blocks: [
      { type: "section", text: markup(`${marks[finding.severity]} *${headline}*`) },
      { type: "section", text: literal(titleOf(finding, words), 600) },
      { type: "section", text: markup(facts.join("\n")) },
      { type: "section", text: markup(linkLine(finding, words, options)) },
      { type: "context", elements: [markup(code(updateMarkerOf(notice), 100))] },
    ],
    color: colours[finding.severity],
  };
}

const colours: Record<Severity, string> = {
  CRITICAL: "#b71c1c",
  HIGH: "#e65100",
  MEDIUM: "#f9a825",
  LOW: "#1565c0",
  INFORMATIONAL: "#757575",
};

/** One line for notifications: severity, title, account, region, and what is special. */
function summary(notice: Notice, words: Words): string {
  const { finding } = notice;
  const headline = headlineOf(notice, words);
  return [
    `${marks[finding.severity]} ${finding.severity} ${inline(titleOf(finding, words), 400)}`,
    `${inline(accountOf(finding), 200)} ${inline(oneLine(finding.region) || words.unknown, 60)}`,
    ...(headline ? [headline] : []),
  ].join(" | ");
}

function factsOf(finding: Finding, words: Words): SlackText[] {
  const { severity } = finding;
  const first = field(words.labels.severity, `${marks[severity]} ${words.severity[severity]}`);
  return [first, ...rowsOf(finding, words).map(([label, value]) => field(label, value))];
}

function field(label: string, value: string): SlackText {
  return markup(`*${label}*\n${inline(value, 200)}`);
}

function resourceLines(finding: Finding, words: Words): string {
  const { shown, beyond } = resourcesOf(finding, 5);
  const lines = shown.map(({ id, type }) => `${code(id, 200)} ${inline(type, 60)}`.trimEnd());
  if (beyond > 0) lines.push(words.more(beyond));
  return [`*${words.labels.resources}* ${words.count(finding.resourceCount)}`, ...lines].join("\n");
}

function linkLine(finding: Finding, words: Words, options: MessageOptions): string {
  const links = linksOf(finding, options);
  const product = words.links.product(inline(oneLine(finding.productName) || words.unknown, 60));
  const all = [link(links.securityHub, words.links.securityHub)];
  if (links.product) all.push(link(links.product, product));
  if (links.resource) all.push(link(links.resource, words.links.resource));
  if (links.remediation) all.push(link(links.remediation, words.links.remediation));
  // All of them fit unless a product sends addresses of 600 characters, or ids that the portal's links double; then the last ones are left out, not cut through.
  return all.reduce((line, next) => (line.length + next.length > 2400 ? line : `${line} ・ ${next}`));
}

function link(url: string, label: string): string {
  return `<${url.replace(/&/g, "&amp;")}|${label.replace(/\|/g, "¦")}>`;
}

/** Text of a finding, shown exactly as it is: plain_text knows no mentions, links or formatting. */
function literal(text: string, max: number): SlackText {
  return { type: "plain_text", text: escaped(text, max), emoji: false };
}

/** Text of ours, with Slack's markup; what comes from a finding has gone through inline() or code(). */
function markup(text: string): SlackText {
  return { type: "mrkdwn", text, verbatim: true };
}

/** Text of a finding within markup. */
function inline(text: string, max: number): string {
  return withoutFormatting(escaped(text, max));
}

/** An id of a finding within markup, in which nothing is formatted, linked or made an emoji (":s3:"). */
function code(text: string, max: number): string {
  return `\`${escaped(text.replace(/`/g, "ˋ"), max)}\``;
}

/** Escapes what Slack takes for its own, and cuts so that the escaped text fits and no escape is cut through. */
function escaped(text: string, max: number): string {
  const entities = (part: string) => part.replace(/[&<>]/g, (mark) => escapes[mark] ?? mark);
  const whole = entities(cut(text, max));
  if (whole.length <= max) return whole;
  const kept: string[] = [];
  let length = 1;
  for (const character of text) {
    const next = entities(character);
    length += next.length;
    if (length > max) break;
    kept.push(next);
  }
  return `${kept.join("")}…`;
}

const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
