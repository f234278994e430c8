import { cut } from "../alert/fields";
import { linksOf } from "./links";
import { oneLine, resourcesOf, withoutFormatting } from "./text";
import type { MessageOptions, Words } from "./words";

/** What chat.postMessage and chat.update take, without channel and metadata. */
export interface SlackMessage {
  /** What notifications and screen readers say; Slack demands it beside blocks. */
  text: string;
  blocks: SlackBlock[];
}

export type SlackText =
  | { type: "plain_text"; text: string; emoji: false }
  | { type: "mrkdwn"; text: string; verbatim?: true };

export type SlackBlock =
  | { type: "header"; text: SlackText }
  | { type: "divider" }
  | { type: "section"; text?: SlackText; fields?: SlackText[] }
  | { type: "context"; elements: SlackText[] };

/** A section of markup of ours, in which all that comes from elsewhere has gone through inline(), code() or link(). */
export const section = (text: string): SlackBlock => ({ type: "section", text: markup(text) });

/** A section that shows a text exactly as it is. */
export const literalSection = (text: string, max: number): SlackBlock => ({
  type: "section",
  text: literal(text, max),
});

/** The line by which a message is known again. */
export const markerBlock = (marker: string): SlackBlock => ({ type: "context", elements: [markup(code(marker, 100))] });

/** Text of a finding, shown exactly as it is: plain_text knows no mentions, links or formatting. */
export function literal(text: string, max: number): SlackText {
  return { type: "plain_text", text: escaped(text, max), emoji: false };
}

/** Text of ours, with Slack's markup. */
export function markup(text: string): SlackText {
  return { type: "mrkdwn", text, verbatim: true };
}

/** Text of a finding within markup. */
export function inline(text: string, max: number): string {
  return withoutFormatting(escaped(text, max));
}

/** An id of a finding within markup, in which nothing is formatted, linked or made an emoji (":s3:"). */
function code(text: string, max: number): string {
  return `\`${escaped(text.replace(/`/g, "ˋ"), max)}\``;
}

/** A link; the URL holds only characters that linksOf() lets through. */
export function link(url: string, label: string): string {
  return `<${url.replace(/&/g, "&amp;")}|${label.replace(/\|/g, "¦")}>`;
}

/** Resources, one a line: `max` of them, then how many more there are. */
export function resourceLines(resources: Parameters<typeof resourcesOf>[0], max: number, words: Words): string[] {
  const { shown, beyond } = resourcesOf(resources, max);
  const lines = shown.map(({ id, type }) => `${code(id, 200)} ${inline(type, 50)}`.trimEnd());
  return beyond > 0 ? [...lines, words.more(beyond)] : lines;
}

/** Longest line of links, below a section's 3,000 characters. */
const LONGEST_LINKS = 2400;

/** The links of a finding in one line. */
export function linkLine(
  { finding, findings }: { finding: Parameters<typeof linksOf>[0]; findings: number },
  words: Words,
  options: MessageOptions,
): string {
  const links = linksOf(finding, options, findings);
  const product = words.links.product(inline(oneLine(finding.productName) || words.unknown, 60));
  const all = [
    [links.securityHub, words.links.securityHub],
    [links.healthOrganization, words.links.healthOrganization],
    [links.product, product],
    [links.resource, words.links.resource],
    [links.remediation, words.links.remediation],
  ] as const;
  // All of them fit unless a product sends addresses of 600 characters, or ids that the portal's links double; then the
  // last ones are left out, not cut through.
  return all
    .flatMap(([url, label]) => (url ? [link(url, label)] : []))
    .reduce(
      (line, next) => (line.length + next.length > LONGEST_LINKS ? line : line ? `${line} ・ ${next}` : next),
      "",
    );
}

/** Escapes what Slack takes for its own, and cuts so that the escaped text fits and no escape is cut through. */
export function escaped(text: string, max: number): string {
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
