import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { PurgeQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DeferredPlace } from "../../handlers/alert/digest";
import { groupOf } from "../../handlers/alert/group";
import { observe } from "../../handlers/alert/lifecycle";
import type { AlertRecord, Deferred } from "../../handlers/alert/record";
import { alertTable } from "../../handlers/aws/alertTable";
import { aFinding } from "../handlers/alert/world";
import { type Local, startLocal } from "./local";
import { pipelineArgs } from "./pipeline";
import { pipelineZips, type Zip } from "./zips";

/** More than a run makes: one that needs more is caught in a loop. */
const MAX_CALLS = 90;

describe("the daily digest", () => {
  let local: Local;
  let digest: Zip;
  let serial = 0;
  beforeAll(async () => {
    local = await startLocal();
    digest = (await pipelineZips(pipelineArgs(local.inboxUrl))).digest as Zip;
  }, 120_000);
  afterAll(() => local?.stop());

  const db = () =>
    DynamoDBDocumentClient.from(new DynamoDBClient(local.client), { marshallOptions: { removeUndefinedValues: true } });
  const store = () => alertTable(db(), "alerts");
  const now = () => new Date().toISOString();

  /** An alert that its channels leave to their digests, while its execution still runs. */
  async function deferred(title: string, reason: Deferred["reason"] = "budget"): Promise<AlertRecord> {
    const finding = aFinding({ id: `left-${++serial}`, title });
    const circumstances = {
      ...{ severities: ["HIGH" as const], reopenWithinSeconds: 0, now: now(), confirmed: false },
      groupOf: () => groupOf(finding, { controls: "finding", vulnerabilities: "finding", routes: [] }),
      digestOf: () => undefined,
    };
    const decision = observe({}, { finding, eventTime: now() }, circumstances);
    if (decision.kind !== "write") throw new Error(decision.reason);
    const { alert } = decision;
    await store().take(undefined, alert, [decision.finding]);
    for (const channel of ["slack", "mail"] as const) {
      await store().defer(alert.alertKey, channel, { version: 1, reason, at: now() });
    }
    return alert;
  }
  const rest = async (alert: AlertRecord) =>
    await store().exit(alert, alert.running ?? "", { kind: "resting", at: now(), deferred: ["slack", "mail"] });

  /** The same, once it rests. */
  async function leftToDigests(title: string, reason?: Deferred["reason"]): Promise<AlertRecord> {
    const alert = await deferred(title, reason);
    await rest(alert);
    return (await store().load(alert.alertKey)) as AlertRecord;
  }

  /** The store, and the keys of all that is read in batches through it. */
  function countingReads() {
    const client = db();
    const keys: unknown[] = [];
    client.middlewareStack.add(
      (next) => (args) => {
        const { RequestItems } = args.input as { RequestItems?: Record<string, { Keys: unknown[] }> };
        for (const { Keys } of Object.values(RequestItems ?? {})) keys.push(...Keys);
        return next(args);
      },
      { step: "initialize" },
    );
    return { counting: alertTable(client, "alerts"), keys };
  }

  /** As on the day after: nothing of today is through. */
  async function anotherDay() {
    for (const channel of ["slack", "mail"]) await store().endDigest(channel as "slack", "2000-01-01");
    await new SQSClient(local.client).send(new PurgeQueueCommand({ QueueUrl: local.environment.OPENING_QUEUE_URL }));
  }
  const heard = (channel: "slack" | "mail", text: string) =>
    local.inbox.store.entries[channel].filter((entry) => JSON.stringify(entry).includes(text));
  async function handedOver(): Promise<string[]> {
    const sqs = new SQSClient(local.client);
    const QueueUrl = local.environment.OPENING_QUEUE_URL;
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    return Messages.map(({ Body }) => JSON.parse(Body ?? "").detail.alertKey);
  }

  it("has an execution go on that would leave to it what it has told by then", async () => {
    const alert = await deferred("Told meanwhile");
    const told = { occurrence: 1, version: 1, severity: "HIGH" as const, reference: "", at: now() };
    await store().toldInDigest(alert.alertKey, "mail", told);

    expect(await rest(alert)).toBe(false);
    expect((await store().load(alert.alertKey))?.running).toBe(alert.running);
  });

  it("tells what channels left to it, counts it as told, and has it settled", async () => {
    const alert = await leftToDigests("Left to the digest");

    const { error } = await local.run(digest, {});

    expect(error).toBeUndefined();
    expect(heard("slack", "Left to the digest")).toHaveLength(1);
    await expect.poll(() => heard("mail", "Left to the digest").length).toBe(1);
    const told = await store().load(alert.alertKey);
    expect(told).toMatchObject({ told: { slack: { version: 1, reference: "" }, mail: { version: 1 } }, deferred: {} });
    expect(new Set(await handedOver())).toEqual(new Set([alert.alertKey]));
  }, 60_000);

  it("lists every day what a person closed although it fails", async () => {
    const alert = await leftToDigests("Closed, but failing");
    const change = { state: "closed", failing: 1, failingSince: "2026-01-01T00:00:00.000Z", closedButFailing: "yes" };
    await db().send(
      new UpdateCommand({
        TableName: "alerts",
        Key: { pk: `alert#${alert.alertKey}`, sk: "alert" },
        UpdateExpression: `SET ${Object.keys(change)
          .map((name) => `#${name} = :${name}`)
          .join(", ")}`,
        ExpressionAttributeNames: Object.fromEntries(Object.keys(change).map((name) => [`#${name}`, name])),
        ExpressionAttributeValues: Object.fromEntries(
          Object.entries(change).map(([name, value]) => [`:${name}`, value]),
        ),
      }),
    );
    for (let day = 0; day < 2; day++) {
      await anotherDay();
      await local.run(digest, {});
    }

    expect(heard("slack", "Closed, but failing")).toHaveLength(2);
  }, 60_000);

  it("comes once a day, and without news too", async () => {
    await anotherDay();
    const before = local.inbox.store.entries.slack.length;

    await local.run(digest, {});
    await local.run(digest, {});

    expect(local.inbox.store.entries.slack.length - before).toBe(1);
  }, 60_000);

  describe("of more than one message", () => {
    it("tells each alert once: the news twenty at a time, then what existed before", async () => {
      await anotherDay();
      for (let i = 10; i < 55; i++) await leftToDigests(`Many ${i}.`, i < 15 ? "quiet" : "budget");
      const before = local.inbox.store.entries.slack.length;

      await local.run(digest, {});

      const messages = local.inbox.store.entries.slack.slice(before);
      expect(messages.map(({ replies }) => replies.length)).toEqual([1, 0]);
      for (let i = 10; i < 55; i++) expect(heard("slack", `Many ${i}.`), `${i}`).toHaveLength(1);
      expect(await store().deferred("slack", "digest", 20)).toMatchObject({ alerts: [] });
      expect((await store().digest("slack")).reached).toBeUndefined();
    }, 120_000);

    it("reads no more for one of them than it tells", async () => {
      for (let i = 0; i < 25; i++) await leftToDigests(`Read ${i}`);
      const { counting, keys } = countingReads();
      const read = async (after?: DeferredPlace) => {
        keys.splice(0);
        const { alerts, reached } = await counting.deferred("slack", "digest", 10, after);
        return { told: alerts.map(({ finding }) => finding.title), read: keys.length, reached };
      };

      const first = await read();
      const second = await read(first.reached);
      const third = await read(second.reached);
      const beyond = await read(third.reached);

      const told = [...first.told, ...second.told, ...third.told];
      expect(told).toEqual(Array.from({ length: 25 }, (_, i) => `Read ${i}`));
      expect([first.read, second.read, third.read, beyond.read]).toEqual([10, 10, 5, 0]);
      expect(beyond.reached).toEqual(third.reached);
    }, 60_000);
  });

  it("asks Backlog first whether it takes anything, and says so where it does not", async () => {
    await anotherDay();
    local.inbox.faults.add({ channel: "backlog", fault: "auth", on: "reads", times: 1 });

    const { error } = await local.run(digest, {});

    expect(error).toBeUndefined();
    expect((await store().channel("backlog")).brokenReason).toContain("401");
    expect(JSON.stringify(local.inbox.store.entries.slack.at(-1))).toMatch(/Backlog/);
    await anotherDay();
    await local.run(digest, {});
    expect((await store().channel("backlog")).brokenSince).toBeUndefined();
  }, 60_000);

  it("asks a broken Backlog again between digests, when it is due to be tried", async () => {
    await local.run(digest, {});
    const due = "2000-01-01T00:00:00.000Z";
    await store().broke("backlog", { reason: "401", failures: 1, at: due, retryAt: due });
    local.inbox.faults.add({ channel: "backlog", fault: "auth", on: "reads" });

    await local.run(digest, {});

    expect(await store().channel("backlog")).toMatchObject({ failures: 2, brokenSince: due });
    local.inbox.faults.clear();
    await store().works("backlog");
  }, 60_000);

  it("waits for a channel that is paused, without an error, and does not ask a Backlog that is", async () => {
    await anotherDay();
    await leftToDigests("Left while paused");
    const pausing = (change: string, values?: object) =>
      Promise.all(
        ["slack", "backlog"].map((channel) =>
          db().send(
            new UpdateCommand({
              ...{ TableName: "alerts", Key: { pk: `channel#${channel}`, sk: "channel" }, UpdateExpression: change },
              ...(values && { ExpressionAttributeValues: values }),
            }),
          ),
        ),
      );
    await pausing("SET pausedAt = :at", { ":at": now() });
    for (const channel of ["slack", "backlog"] as const) local.inbox.faults.add({ channel, fault: "auth", on: "all" });

    const { error } = await local.run(digest, {});

    expect(error).toBeUndefined();
    expect(heard("slack", "Left while paused")).toHaveLength(0);
    await expect.poll(() => heard("mail", "Left while paused").length).toBe(1);
    expect((await store().channel("backlog")).brokenSince).toBeUndefined();
    local.inbox.faults.clear();
    await pausing("REMOVE pausedAt");
    await local.run(digest, {});
    expect(heard("slack", "Left while paused")).toHaveLength(1);
  }, 60_000);

  it("is told once in Slack, wherever it is killed", async () => {
    for (let k = 1; k <= MAX_CALLS; k++) {
      await anotherDay();
      const title = `Killed after call ${k}.`;
      const alert = await leftToDigests(title);
      const outcome = await local.run(digest, {}, { crashAfter: k });
      // Some minutes later, without waiting for them.
      for (const channel of ["slack", "mail"] as const) {
        const { part, attempts = 0 } = await store().digest(channel);
        if (part) await store().tryPart(channel, attempts, "2000-01-01T00:00:00.000Z");
      }
      if (outcome.killed) await local.run(digest, {});

      expect(heard("slack", title), `after call ${k}`).toHaveLength(1);
      await expect.poll(() => heard("mail", title).length).toBeGreaterThan(0);
      expect(heard("mail", title).length).toBeLessThanOrEqual(2);
      expect((await store().load(alert.alertKey))?.told).toMatchObject({ slack: { version: 1 }, mail: { version: 1 } });
      if (!outcome.killed) return expect(k).toBeGreaterThan(10);
    }
    throw new Error(`still not through after ${MAX_CALLS} calls`);
  }, 400_000);
});
