import type { Channel, Language } from "../alert/types";
import type { DigestReason } from "./digest";

/** All that a person reads in a digest, an overview and a summary, and that is not a finding's own text. */
export interface DigestWords {
  digest: string;
  /** Which message of a digest this is that one could not hold. */
  message: (number: number) => string;
  /** Nothing happened: the digest is a sign of life. */
  quiet: string;
  opened: (n: number) => string;
  closed: (n: number) => string;
  open: (n: number) => string;
  waiting: (n: number) => string;
  broken: (channels: readonly Channel[]) => string;
  reasons: Record<DigestReason, string>;
  link: string;
  /** Of an alert that was open, and is not any more. */
  over: string;
  findings: (n: number) => string;
  accounts: (n: number) => string;
  overview: string;
  overviewIntro: (findings: number) => string;
  budget: (messages: number) => string;
}

export const digestWordsOf = (language: Language): DigestWords => (language === "ja" ? ja : en);

const channelNames: Record<Channel, string> = { slack: "Slack", backlog: "Backlog", mail: "e-mail" };
const plural = (n: number, one: string, more: string) => `${n} ${n === 1 ? one : more}`;

const en: DigestWords = {
  digest: "hakken's digest",
  message: (number) => `message ${number}, more of what was not told by itself`,
  quiet: "All is well, nothing new",
  opened: (n) => `${n} opened`,
  closed: (n) => `${n} closed`,
  open: (n) => `${n} open now`,
  waiting: (n) => `${plural(n, "alert is", "alerts are")} still to be told`,
  broken: (channels) =>
    `Not working: ${channels.map((channel) => channelNames[channel]).join(", ")}. What is to be told there waits.`,
  reasons: {
    budget: "Beyond the hourly budget of messages",
    vulnerability: "Vulnerabilities that are not told one by one",
    closedButFailing: "Closed, but the check still fails",
    quiet: "There before hakken was started",
    waiting: "Waiting to be told",
  },
  link: "open",
  over: "over by now",
  findings: (n) => plural(n, "finding", "findings"),
  accounts: (n) => plural(n, "account", "accounts"),
  overview: "What was there before hakken was started",
  overviewIntro: (findings) =>
    `${plural(findings, "finding", "findings")} in all. They are told here once, and one by one from now on only if they get worse or come back.`,
  budget: (messages) =>
    `The hourly budget of ${plural(messages, "message", "messages")} is used up; the rest comes in the digest.`,
};

const ja: DigestWords = {
  digest: "hakken のダイジェスト",
  message: (number) => `${number} 通目: 個別に通知しなかったものの続き`,
  quiet: "異常なし、新しいアラートはありません",
  opened: (n) => `新規 ${n} 件`,
  closed: (n) => `クローズ ${n} 件`,
  open: (n) => `オープン中 ${n} 件`,
  waiting: (n) => `通知待ち ${n} 件`,
  broken: (channels) =>
    `停止中: ${channels.map((channel) => (channel === "mail" ? "メール" : channelNames[channel])).join("、")}。復旧するまで通知を保留します。`,
  reasons: {
    budget: "1 時間あたりの通知数の上限を超えたもの",
    vulnerability: "個別に通知しない脆弱性",
    closedButFailing: "クローズ済みだが、チェックに合格していないもの",
    quiet: "hakken の開始前からあったもの",
    waiting: "通知待ちのもの",
  },
  link: "開く",
  over: "解消済み",
  findings: (n) => `検出結果 ${n} 件`,
  accounts: (n) => `アカウント ${n} 個`,
  overview: "hakken の開始前からあった検出結果",
  overviewIntro: (findings) =>
    `計 ${findings} 件。ここで一度だけお知らせし、今後は悪化または再発したときに個別に通知します。`,
  budget: (messages) => `1 時間あたりの通知数の上限(${messages} 件)に達しました。残りはダイジェストでお知らせします。`,
};
