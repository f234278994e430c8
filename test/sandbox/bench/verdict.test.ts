import { describe, expect, it } from "vitest";
import { findingOf } from "../../../handlers/alert/normalise";
import type { AlertRecord, FindingRecord } from "../../../handlers/alert/record";
import { type Asff, floodOf } from "../../../sandbox/bench/flood/findings";
import { nameOf, type Seen } from "../../../sandbox/bench/flood/gather";
import { toldOf, verdictOf } from "../../../sandbox/bench/flood/verdict";
import { alertKeyOf } from "../../../sandbox/grouping";
import type { BacklogEntry, MailEntry, SlackEntry } from "../../../sandbox/inbox/store";

const size = {
  findings: 30,
  controls: 4,
  accounts: 2,
  regions: ["ap-northeast-1"],
  now: Date.parse("2026-11-22T12:00Z"),
};
const { findings } = floodOf(size);
const keyOf = (finding: Asff) => alertKeyOf(findingOf(finding));
const keys = [...new Set(findings.map(keyOf))];
const at = "2026-11-22T12:00:00.000Z";

const alertOf = (alertKey: string): AlertRecord => {
  const own = findings.filter((finding) => keyOf(finding) === alertKey);
  const finding = findingOf(own[0]);
  return {
    alertKey,
    occurrence: 1,
    desired: 1,
    settled: 1,
    findings: own.length,
    finding,
    deferred: {},
  } as AlertRecord;
};
const post = (alertKey: string, version = 1): SlackEntry => ({
  ...{ id: "1", channel: "C", ts: "1.0", at, text: `hakken: ${alertKey}/1`, updates: [], replies: [] },
  metadata: { event_type: "hakken_alert", event_payload: { alertKey, occurrence: 1, version } },
});
const issue = (alertKey: string) =>
  ({ key: "SEC-1", at, text: `hakken: ${alertKey}/1`, comments: [] }) as unknown as BacklogEntry;
const letter = (alertKey: string) => ({ subject: "[hakken]", at, text: `hakken: ${alertKey}/1` }) as MailEntry;
const line = (alertKey: string): string => {
  const { finding } = alertOf(alertKey);
  return `HIGH ${finding.title} ・ ${finding.accountId} ap-northeast-1`;
};
const digest = (...alertKeys: string[]): SlackEntry => ({
  ...post(""),
  text: alertKeys.map(line).join("\n"),
  metadata: { event_type: "hakken_digest", event_payload: { id: "1" } },
});

/** All as promised: one told in the digest, the others by themselves. */
const sound = (): Seen & { inbox: { slack: SlackEntry[]; backlog: BacklogEntry[]; mail: MailEntry[] } } => {
  const [first = "", ...others] = keys;
  return {
    workflows: new Map(findings.map(({ ProductArn, Id }) => [nameOf(ProductArn, Id), "NOTIFIED"])),
    alerts: keys.map(alertOf),
    members: findings.map(
      (finding) => ({ product: finding.ProductArn, id: finding.Id, alertKey: keyOf(finding) }) as FindingRecord,
    ),
    inbox: {
      slack: [...others.map((key) => post(key)), digest(first)],
      backlog: keys.map(issue),
      mail: keys.map(letter),
    },
    queues: [],
  };
};
const verdictAfter = (change: (seen: ReturnType<typeof sound>) => void): string[] => {
  const seen = sound();
  change(seen);
  return verdictOf(findings, seen);
};
const [one = "", two = ""] = keys;

