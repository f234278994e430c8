import { describe, expect, it } from "vitest";
import { findingOf } from "../../../handlers/alert/normalise";
import type { Activity, Client, JournalEntry } from "../../../sandbox/client";
import { alertKeyOf } from "../../../sandbox/grouping";
import type { InboxEntries } from "../../../sandbox/inbox/store";
import { type Journey, problemsIn, sendAndWatch, untilIdle } from "../../../sandbox/journey";
import { faultsOf } from "../../../sandbox/verdict";

const asff = {
  SchemaVersion: "2018-10-08",
  Id: "arn:aws:guardduty:ap-northeast-1:111122223333:detector/d/finding/f",
  ProductArn: "arn:aws:securityhub:ap-northeast-1::product/aws/guardduty",
  GeneratorId: "g",
  AwsAccountId: "111122223333",
  Region: "ap-northeast-1",
  Types: ["TTPs/Initial Access"],
  CreatedAt: "2026-11-01T00:00:00.000Z",
  UpdatedAt: "2026-11-01T00:00:00.000Z",
  Severity: { Label: "HIGH" },
  Title: "Someone knocks",
  Description: "On every port.",
  Resources: [{ Type: "Other", Id: "x" }],
  Workflow: { Status: "NEW" },
  RecordState: "ACTIVE",
};
const key = alertKeyOf(findingOf(asff));
const name = { id: asff.Id, productArn: asff.ProductArn };

const idle: Activity = { idle: true, queues: [], executions: [], invocations: 0, deliveries: 0 };
const at = (ms: number) => new Date(Date.now() + ms).toISOString();
const empty = (): InboxEntries => ({ slack: [], backlog: [], mail: [] });
const slackEntry = (text: string) => ({
  id: "1",
  ts: "1.1",
  channel: "C",
  text,
  at: at(2_000),
  updates: [],
  replies: [{ ts: "1.2", text: "risen", at: at(3_000), updates: [] }],
});

/** A sandbox in which `after` and `journal` are what a sent finding brings about. */
const client = (after: InboxEntries, journal: JournalEntry[], overrides: Partial<Client> = {}): Client => {
  let sent = false;
  const old = slackEntry(`old ${key}`);
  return {
    activity: async () => idle,
    pending: async () => 0,
    journal: async (seq) => (sent ? journal.filter((entry) => entry.seq > seq) : []),
    inbox: async () => (sent ? { ...after, slack: [old, ...after.slack] } : { ...empty(), slack: [old] }),
    send: async () => {
      sent = true;
      return { events: ["event-1"], finding: name };
    },
    workflows: async (names) => names.map(() => "NOTIFIED"),
    ...overrides,
  };
};
const items = [{ file: "a.json", what: { finding: asff } }];
const watch = (sandbox: Client) => sendAndWatch(items, { client: sandbox, patience: 2_000 });

describe("sendAndWatch", () => {
  it("gives each finding what arrived of it since, the rules that took it, its hops and its status", async () => {
    const event = { kind: "event", source: "s", detailType: "d", account: "a", region: "r" } as const;
    const journal: JournalEntry[] = [
      { seq: 1, at: at(5), ...event, id: "event-1", rules: ["opening"] },
      { seq: 2, at: at(5), ...event, id: "event-2", rules: ["closing"] },
      { seq: 3, at: at(10), kind: "delivery", eventId: "event-1", rule: "opening", target: "q", outcome: "delivered" },
      { seq: 4, at: at(100), kind: "execution", arn: `arn:execution:m:${key}-1-1`, status: "RUNNING" },
      { seq: 5, at: at(4_000), kind: "execution", arn: `arn:execution:m:${key}-1-1`, status: "SUCCEEDED" },
    ];
    const mail = { to: "x", subject: "s", topicArn: "t", messageId: "m", text: "an alarm", at: at(1) };

    const { journeys, others, problems } = await watch(
      client({ ...empty(), slack: [slackEntry(key)], mail: [mail] }, journal),
    );

    const [journey] = journeys;
    expect(journey?.rules).toEqual(["opening"]);
    expect(journey?.arrived.slack.map(({ kind }) => kind)).toEqual(["message", "reply"]);
    expect(journey?.arrived.backlog).toEqual([]);
    expect(journey?.hops.map(({ name }) => name)).toEqual(["rule", "queue", "execution", "slack", "settled"]);
    expect(journey?.workflow).toBe("NOTIFIED");
    expect(others.map(({ text }) => text)).toEqual(["an alarm"]);
    expect(problems).toEqual([]);
  });

  it("goes on when one is refused, and says why", async () => {
    const refused = client(empty(), [], { send: async () => Promise.reject(new Error("no AwsAccountId")) });

    const { journeys } = await watch(refused);

    expect(journeys).toMatchObject([{ file: "a.json", refused: "no AwsAccountId", rules: [] }]);
  });

  it("waits while anything is under way, and names it when it does not come to rest", async () => {
    const queue = { account: "a", region: "r", name: "opening", visible: 2, inFlight: 1, delayed: 0, consumed: true };
    const busy = client(empty(), [], { activity: async () => ({ ...idle, idle: false, queues: [queue] }) });

    const attempt = untilIdle(busy, 400);

    await expect(attempt).rejects.toThrow(/Not at rest .*queue opening \(2 waiting, 1 in flight, 0 delayed\)/);
  });

  it("waits for events that no bus has taken yet", async () => {
    const left = [3, 0, 1, 0, 0];
    const late = client(empty(), [], { pending: async () => left.shift() ?? 0 });

    await untilIdle(late, 5_000);

    expect(left).toEqual([]);
  });
});

