import { describe, expect, it } from "vitest";
import { findingOf } from "../../handlers/alert/normalise";
import type { JournalEntry } from "../../sandbox/client";
import { alertKeyOf } from "../../sandbox/grouping";
import { createTrail } from "../../sandbox/trail";

const START = Date.parse("2026-11-22T03:00:00Z");
const at = (seconds: number) => new Date(START + seconds * 1000).toISOString();

const finding = {
  SchemaVersion: "2018-10-08",
  Id: "arn:aws:guardduty:ap-northeast-1:111122223333:detector/d/finding/f",
  ProductArn: "arn:aws:securityhub:ap-northeast-1::product/aws/guardduty",
  GeneratorId: "g",
  AwsAccountId: "111122223333",
  CreatedAt: at(0),
  UpdatedAt: at(0),
  Severity: { Label: "HIGH" },
  Title: "Someone knocks",
  Description: "On every port.",
};
const entryOf = (of: object) => ({
  Source: "aws.securityhub",
  DetailType: "Security Hub Findings - Imported",
  Detail: JSON.stringify({ findings: [of] }),
  Resources: [],
  Time: new Date(START),
});
const KEY = alertKeyOf(findingOf(finding));
const machine = "arn:aws:states:ap-northeast-1:222222222222:execution:alerts-workflow-51a725c";

const event = (seq: number, id: string, seconds: number, rules = ["alerts-opening-c24eccc"]): JournalEntry => ({
  ...{ seq, at: at(seconds), kind: "event", id, rules },
  ...{ source: "aws.securityhub", detailType: "d", account: "a", region: "ap-northeast-1" },
});
const delivery = (seq: number, eventId: string, seconds: number): JournalEntry => ({
  ...{ seq, at: at(seconds), kind: "delivery", eventId, rule: "r", outcome: "delivered" },
  target: "arn:aws:sqs:ap-northeast-1:222222222222:alerts-intake-opening-8476e12",
});
const intake = (seq: number, from: number, to: number): JournalEntry => ({
  ...{ seq, at: at(to), kind: "invocation", requestId: String(seq), ms: (to - from) * 1000 },
  function: "arn:aws:lambda:ap-northeast-1:222222222222:function:alerts-intake-1f8f918",
});
const execution = (seq: number, key: string, n: number, status: string, seconds: number): JournalEntry => ({
  ...{ seq, at: at(seconds), kind: "execution", arn: `${machine}:${key}-1795316400-${n}`, status },
});

/** A first telling, the echo of NOTIFIED, and a rise ten minutes later. */
const journal: JournalEntry[] = [
  event(1, "e-1", 0.1),
  delivery(2, "e-1", 0.2),
  execution(3, "0".repeat(32), 1, "RUNNING", 0.3),
  execution(4, KEY, 1, "RUNNING", 1),
  intake(5, 0.9, 1.1),
  event(6, "e-2", 7.5),
  execution(7, KEY, 1, "SUCCEEDED", 8),
  event(8, "e-3", 600.1, []),
  event(9, "e-4", 601),
  delivery(10, "e-4", 601.1),
  intake(11, 601.5, 603),
  execution(12, KEY, 2, "RUNNING", 602),
];
const reported = [
  { eventId: "e-1", seconds: 0 },
  { eventId: "e-2", seconds: 7.4 },
  { eventId: "e-3", seconds: 600 },
  { eventId: "e-4", seconds: 600.9 },
];

const trailOf = (entries: readonly JournalEntry[]) =>
  createTrail(async (kind, after) => entries.filter((entry) => entry.kind === kind && entry.seq > after));
const noted = (entries: readonly JournalEntry[]) => {
  const trail = trailOf(entries);
  for (const { eventId, seconds } of reported) {
    trail.note("ap-northeast-1", [entryOf(finding)], { Entries: [{ EventId: eventId }] }, START + seconds * 1000);
  }
  return trail;
};
const inWords = (hops: { name: string; ms: number; through?: string }[]) =>
  hops.map(({ name, ms, through }) => `${name} ${ms} ${through ?? ""}`.trim());

describe("the trail of an alert", () => {
  it("leads from the report over rule, queue, intake and execution to the message and its settling", async () => {
    const trail = noted(journal);

    await trail.refresh();
    const hops = trail.hopsOf({ channel: "slack", alertKey: KEY, at: at(5) });

    expect(inWords(hops)).toEqual([
      "rule 100 alerts-opening-c24eccc",
      "queue 200 alerts-intake-opening-8476e12",
      "intake 900 alerts-intake-1f8f918",
      `execution 1000 ${KEY}-1795316400-1`,
      "slack 5000",
      "settled 8000",
    ]);
  });

  it("gives a later message its own way: the newest report that a rule took, and the execution that told it", async () => {
    const trail = noted(journal);

    await trail.refresh();
    const hops = trail.hopsOf({ channel: "backlog", alertKey: KEY, at: at(605) });

    expect(inWords(hops)).toEqual([
      "rule 100 alerts-opening-c24eccc",
      "queue 200 alerts-intake-opening-8476e12",
      "intake 600 alerts-intake-1f8f918",
      `execution 1100 ${KEY}-1795316400-2`,
      "backlog 4100",
    ]);
  });

  it("takes what the journal told before the bus answered, and each entry once", async () => {
    const trail = trailOf(journal.slice(0, 5));

    await Promise.all([trail.refresh(), trail.refresh()]);
    trail.note("ap-northeast-1", [entryOf(finding)], { Entries: [{ EventId: "e-1" }] }, START);
    await trail.refresh();

    expect(inWords(trail.hopsOf({ channel: "mail", alertKey: KEY, at: at(5) }))).toHaveLength(5);
  });

  it("says whether an execution began or ended", async () => {
    const entries = journal.slice(0, 2);
    const trail = trailOf(entries);

    const first = await trail.refresh();
    entries.push(...journal.slice(2, 4));
    const second = await trail.refresh();
    const third = await trail.refresh();

    expect([first, second, third]).toEqual([false, true, false]);
  });

  it("knows no way of an alert that it has not heard of, and of events that are no finding", async () => {
    const trail = noted(journal);
    trail.note("r", [{ ...entryOf({}), DetailType: "AWS Health Event" }], { Entries: [{ EventId: "h" }] }, START);

    await trail.refresh();

    expect(trail.hopsOf({ channel: "mail", alertKey: "f".repeat(32), at: at(5) })).toEqual([]);
  });
});
