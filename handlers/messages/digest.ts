import { cut } from "../alert/fields";
import { severities } from "../alert/severity";
import type { Channel, Severity } from "../alert/types";
import { type DigestWords, digestWordsOf } from "./digestWords";
import { safeUrl } from "./links";
import { asciiSubject, type MailMessage, mailGroups } from "./mail";
import { pagesOf, type SlackPages, sectionsOf } from "./slackPages";
import { inline, link, literal, type SlackBlock, section } from "./slackText";
import { accountOf, marks, oneLine, timeOf } from "./text";
import { type MessageOptions, type Words, wordsOf } from "./words";

/** What happened in a time, and what nobody was told of singly. One that has nothing of it is a sign of life. */
export interface Digest {
  /** The time that it tells of, from and until. ISO 8601, UTC. */
  from: string;
  until: string;
  /** Which of the day's messages this is, from 1: what one can't list, the next one does. */
  number: number;
  /** How all is. Only of the first message. */
  census?: DigestCensus;
  /** Channels whose circuit breaker is open. */
  channelsBroken: readonly Channel[];
  /** How many alerts people have closed that fail, where not all of them are listed. */
  failing?: number;
  /** What is to be read here, since it was not told by itself. In any order. */
  alerts: readonly DigestAlert[];
}

export interface DigestCensus {
  /** How many alerts opened and closed in the digest's time. */
  opened: number;
  closed: number;
  /** How many alerts are open now. */
  open: Record<Severity, number>;
  /** How many alerts are not told yet. */
  waiting: number;
}

/**
 * Why an alert stands in a digest. budget: the hour's messages were used up. vulnerability: neither exploitable nor CRITICAL.
 * closedButFailing: a person closed it, the check fails. quiet: it was there before the start. waiting: it is not told yet.
 */
export type DigestReason = "budget" | "vulnerability" | "closedButFailing" | "quiet" | "waiting";

export interface DigestAlert {
  reason: DigestReason;
  title: string;
  severity: Severity;
  account: { id: string; name?: string };
  region: string;
  /** How many findings it stands for. */
  findings: number;
  /** It is over by now. Default: it is open. */
  over?: boolean;
  /** Where more is to be read: its message, its issue, or its page in the console. Default: nowhere. */
  link?: string;
}

/** The digest for Slack: the numbers in the channel, what is listed there too as far as it fits, the rest in the thread. */
export function slackDigest(digest: Digest, options: MessageOptions): SlackPages {
  const [words, own] = [wordsOf(options.language), digestWordsOf(options.language)];
  const head: SlackBlock[] = [
    { type: "header", text: literal(`${markOf(digest)} ${own.digest}`, 150) },
    section(headLines(digest, words, own).join("\n")),
  ];
  const blocks = groupsOf(digest).flatMap(([reason, alerts]) => {
    const [all, beyond] = countOf(digest, reason, alerts);
    const lines = alerts.map((alert) => slackLine(alert, words, own));
    const more = beyond > 0 ? [words.more(beyond)] : [];
    return [section(`*${own.reasons[reason]}* ${words.count(all)}`), ...sectionsOf([...lines, ...more])];
  });
  return pagesOf(textOf(digest, words, own), head, blocks, words);
}

/** The same as a mail. */
export function mailDigest(digest: Digest, options: MessageOptions): MailMessage {
  const [words, own] = [wordsOf(options.language), digestWordsOf(options.language)];
  const groups = groupsOf(digest).map(([reason, alerts]) => {
    const [all, beyond] = countOf(digest, reason, alerts);
    const heading = `${own.reasons[reason]}${words.colon}${words.count(all)}`;
    const more = beyond > 0 ? [`  ${words.more(beyond)}`] : [];
    return { heading, lines: [...alerts.map((alert) => mailLine(alert, words, own)), ...more] };
  });
  const broken = digest.channelsBroken.length > 0 ? `, NOT WORKING: ${digest.channelsBroken.join(" ")}` : "";
  return {
    subject: asciiSubject(["[hakken] digest:", `${subjectOf(digest)}${broken}`]),
    message: [headLines(digest, words, own).join("\n"), ...mailGroups(groups, words)].join("\n\n"),
  };
}

