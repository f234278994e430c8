import { cut } from "../alert/fields";
import type { Finding, Notice } from "../alert/types";
import { linksOf } from "./links";
import { markerOf } from "./marker";
import { marks, oneLine, plain, resourcesOf, rowsOf, titleOf, withControl } from "./text";
import { headlineOf, type MessageOptions, type Words, wordsOf } from "./words";

/** The texts of SNS Publish. */
export interface MailMessage {
  /** Printable ASCII in one line, below 100 characters, as SNS demands; so it is English in every language. */
  subject: string;
  /** Plain text, far below SNS's 256 KB. */
  message: string;
}

/**
 * The mail on an alert: the same for its first word and for a rise, since a mail can't be changed or answered to.
 * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
export function mailMessage(notice: Notice, options: MessageOptions): MailMessage {
  const { finding } = notice;
  const words = wordsOf(options.language);
  const headline = headlineOf(notice, words);
  const description = cut(plain(finding.description), 8192);

  const parts = [
    ...(notice.repeated ? [words.repeatedMail] : []),
    ...(headline ? [headline] : []),
    `${marks[finding.severity]} ${finding.severity} ${titleOf(finding, words)}`,
    factLines(finding, words),
    resourceLines(finding, words),
    ...(description === "" ? [] : [`${words.labels.description}\n${indented(description)}`]),
    linkLines(finding, words, options),
    markerOf(notice),
  ];
  return { subject: subjectOf(notice), message: parts.join("\n\n") };
}

function subjectOf(notice: Notice): string {
  const { finding } = notice;
  const risen = notice.previousSeverity === finding.severity ? "(more resources)" : "(risen)";
  const special = {
    opened: notice.occurrence > 1 ? "(again)" : "",
    risen,
    reopened: "(again)",
    requested: "(asked for)",
    closed: "(closed)",
    openedAndClosed: "(closed already)",
  }[notice.kind];
  const parts = [
    "[hakken]",
    notice.repeated ? "(may be a repeat)" : "",
    finding.severity,
    special,
    // An account's id is short and says which; cut all the same, for it comes from outside.
    ascii(finding.accountId).slice(0, 12),
    ascii(finding.region).slice(0, 16),
    asciiTitle(finding),
  ];
  const subject = parts.filter((part) => part !== "").join(" ");
  return subject.length < 100 ? subject : `${subject.slice(0, 96).trimEnd()}...`;
}

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

function factLines(finding: Finding, words: Words): string {
  const severity: [string, string] = [words.labels.severity, words.severity[finding.severity]];
  return [severity, ...rowsOf(finding, words)]
    .map(([label, value]) => `${label}${words.colon}${cut(value, 1024)}`)
    .join("\n");
}

function resourceLines(finding: Finding, words: Words): string {
  const { shown, beyond } = resourcesOf(finding, 20);
  const lines = shown.map(({ id, type }) => `  ${cut(id, 1024)}${type === "" ? "" : ` (${cut(type, 100)})`}`);
  if (beyond > 0) lines.push(`  ${words.more(beyond)}`);
  return [`${words.labels.resources}${words.colon}${words.count(finding.resourceCount)}`, ...lines].join("\n");
}

/** Addresses stand on lines of their own, since mail clients take what follows for a part of them. */
function linkLines(finding: Finding, words: Words, options: MessageOptions): string {
  const links = linksOf(finding, options);
  const product = words.links.product(cut(oneLine(finding.productName), 60) || words.unknown);
  const lines = [words.links.securityHub, links.securityHub];
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