describe("the verdict on a flood", () => {
  it("finds nothing where all was told once, by itself or in a digest", () => {
    expect(keys).toHaveLength(8);
    expect(verdictOf(findings, sound())).toEqual([]);
  });

  it.each<[string, (seen: ReturnType<typeof sound>) => unknown, RegExp]>([
    [
      "a finding that is still NEW",
      ({ workflows }) => (workflows as Map<string, string>).set([...workflows.keys()][0] as string, "NEW"),
      /^1 findings are not NOTIFIED .*: NEW/,
    ],
    [
      "a finding that Security Hub does not have",
      ({ workflows }) => (workflows as Map<string, string>).delete([...workflows.keys()][0] as string),
      /not there/,
    ],
    [
      "a finding that no alert lists",
      ({ members }) => (members as FindingRecord[]).pop(),
      /listed by exactly one alert.*\n?/,
    ],
    [
      "a finding that two alerts list",
      ({ members }) => (members as FindingRecord[]).push({ ...(members[0] as FindingRecord), alertKey: two }),
      /listed by exactly one alert/,
    ],
    [
      "a finding in another's alert",
      ({ members }) => Object.assign(members[0] as FindingRecord, { alertKey: "f".repeat(32) }),
      /listed by exactly one alert/,
    ],
    [
      "a finding that nobody reported",
      ({ members }) => (members as FindingRecord[]).push({ ...(members[0] as FindingRecord), id: "made up" }),
      /nobody reported: made up/,
    ],
    [
      "an alert that has not settled",
      ({ alerts }) => Object.assign(alerts[0] as AlertRecord, { desired: 2 }),
      /^1 alerts are not settled: .*1 of 2/,
    ],
    [
      "an alert that nobody was told of in Slack",
      ({ inbox }) => inbox.slack.shift(),
      /^1 alerts were never told in slack/,
    ],
    ["an alert that its digest leaves out", ({ inbox }) => inbox.slack.pop(), /^1 alerts were never told in slack/],
    ["an alert without an issue", ({ inbox }) => inbox.backlog.pop(), /^1 alerts were never told in backlog/],
    ["an alert without a mail", ({ inbox }) => inbox.mail.pop(), /^1 alerts were never told in mail/],
    ["two messages on one alert", ({ inbox }) => inbox.slack.push(post(two)), /^1 alerts were told twice in slack/],
    [
      "a message and a line in the digest, of one version",
      ({ inbox }) => inbox.slack.push(digest(two)),
      /^1 alerts were told twice in slack/,
    ],
    ["two lines in digests", ({ inbox }) => inbox.slack.push(digest(one)), /^1 alerts were told twice in slack/],
    ["two issues on one alert", ({ inbox }) => inbox.backlog.push(issue(one)), /^1 alerts were told twice in backlog/],
    ["two mails on one alert", ({ inbox }) => inbox.mail.push(letter(one)), /^1 alerts were told twice in mail/],
    [
      "a message on what is no alert",
      ({ inbox }) => inbox.slack.push(post("0".repeat(32))),
      /^1 messages in slack are of no alert/,
    ],
    [
      "a thousand messages in Slack",
      ({ inbox }) => inbox.slack.push(...Array.from({ length: 1000 }, () => ({ ...post(""), metadata: undefined }))),
      /1008 messages in Slack, not under 1000/,
    ],
    [
      "a dead letter",
      ({ queues }) =>
        (queues as unknown[]).push({ name: "alerts-intake-dead-letters", visible: 1, inFlight: 0, delayed: 0 }),
      /1 messages are left in queue alerts-intake-dead-letters/,
    ],
  ])("names %s", (_, change, expected) => {
    expect(verdictAfter(change).join("\n")).toMatch(new RegExp(expected.source, "m"));
  });

  it("takes a message and a reply for two words on two versions", () => {
    const change = (version: number) => (seen: ReturnType<typeof sound>) => {
      Object.assign(seen.alerts.find(({ alertKey }) => alertKey === two) as AlertRecord, { desired: 2, settled: 2 });
      seen.inbox.slack[0]?.replies.push(post(two, version));
    };

    expect(verdictAfter(change(2))).toEqual([]);
    expect(verdictAfter(change(1))[0]).toMatch(/told twice in slack/);
  });
});

describe("what people got of a flood", () => {
  it("is counted by channel and kind, replies with the messages", () => {
    const seen = sound();
    seen.inbox.slack[0]?.replies.push(post(two, 2));
    seen.inbox.slack[0]?.updates.push({ at, text: "changed" });
    seen.inbox.slack.push({ ...post(""), metadata: undefined, text: "an alarm" });

    expect(toldOf(seen)).toEqual({
      alerts: 8,
      slack: { messages: 10, words: 7, replies: 1, digest: 1, others: 1, changedInPlace: 1 },
      backlog: { issues: 8, comments: 0 },
      mail: { mails: 8, words: 8, digest: 0, others: 0 },
    });
  });
});