/** Whether nothing happened and nothing is listed: the digest tells that hakken is alive. */
export const isQuiet = ({ census, channelsBroken, alerts }: Digest): boolean =>
  census !== undefined && census.opened + census.closed + census.waiting + channelsBroken.length + alerts.length === 0;

/** ASCII, as subjects are. */
function subjectOf(digest: Digest): string {
  const { number, census } = digest;
  if (!census) return `message ${number}`;
  return `${isQuiet(digest) ? "all is well" : `${census.opened} opened`}, ${openOf(census)} open`;
}

const openOf = ({ open }: DigestCensus): number => severities.reduce((sum, severity) => sum + open[severity], 0);

const markOf = (digest: Digest): string => {
  if (digest.channelsBroken.length > 0) return "🔴";
  return isQuiet(digest) ? "🟢" : "📋";
};

const textOf = (digest: Digest, words: Words, own: DigestWords): string => {
  const said = digest.census ? headLines(digest, words, own).slice(1, 3).join(", ") : own.message(digest.number);
  return `${markOf(digest)} ${own.digest}: ${said}`;
};

function headLines(digest: Digest, words: Words, own: DigestWords): string[] {
  const { from, until, number, census, channelsBroken } = digest;
  const broken = channelsBroken.length > 0 ? [own.broken(channelsBroken)] : [];
  if (!census) return [own.message(number), ...broken];
  const { opened, closed, open, waiting } = census;
  const bySeverity = [...severities].reverse().filter((severity) => open[severity] > 0);
  const openNow = bySeverity.map((severity) => `${marks[severity]} ${severity} ${open[severity]}`);
  const total = openOf(census);
  return [
    `${timeOf(from, words)} - ${timeOf(until, words)}`,
    isQuiet(digest) ? own.quiet : `${own.opened(opened)}, ${own.closed(closed)}`,
    `${own.open(total)}${openNow.length > 0 ? `${words.colon}${openNow.join(" ")}` : ""}`,
    ...(waiting > 0 ? [own.waiting(waiting)] : []),
    ...broken,
  ];
}

const REASONS: readonly DigestReason[] = ["waiting", "budget", "closedButFailing", "vulnerability", "quiet"];

/** What there is of each reason, the worst first. */
function groupsOf({ alerts }: Digest): [DigestReason, DigestAlert[]][] {
  const rank = ({ severity }: DigestAlert) => -severities.indexOf(severity);
  return REASONS.map((reason): [DigestReason, DigestAlert[]] => [
    reason,
    alerts.filter((alert) => alert.reason === reason).sort((one, other) => rank(one) - rank(other)),
  ]).filter(([, listed]) => listed.length > 0);
}

/** How many there are of a reason, and how many of them are not listed. */
function countOf({ failing = 0 }: Digest, reason: DigestReason, { length: listed }: DigestAlert[]): [number, number] {
  const all = reason === "closedButFailing" ? Math.max(failing, listed) : listed;
  return [all, all - listed];
}

/** What is said of an alert behind its title and its place. */
const stateOf = ({ over, findings }: DigestAlert, own: DigestWords): string[] => [
  ...(findings > 1 ? [own.findings(findings)] : []),
  ...(over ? [own.over] : []),
];

function slackLine(alert: DigestAlert, words: Words, own: DigestWords): string {
  const { severity, title, account, region } = alert;
  const page = safeUrl(alert.link);
  const where = `${cut(accountOf(account), 80)} ${cut(oneLine(region) || words.unknown, 40)}`;
  return [
    `${marks[severity]} ${severity} ${inline(oneLine(title) || words.untitled, 200)}`,
    inline(where, 150),
    ...stateOf(alert, own),
    ...(page ? [link(page, own.link)] : []),
  ].join(" ・ ");
}

function mailLine(alert: DigestAlert, words: Words, own: DigestWords): string {
  const { severity, title, account, region } = alert;
  const page = safeUrl(alert.link);
  const said = [
    `${marks[severity]} ${severity} ${cut(oneLine(title) || words.untitled, 300)}`,
    `${cut(accountOf(account), 80)} ${cut(oneLine(region) || words.unknown, 40)}`,
    ...stateOf(alert, own),
  ].join(" / ");
  return [`  ${said}`, ...(page ? [`    ${page}`] : [])].join("\n");
}
