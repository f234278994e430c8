import type { Notice } from "../alert/types";
import { safeUrl } from "./links";
import { markerOf, updateMarkerOf } from "./marker";
import { rowsOf } from "./rows";
import {
  escaped,
  inline,
  link,
  linkLine,
  literal,
  literalSection,
  markerBlock,
  markup,
  resourceLines,
  type SlackBlock,
  type SlackMessage,
  type SlackText,
  section,
} from "./slackText";
import { allResources, marks, oneLine, openFor, outcomeMark, placeOf, plain, timeOf, titleOf } from "./text";
import { headlineOf, isClosed, type MessageOptions, type Words, wordsOf } from "./words";

export interface SlackOptions extends MessageOptions {
  /** Address of the message of the occurrence before. Default: none. */
  previous?: string;
}

/**
 * The alert's message as it reads now: in full while it is open, its outcome alone once it is closed. Kept whatever a
 * finding holds: 150 characters of header, 3,000 a section, 10 fields of 2,000, 50 blocks, below 13,200 in all. Each piece is
 * cut by itself, so the links and the marker always stay.
 * https://docs.slack.dev/reference/block-kit/blocks
 */
export function slackMessage(notice: Notice, options: SlackOptions): SlackMessage {
  const words = wordsOf(options.language);
  const text = summary(notice, words);
  if (isClosed(notice)) return { text, blocks: outcomeBlocks(notice, words, options) };
  const sized = SIZES.map((size) => openBlocks(notice, words, options, size));
  const blocks = sized.find((one) => JSON.stringify(one).length + text.length < MOST) ?? sized.at(-1) ?? [];
  return { text, blocks };
}

/** What the alert's thread says of this notice; what is broadcast to the channel must be understood alone. */
export function slackReply(notice: Notice, options: MessageOptions): SlackMessage {
  const { finding, added } = notice;
  const words = wordsOf(options.language);
  const headline = section(`${markOf(notice)} *${headlineOf(notice, words) ?? words.recurred(notice.occurrence)}*`);
  const marker = markerBlock(updateMarkerOf(notice));
  const text = summary(notice, words);
  if (isClosed(notice)) return { text, blocks: [headline, section(outcomeFacts(notice, words).join("\n")), marker] };
  const fresh = added && added.count > 0 ? [`*${words.added}*`, ...resourceLines(added, 10, words)] : [];
  return {
    text,
    blocks: [
      headline,
      literalSection(titleOf(finding, words), 600),
      section(stateFacts(notice, words).join("\n")),
      ...(fresh.length > 0 ? [section(fresh.join("\n"))] : []),
      ...linkSection(notice, words, options),
      marker,
    ],
  };
}

/** Slack's limit lies near 13,200 characters in all; how it counts is not documented. */
const MOST = 13_000;

/** How much is shown, most first: what few findings hold would be too much in all. */
const SIZES: readonly Size[] = [
  { resources: 10, description: 1200, list: 500, fact: 200 },
  { resources: 10, description: 300, list: 500, fact: 150 },
  { resources: 5, description: 300, list: 200, fact: 80 },
];

interface Size {
  resources: number;
  /** Characters of the description, of the accounts and of the regions, of each other fact. */
  description: number;
  list: number;
  fact: number;
}

function openBlocks(notice: Notice, words: Words, options: SlackOptions, size: Size): SlackBlock[] {
  const { finding } = notice;
  const headline = headlineOf(notice, words);
  const title = titleOf(finding, words);
  const header = `${marks[finding.severity]} ${finding.severity} ${title}`;
  const description = plain(finding.description);
  const resources = resourceLines(allResources(finding), size.resources, words);
  return [
    { type: "header", text: literal(header, 150) },
    ...(headline ? [section(`*${headline}*`)] : []),
    ...(escaped(header, 150).endsWith("…") ? [literalSection(title, 600)] : []),
    { type: "section", fields: factsOf(notice, words, size) },
    section([`*${words.labels.resources}* ${words.count(finding.resourceCount)}`, ...resources].join("\n")),
    ...(description !== "" && oneLine(description) !== title ? [literalSection(description, size.description)] : []),
    ...linkSection(notice, words, options),
    ...previousSection(words, options),
    markerBlock(markerOf(notice)),
  ];
}

/** What it was, how it ended, where to look: two short lines. */
function outcomeBlocks(notice: Notice, words: Words, options: MessageOptions): SlackBlock[] {
  const { finding } = notice;
  const place = placeOf(notice, words);
  const what = `${words.severity[finding.severity]} ${inline(titleOf(finding, words), 300)}`;
  const where = inline(`${place.account} ${place.region}`, 200);
  const when = [timeOf(notice.closedAt, words), ...openForLine(notice, words)];
  const lines = [
    `${markOf(notice)} *${headlineOf(notice, words)}* ・ ${what} ・ ${where}`,
    [...when, linkLine(notice, words, options)].filter((part) => part !== "").join(" ・ "),
  ];
  return [section(lines.join("\n")), markerBlock(markerOf(notice))];
}

function stateFacts({ finding, findings, regions }: Notice, words: Words): string[] {
  const { labels, colon } = words;
  return [
    `${labels.severity}${colon}${marks[finding.severity]} ${words.severity[finding.severity]}`,
    `${labels.resources}${colon}${words.count(finding.resourceCount)}`,
    ...(findings > 1 ? [`${labels.findings}${colon}${words.count(findings)}`] : []),
    ...(regions.length > 1 ? [`${labels.region}${colon}${inline(regions.map(oneLine).join(", "), 500)}`] : []),
    `${labels.lastSeen}${colon}${timeOf(finding.lastSeen ?? finding.updatedAt, words)}`,
  ];
}

function outcomeFacts(notice: Notice, words: Words): string[] {
  const { labels, colon } = words;
  const open = openFor(notice, words);
  return [
    `${labels.closedAt}${colon}${timeOf(notice.closedAt, words)}`,
    ...(open ? [`${labels.openFor}${colon}${open}`] : []),
  ];
}

function openForLine(notice: Notice, words: Words): string[] {
  const open = openFor(notice, words);
  return open ? [words.openFor(open)] : [];
}

const markOf = (notice: Notice): string => (isClosed(notice) ? outcomeMark(notice) : marks[notice.finding.severity]);

/** One line for notifications: severity, title, account, region, and what is special. */
function summary(notice: Notice, words: Words): string {
  const { finding } = notice;
  const headline = headlineOf(notice, words);
  const { account, region } = placeOf(notice, words);
  return [
    `${markOf(notice)} ${finding.severity} ${inline(titleOf(finding, words), 400)}`,
    `${inline(account, 200)} ${inline(region, 60)}`,
    ...(headline ? [headline] : []),
  ].join(" | ");
}

function factsOf(notice: Notice, words: Words, size: Size): SlackText[] {
  const { severity } = notice.finding;
  const { labels } = words;
  const most = (label: string) => (label === labels.account || label === labels.region ? size.list : size.fact);
  const rows: [string, string][] = [
    [labels.severity, `${marks[severity]} ${words.severity[severity]}`],
    ...rowsOf(notice, words, size.list - 50),
  ];
  return rows.map(([label, value]) => markup(`*${label}*\n${inline(value, most(label))}`));
}

function previousSection(words: Words, { previous }: SlackOptions): SlackBlock[] {
  const page = safeUrl(previous);
  return page ? [section(link(page, words.previous))] : [];
}

function linkSection(notice: Notice, words: Words, options: MessageOptions): SlackBlock[] {
  const line = linkLine(notice, words, options);
  return line === "" ? [] : [section(line)];
}
