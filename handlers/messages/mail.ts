import { cut } from "../alert/fields";
import type { Finding, Notice } from "../alert/types";
import { linksOf } from "./links";
import { markerOf } from "./marker";
import { rowsOf } from "./rows";
import { allResources, marks, oneLine, openFor, plain, resourcesOf, timeOf, titleOf, withControl } from "./text";
import { headlineOf, isClosed, isUpdated, type MessageOptions, type Words, wordsOf } from "./words";

/** The texts of SNS Publish. */
export interface MailMessage {
  /** Printable ASCII in one line, below 100 characters, as SNS demands; so it is English in every language. */
  subject: string;
  /** Plain text, far below SNS's 256 KB. */
  message: string;
}

/** A notice that is mailed. What closes after it was told stands in the digest, and so has no mail. */
export type MailNotice = Notice & { kind: Exclude<Notice["kind"], "closed"> };

/** Whether a notice is one that a mail is sent for. */
export const isMailed = (notice: Notice): notice is MailNotice => notice.kind !== "closed";

/**
 * The mail on an alert: the same for its first word and for a rise, since a mail can't be changed or answered to.
 * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
export function mailMessage(notice: MailNotice, options: MessageOptions): MailMessage {
  const { finding } = notice;
  const words = wordsOf(options.language);
  const headline = headlineOf(notice, words);
  const description = cut(plain(finding.description), 8192);

  const parts = [
    ...(notice.repeated ? [words.repeatedMail] : []),
    ...(headline ? [headline] : []),
    `${marks[finding.severity]} ${finding.severity} ${titleOf(finding, words)}`,
    factLines(notice, words),
    ...addedLines(notice, words),
    resourceLines(allResources(finding), words.labels.resources, words),
    ...(description === "" ? [] : [`${words.labels.description}\n${indented(description)}`]),
    linkLines(notice, words, options),
    markerOf(notice),
  ].filter((part) => part !== "");
  return { subject: subjectOf(notice), message: parts.join("\n\n") };
}

function subjectOf(notice: MailNotice): string {
  const { finding } = notice;
  const grown = isUpdated(notice) ? "(updated)" : "(more resources)";
  const risen = notice.previousSeverity === finding.severity ? grown : "(risen)";
  const special = {
    opened: notice.occurrence > 1 ? "(again)" : "",
    risen,
    reopened: "(again)",
    requested: "(asked for)",
    openedAndClosed: "(closed already)",
  }[notice.kind];
  const parts = [
    "[hakken]",
    notice.repeated ? "(may be a repeat)" : "",
    finding.severity,
    special,
    // An account's id is short and says which; cut all the same, for it comes from outside.
    `${ascii(finding.accountId).slice(0, 12)}${beside(notice.accounts)}`,
    `${ascii(finding.region).slice(0, 16)}${beside(notice.regions)}`,
    asciiTitle(finding),
  ];
  return asciiSubject(parts);
}

/** Parts that are ASCII as a subject: those that are empty left out, below 100 characters. */
export function asciiSubject(parts: readonly string[]): string {
  const subject = parts.filter((part) => part !== "").join(" ");
  return subject.length < 100 ? subject : `${subject.slice(0, 96).trimEnd()}...`;
}

const beside = (all: readonly unknown[]): string => (all.length > 1 ? `+${all.length - 1}` : "");

/** The control, and the title where ASCII still tells it: of a Japanese title only crumbs would be left. */
function asciiTitle(finding: Finding): string {
  const control = ascii(finding.control ?? "");
  const title = oneLine(finding.title);
  const left = ascii(title);
  const telling = left.length >= title.length * 0.7 ? left : "";
  return withControl(control, telling);
}

function ascii(text: string): string {
  return text
    .replace(/[^\x20-\x7e]+/g, " ")
    .replace(/ +/g, " ")
    .trim();
}

function factLines(notice: Notice, words: Words): string {
  const { labels } = words;
  const severity: [string, string] = [labels.severity, words.severity[notice.finding.severity]];
  const open = openFor(notice, words);
  const end: [string, string][] = isClosed(notice) ? [[labels.closedAt, timeOf(notice.closedAt, words)]] : [];
  if (isClosed(notice) && open) end.push([labels.openFor, open]);
  return [severity, ...rowsOf(notice, words), ...end]
    .map(([label, value]) => `${label}${words.colon}${value}`)
    .join("\n");
}

function addedLines({ added }: Notice, words: Words): string[] {
  return added && added.count > 0 ? [resourceLines(added, words.added, words)] : [];
}

function resourceLines(resources: Parameters<typeof resourcesOf>[0], label: string, words: Words): string {
  const { shown, beyond } = resourcesOf(resources, 20);
  const lines = shown.map(({ id, type }) => `  ${cut(id, 1024)}${type === "" ? "" : ` (${cut(type, 100)})`}`);
  if (beyond > 0) lines.push(`  ${words.more(beyond)}`);
  return [`${label}${words.colon}${words.count(resources.count)}`, ...lines].join("\n");
}

/** Addresses stand on lines of their own, since mail clients take what follows for a part of them. */
function linkLines({ finding, findings }: Notice, words: Words, options: MessageOptions): string {
  const links = linksOf(finding, options, findings);
  const product = words.links.product(cut(oneLine(finding.productName), 60) || words.unknown);
  const lines: string[] = [];
  if (links.securityHub) lines.push(words.links.securityHub, links.securityHub);
  if (links.healthOrganization) lines.push(words.links.healthOrganization, links.healthOrganization);
  if (links.product) lines.push(product, links.product);
  if (links.resource) lines.push(words.links.resource, links.resource);
  if (links.remediation) lines.push(words.links.remediation, links.remediation);
  return lines.join("\n");
}

function indented(text: string): string {
  return text
    .split("\n")
    .map((line) => `  ${line}`.trimEnd())
    .join("\n");
}

/** Far below the 256 KB of SNS, with three bytes a character. */
const LONGEST_LIST = 60_000;

/** Lines with their headings, as many as a mail takes, and how many more there are. */
export function mailGroups(groups: readonly { heading: string; lines: readonly string[] }[], words: Words): string[] {
  let left = LONGEST_LIST;
  return groups.map(({ heading, lines }) => {
    const shown: string[] = [];
    for (const line of lines) {
      left -= line.length;
      if (left < 0) break;
      shown.push(line);
    }
    const beyond = lines.length - shown.length;
    return [heading, ...shown, ...(beyond > 0 ? [`  ${words.more(beyond)}`] : [])].join("\n");
  });
}
