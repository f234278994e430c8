import { cut } from "../alert/fields";
import type { Notice, Severity } from "../alert/types";
import { type BacklogFormat, type BacklogTextFormat, bmp, formatOf, safe, safeId } from "./backlogFormats";
import { linksOf } from "./links";
import { markerOf, updateMarkerOf } from "./marker";
import { rowsOf } from "./rows";
import { allResources, oneLine, openFor, placeOf, plain, resourcesOf, timeOf, titleOf } from "./text";
import { headlineOf, isClosed, isUpdated, type LeftOut, type MessageOptions, type Words, wordsOf } from "./words";

export interface BacklogOptions extends MessageOptions {
  /** How the project's texts are formatted. */
  textFormat: BacklogTextFormat;
  /** Of the space, without a slash at its end: where an issue's page is. */
  spaceUrl: string;
  /** Names of the settings that could not be heeded. Default: none. */
  leftOut?: readonly LeftOut[];
}

/** The texts of POST /api/v2/issues. */
export interface BacklogIssue {
  /** At most 255 characters, one line. */
  summary: string;
  /** Ends with the marker line. Far below Backlog's limit of 100,000 characters. */
  description: string;
}

/** The issue on an alert. */
export function backlogIssue(notice: Notice, options: BacklogOptions): BacklogIssue {
  const { finding } = notice;
  const words = wordsOf(options.language);
  const format = formatOf(options.textFormat);
  const headline = headlineOf(notice, words);
  const { account, region } = placeOf(notice, words);
  const place = `[${bmp(account, 90)} ${bmp(region, 50)}]`;
  const named = `${marks[finding.severity]} ${finding.severity}: ${bmp(titleOf(finding, words), 250)}`;

  const parts = [
    ...(headline ? [format.strong(headline)] : []),
    format.title(safe(titleOf(finding, words), 1100)),
    format.table([severityRow(notice, words), ...factRows(notice, words)]),
    ...leftOutLine(words, options),
    resourceLines(allResources(finding), 20, words.labels.resources, words, format),
    ...descriptionLines(finding.description, words, format),
    linkLines(notice, words, format, options),
    markerOf(notice),
  ];
  return { summary: `${cut(named, 254 - place.length)} ${place}`, description: parts.join("\n\n") };
}

/** The comment on an alert's issue when the alert got worse, closed or opened again. Ends with its own marker line, which names the version. */
export function backlogComment(notice: Notice, options: BacklogOptions): string {
  const { finding, added } = notice;
  const words = wordsOf(options.language);
  const format = formatOf(options.textFormat);
  const { labels } = words;
  const headline = headlineOf(notice, words) ?? words.recurred(notice.occurrence);
  const isGrown = added !== undefined && added.count > 0;
  const end = [format.strong(headline), format.table(outcomeRows(notice, words)), ...leftOutLine(words, options)];
  if (isClosed(notice)) return [...end, updateMarkerOf(notice)].join("\n\n");
  return [
    format.strong(headline),
    format.table([severityRow(notice, words), ...changeableRows(notice, words)]),
    ...leftOutLine(words, options),
    ...(isGrown ? [resourceLines(added, 20, words.added, words, format)] : []),
    resourceLines(allResources(finding), isGrown ? 10 : 20, labels.resources, words, format),
    ...(isUpdated(notice) ? descriptionLines(cut(finding.description, 4000), words, format) : []),
    linkLines(notice, words, format, options),
    updateMarkerOf(notice),
  ].join("\n\n");
}

function descriptionLines(text: string, words: Words, format: BacklogFormat): string[] {
  const description = plain(text);
  return description === "" ? [] : [format.heading(words.labels.description), quoted(description, format)];
}

/** Within the Basic Multilingual Plane, since Backlog's API refuses what lies beyond it. */
const marks: Record<Severity, string> = { CRITICAL: "◆", HIGH: "▲", MEDIUM: "■", LOW: "▽", INFORMATIONAL: "○" };

const severityRow = ({ finding: { severity } }: Notice, words: Words): [string, string] => [
  words.labels.severity,
  `${marks[severity]} ${words.severity[severity]}`,
];

const factRows = (notice: Notice, words: Words, longestList?: number): [string, string][] => [
  ...rowsOf(notice, words, longestList).map(([label, value]): [string, string] => [label, safe(value, 6000)]),
  ...(isClosed(notice) ? outcomeRows(notice, words) : []),
];

/** What may be other than in the issue. */
function changeableRows(notice: Notice, words: Words): [string, string][] {
  const { labels } = words;
  const changeable = [labels.findings, labels.startTime, labels.endTime, labels.recovered, labels.lastSeen];
  if (notice.accounts.length > 1) changeable.push(labels.account);
  if (notice.regions.length > 1) changeable.push(labels.region);
  // A comment holds half of what a description does.
  return factRows(notice, words, 2000).filter(([label]) => changeable.includes(label));
}

function outcomeRows(notice: Notice, words: Words): [string, string][] {
  const open = openFor(notice, words);
  const closedAt: [string, string] = [words.labels.closedAt, timeOf(notice.closedAt, words)];
  return open ? [closedAt, [words.labels.openFor, open]] : [closedAt];
}

function resourceLines(
  resources: Parameters<typeof resourcesOf>[0],
  max: number,
  label: string,
  words: Words,
  format: BacklogFormat,
): string {
  const { shown, beyond } = resourcesOf(resources, max);
  const lines = shown.map(
    ({ id, type }) => `- ${format.id(safeId(id, 1024))}${type === "" ? "" : ` (${safe(type, 100)})`}`,
  );
  if (beyond > 0) lines.push(`- ${words.more(beyond)}`);
  const heading = `${label}${words.colon}${words.count(resources.count)}`;
  return [format.heading(heading), ...(lines.length > 0 ? [lines.join("\n")] : [])].join("\n\n");
}

/** Who set hakken up has to notice, though the issue is filed. */
function leftOutLine(words: Words, { leftOut = [] }: BacklogOptions): string[] {
  const names = leftOut.map(({ as, name }) => ({ as, name: safe(oneLine(name), 100) }));
  return names.length > 0 ? [words.leftOut(names)] : [];
}

function linkLines(notice: Notice, words: Words, format: BacklogFormat, options: BacklogOptions): string {
  const { finding } = notice;
  const links = linksOf(finding, options, notice.findings);
  const product = words.links.product(safe(oneLine(finding.productName) || words.unknown, 60));
  const lines: string[] = [];
  if (links.securityHub) lines.push(format.link(links.securityHub, words.links.securityHub));
  if (links.healthOrganization) lines.push(format.link(links.healthOrganization, words.links.healthOrganization));
  if (links.product) lines.push(format.link(links.product, product));
  if (links.resource) lines.push(format.link(links.resource, words.links.resource));
  if (links.remediation) lines.push(format.link(links.remediation, words.links.remediation));
  const previous = notice.previousReference;
  // A reference is an issue key; another one would be a channel's of another kind.
  if (previous && /^[A-Z][A-Z0-9_]*-\d+$/.test(previous)) {
    lines.push(format.link(`${options.spaceUrl}/view/${previous}`, `${words.previous} (${previous})`));
  }
  return lines.map((line) => `- ${line}`).join("\n");
}

/** Every line quoted, so that none can pass for the marker line. */
function quoted(text: string, format: BacklogFormat): string {
  return format.quote(cut(safe(text, 8192), 8192).split("\n"));
}
