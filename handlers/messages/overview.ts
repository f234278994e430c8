import { cut } from "../alert/fields";
import { severities } from "../alert/severity";
import type { Severity } from "../alert/types";
import { type DigestWords, digestWordsOf } from "./digestWords";
import { safeUrl } from "./links";
import { asciiSubject, type MailMessage, mailGroups } from "./mail";
import { pagesOf, type SlackPages, sectionsOf } from "./slackPages";
import { inline, link, literal, markerBlock, type SlackMessage, section } from "./slackText";
import { accountOf, marks, oneLine } from "./text";
import { type MessageOptions, type Words, wordsOf } from "./words";

/** What existed before hakken was started, or before a region or a standard was linked: told once, by control. */
export interface Overview {
  /** In any order. */
  controls: readonly OverviewControl[];
}

/** Findings of one control, or of one kind where there is none. */
export interface OverviewControl {
  /** Control and title. */
  title: string;
  severity: Severity;
  accounts: readonly { id: string; name?: string }[];
  findings: number;
  /** Its page in Security Hub. Default: none. */
  link?: string;
}

/** The overview for Slack: as much as fits in the channel, the rest in the thread. */
export function slackOverview({ controls }: Overview, options: MessageOptions): SlackPages {
  const [words, own] = [wordsOf(options.language), digestWordsOf(options.language)];
  const head = [
    { type: "header" as const, text: literal(`📋 ${own.overview}`, 150) },
    section(own.overviewIntro(findingsOf(controls))),
  ];
  const lines = worstFirst(controls).map((control) => slackLine(control, words, own));
  const text = `📋 ${own.overview}${words.colon}${own.findings(findingsOf(controls))}`;
  return pagesOf(text, head, sectionsOf(lines), words);
}

/** The same as a mail. */
export function mailOverview({ controls }: Overview, options: MessageOptions): MailMessage {
  const [words, own] = [wordsOf(options.language), digestWordsOf(options.language)];
  const lines = worstFirst(controls).map((control) => mailLine(control, words, own));
  return {
    subject: asciiSubject(["[hakken] overview:", `${findingsOf(controls)} findings that were there before the start`]),
    message: mailGroups(
      [{ heading: `${own.overview}\n${own.overviewIntro(findingsOf(controls))}\n`, lines }],
      words,
    ).join("\n"),
  };
}

/** Said once an hour, where a channel's budget of messages is used up. `marker` names it for a search after a lost reply. */
export function slackSummary(
  budget: { messages: number; marker?: string },
  { language }: MessageOptions,
): SlackMessage {
  const said = `⏸️ ${digestWordsOf(language).budget(budget.messages)}`;
  return { text: said, blocks: [section(said), ...(budget.marker ? [markerBlock(budget.marker)] : [])] };
}

/** The same as a mail. */
export function mailSummary(budget: { messages: number }, { language }: MessageOptions): MailMessage {
  const subject = asciiSubject(["[hakken]", `the hourly budget of ${budget.messages} messages is used up`]);
  return { subject, message: digestWordsOf(language).budget(budget.messages) };
}

const findingsOf = (controls: Overview["controls"]): number =>
  controls.reduce((sum, { findings }) => sum + findings, 0);

const worstFirst = (controls: Overview["controls"]): OverviewControl[] =>
  [...controls].sort(
    (one, other) =>
      severities.indexOf(other.severity) - severities.indexOf(one.severity) || other.findings - one.findings,
  );

/** Accounts by name while they are few. */
function accountsIn({ accounts }: OverviewControl, own: DigestWords): string {
  const few = accounts.slice(0, 3).map((account) => cut(accountOf(account), 60));
  return accounts.length > 3 ? own.accounts(accounts.length) : few.join(", ");
}

function slackLine(control: OverviewControl, words: Words, own: DigestWords): string {
  const { severity, title, findings } = control;
  const page = safeUrl(control.link);
  const accounts = inline(accountsIn(control, own), 250);
  return [
    `${marks[severity]} ${severity} ${inline(oneLine(title) || words.untitled, 200)}`,
    ...(accounts === "" ? [] : [accounts]),
    own.findings(findings),
    ...(page ? [link(page, own.link)] : []),
  ].join(" ・ ");
}

function mailLine(control: OverviewControl, words: Words, own: DigestWords): string {
  const { severity, title, findings } = control;
  const page = safeUrl(control.link);
  const said = [
    `${marks[severity]} ${severity} ${cut(oneLine(title) || words.untitled, 300)}`,
    accountsIn(control, own),
    own.findings(findings),
  ].filter((part) => part !== "");
  return [`  ${said.join(" / ")}`, ...(page ? [`    ${page}`] : [])].join("\n");
}