describe("problemsIn", () => {
  it("tells of refusals, failed deliveries, failed functions and executions, and alarms", () => {
    const common = { at: at(0) };
    const problems = problemsIn([
      {
        ...common,
        seq: 1,
        kind: "authorisation",
        point: "queue",
        principal: "events",
        action: "sqs:SendMessage",
        resource: "q",
        decision: "denied",
      },
      {
        ...common,
        seq: 2,
        kind: "delivery",
        eventId: "e",
        rule: "r",
        target: "q",
        outcome: "dead-lettered",
        error: "denied",
      },
      { ...common, seq: 3, kind: "invocation", function: "f", requestId: "1", ms: 3, error: "TypeError" },
      { ...common, seq: 4, kind: "execution", arn: "x", status: "TIMED_OUT" },
      {
        ...common,
        seq: 5,
        kind: "alarm",
        account: "a",
        region: "r",
        name: "n",
        from: "OK",
        to: "ALARM",
        reason: "late",
      },
      {
        ...common,
        seq: 6,
        kind: "alarm",
        account: "a",
        region: "r",
        name: "n",
        from: "ALARM",
        to: "OK",
        reason: "well",
      },
    ]);

    expect(problems).toEqual([
      "events may not sqs:SendMessage on q (queue)",
      "rule r to q: dead-lettered, denied",
      "function f failed: TypeError",
      "execution x: TIMED_OUT",
      "alarm n (a, r): late",
    ]);
  });
});

describe("faultsOf", () => {
  const piece = { channel: "slack", kind: "message", text: "t", at: "", message: "t" } as const;
  const told: Journey = {
    file: "a.json",
    title: "Someone knocks",
    finding: findingOf(asff),
    rules: ["opening"],
    arrived: { slack: [piece], backlog: [piece], mail: [piece] },
    hops: [],
    workflow: "NOTIFIED",
  };
  const nowhere = { slack: [], backlog: [], mail: [] };

  it("finds nothing when what matters was told once everywhere, and what doesn't nowhere", () => {
    const quiet = {
      ...told,
      finding: { ...findingOf(asff), compliance: "PASSED" as const },
      arrived: nowhere,
      workflow: "NEW",
    };

    expect(faultsOf([told, quiet], ["HIGH"])).toEqual([]);
  });

  it("finds a message that is missing, one too many, and a status that was not set", () => {
    const broken = { ...told, arrived: { slack: [], backlog: [piece, piece], mail: [piece] }, workflow: "NEW" };

    expect(faultsOf([broken], ["HIGH"])).toEqual([
      '"Someone knocks" arrived 0 times in slack, not once',
      '"Someone knocks" arrived 2 times in backlog, not once',
      '"Someone knocks" ended NEW, not NOTIFIED',
    ]);
  });

  it("finds a message of a severity that is not told", () => {
    expect(faultsOf([{ ...told, arrived: { ...nowhere, mail: [piece] } }], ["CRITICAL"])).toEqual([
      '"Someone knocks" arrived in mail, where it should not',
      '"Someone knocks" ended NOTIFIED, not NEW',
    ]);
  });
});
