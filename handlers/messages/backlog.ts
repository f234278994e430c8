import { cut } from "../alert/fields";
import type { Notice, Severity } from "../alert/types";
import { type BacklogFormat, type BacklogTextFormat, bmp, formatOf, safe, safeId } from "./backlogFormats";
import { linksOf } from "./links";
import { markerOf, updateMarkerOf } from "./marker";
import { accountOf, oneLine, plain, resourcesOf, rowsOf, timeOf, titleOf } from "./text";
import { headlineOf, type LeftOut, type MessageOptions, type Words, wordsOf } from "./words";

export interface BacklogOptions extends MessageOptions {
  /** How the project's texts are formatted. */
  textFormat: BacklogTextFormat;
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
  const place = `[${bmp(accountOf(finding), 80)} ${bmp(oneLine(finding.region) || words.unknown, 40)}]`;
  const named = `${marks[finding.severity]} ${finding.severity}: ${bmp(titleOf(finding, words), 250)}`;
  const description = plain(finding.description);

  const parts = [
    ...(headline ? [format.strong(headline)] : []),
    format.title(safe(titleOf(finding, words), 1100)),
    format.table([severityRow(notice, words), ...factRows(notice, words)]),
    ...leftOutLine(words, options),
    resourceLines(notice, words, format),
    ...(description === "" ? [] : [format.heading(words.labels.description), quoted(description, format)]),
    linkLines(notice, words, format, options),
    markerOf(notice),
  ];
  return { summary: `${cut(named, 254 - place.length)} ${place}`, description: parts.join("\n\n") };
}

/** The comment on an alert's issue when the alert got worse. Ends with its own marker line, which names the version. */
export function backlogComment(notice: Notice, options: BacklogOptions): string {
  const { finding } = notice;
  const words = wordsOf(options.language);
  const format = formatOf(options.textFormat);
  const lastSeen = timeOf(finding.lastSeen ?? finding.updatedAt, words);
  return [
    format.strong(headlineOf(notice, words) ?? words.grown(finding.resourceCount)),
    format.table([severityRow(notice, words), [words.labels.lastSeen, lastSeen]]),
    ...leftOutLine(words, options),
    resourceLines(notice, words, format),
    linkLines(notice, words, format, options),
    updateMarkerOf(notice),
  ].join("\n\n");
}

/** Within the Basic Multilingual Plane, since Backlog's API refuses what lies beyond it. */
const marks: Record<Severity, string> = { CRITICAL: "◆", HIGH: "▲", MEDIUM: "■", LOW: "▽", INFORMATIONAL: "○" };

const severityRow = ({ finding: { severity } }: Notice, words: Words): [string, string] => [
  words.labels.severity,
  `${marks[severity]} ${words.severity[severity]}`,
];

const factRows = (notice: Notice, words: Words) =>
  rowsOf(notice.finding, words).map(([label, value]): [string, string] => [label, safe(value, 300)]);

function resourceLines(notice: Notice, words: Words, format: BacklogFormat): string {
  const { shown, beyond } = resourcesOf(notice.finding, 20);
  const lines = shown.map(
    ({ id, type }) => `- ${format.id(safeId(id, 1024))}${type === "" ? "" : ` (${safe(type, 100)})`}`,
  );
  if (beyond > 0) lines.push(`- ${words.more(beyond)}`);
  const heading = `${words.labels.resources}${words.colon}${words.count(notice.finding.resourceCount)}`;
  return [format.heading(heading), ...(lines.length > 0 ? [lines.join("\n")] : [])].join("\n\n");
}

/** Who set hakken up has to notice, though the issue is filed. */
function leftOutLine(words: Words, { leftOut = [] }: BacklogOptions): string[] {
  const names = leftOut.map(({ as, name }) => ({ as, name: safe(oneLine(name), 100) }));
  return names.length > 0 ? [words.leftOut(names)] : [];
}

function linkLines(notice: Notice, words: Words, format: BacklogFormat, options: BacklogOptions): string {
  const { finding } = notice;
  const links = linksOf(finding, options);
  const product = words.links.product(safe(oneLine(finding.productName) || words.unknown, 60));
  const lines = [format.link(links.securityHub, words.links.securityHub)];
  if (links.product) lines.push(format.link(links.product, product));
  if (links.resource) lines.push(format.link(links.resource, words.links.resource));
  if (links.remediation) lines.push(format.link(links.remediation, words.links.remediation));
  return lines.map((line) => `- ${line}`).join("\n");
}

/** Every line quoted, so that none can pass for the marker line. */
function quoted(text: string, format: BacklogFormat): string {
  return format.quote(cut(safe(text, 8192), 8192).split("\n"));
}
