import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DescribeExecutionCommand, ListExecutionsCommand, SFNClient } from "@aws-sdk/client-sfn";
import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findingOf } from "../../handlers/alert/normalise";
import type { AlertRecord } from "../../handlers/alert/record";
import { redriveMessage } from "../../handlers/alert/redrive";
import { alertTable } from "../../handlers/aws/alertTable";
import { alertKeyOf } from "../../sandbox/grouping";
import { type Local, startLocal } from "./local";
import { pipelineArgs } from "./pipeline";
import type { Outcome } from "./run";
import { pipelineZips, type Zip } from "./zips";

const sample = ofAudit(readFileSync(resolve(__dirname, "../../sandbox/samples/told-guardduty-high.json"), "utf8"));

/** As of the audit account's own home region: nothing is aggregated here. */
function ofAudit(text: string) {
  return JSON.parse(text.replaceAll("333333333333", "222222222222").replaceAll("us-east-1", "ap-northeast-1"));
}

/** More than any handler makes: a run that needs more is caught in a loop. */
const MAX_CALLS = 40;

describe("a handler that is killed after its k-th call, for every k", () => {
  let local: Local;
  let zips: Record<string, Zip>;
  let serial = 0;
  beforeAll(async () => {
    local = await startLocal();
    zips = await pipelineZips(pipelineArgs(local.inboxUrl));
  });
  afterAll(() => local?.stop());

  const zip = (name: string): Zip => zips[name] as Zip;
  const store = () => alertTable(DynamoDBDocumentClient.from(new DynamoDBClient(local.client)), "alerts");
  const alertOf = (finding: object) => store().load(alertKeyOf(findingOf(finding))) as Promise<AlertRecord>;

  /** A finding of its own for each run, known to Security Hub. */
  async function aFinding() {
    const finding = { ...sample, Id: `${sample.Id}-${++serial}` };
    await local.plane.importAsService(finding);
    return finding;
  }
  const message = (body: unknown, messageId = "m-1") => ({
    messageId,
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const imported = (finding: object) => ({
    version: "0",
    id: "e-1",
    "detail-type": "Security Hub Findings - Imported",
    source: "aws.securityhub",
    account: "222222222222",
    time: "2026-11-21T01:17:10Z",
    region: "ap-northeast-1",
    resources: [],
    detail: { findings: [finding] },
  });
  const takeIn = (finding: object, crashAfter?: number) =>
    local.run(zip("intake"), { Records: [message(imported(finding))] }, { crashAfter });
  const tellIn = (channel: string, alert: AlertRecord, crashAfter?: number) =>
    local.run(
      zip(channel),
      { alertKey: alert.alertKey, execution: alert.running, reserved: true, began: new Date().toISOString() },
      { crashAfter },
    );

  /** Kills it after each call in turn, and lets it run again. Gives how many calls a whole run makes. */
  async function forEveryCall(attempt: (crashAfter: number) => Promise<Outcome>): Promise<number> {
    for (let k = 1; k <= MAX_CALLS; k++) {
      const outcome = await attempt(k);
      if (!outcome.killed) return outcome.calls;
    }
    throw new Error(`still not through after ${MAX_CALLS} calls`);
  }

  it("intake loses no finding and starts one execution", async () => {
    const calls = await forEveryCall(async (k) => {
      const finding = await aFinding();
      const outcome = await takeIn(finding, k);
      const again = await takeIn(finding);

      const alert = await alertOf(finding);
      const { executions } = await new SFNClient(local.client).send(
        new ListExecutionsCommand({ stateMachineArn: local.environment.ALERT_WORKFLOW }),
      );
      const own = executions?.filter(({ name }) => name?.startsWith(alert.alertKey));
      expect(again).toMatchObject({ result: { batchItemFailures: [] } });
      expect(alert.desired).toBe(1);
      expect(own?.map(({ name }) => name)).toEqual([alert.running]);
      return outcome;
    });
    expect(calls).toBeGreaterThan(3);
  });

  it("intake starts what is redriven once, and does not bury it", async () => {
    const calls = await forEveryCall(async (k) => {
      const finding = await aFinding();
      await takeIn(finding);
      const alert = await alertOf(finding);
      const [parked, at] = [alert.running ?? "", "2026-11-21T02:00:00.000Z"];
      await store().reported(alert.alertKey, alert.desired);
      await store().exit(alert, parked, { kind: "parked", at });
      const redriven = { Records: [message(redriveMessage(alert.alertKey))] };
      const outcome = await local.run(zip("intake"), redriven, { crashAfter: k });
      const again = await local.run(zip("intake"), redriven);

      const after = await alertOf(finding);
      expect(again).toMatchObject({ result: { batchItemFailures: [] } });
      expect(after).toMatchObject({ attempt: alert.attempt + 1, failedVersion: 0 });
      expect(after.parkedAt).toBeUndefined();
      const executionArn = `${local.environment.ALERT_WORKFLOW?.replace(":stateMachine:", ":execution:")}:${after.running}`;
      const { status } = await new SFNClient(local.client).send(new DescribeExecutionCommand({ executionArn }));
      expect(status).toBe("RUNNING");
      return outcome;
    });
    expect(calls).toBeGreaterThan(3);
  });

  for (const channel of ["slack", "backlog"] as const) {
    it(`${channel} tells once`, async () => {
      const calls = await forEveryCall(async (k) => {
        const finding = await aFinding();
        await takeIn(finding);
        const alert = await alertOf(finding);
        const outcome = await tellIn(channel, alert, k);
        let again = await tellIn(channel, alert);
        if ((again.result as { outcome?: string })?.outcome === "again") again = await tellIn(channel, alert);

        const told = local.inbox.store.entries[channel].filter(({ text }) => text.includes(alert.alertKey));
        expect(again.result).toMatchObject({ outcome: "told" });
        expect(told).toHaveLength(1);
        expect((await alertOf(finding)).told[channel]).toMatchObject({ occurrence: 1, version: 1 });
        return outcome;
      });
      expect(calls).toBeGreaterThan(3);
    }, 120_000); // Two runs a call, and Backlog is asked for each thing that a name stands for.
  }

  it("mail arrives, at most once more, and then says so", async () => {
    const calls = await forEveryCall(async (k) => {
      const finding = await aFinding();
      await takeIn(finding);
      const alert = await alertOf(finding);
      const outcome = await tellIn("mail", alert, k);
      const again = await tellIn("mail", alert);

      await expect.poll(() => mailsOf(alert).length).toBeGreaterThan(0);
      const mails = mailsOf(alert);
      expect(again.result).toMatchObject({ outcome: "told" });
      expect(mails.length).toBeLessThanOrEqual(2);
      if (mails.length === 2) expect(mails.filter(({ text }) => /repeat/i.test(text))).toHaveLength(1);
      return outcome;
    });
    expect(calls).toBeGreaterThan(3);
  });
  const mailsOf = (alert: AlertRecord) =>
    local.inbox.store.entries.mail.filter(({ text }) => text.includes(alert.alertKey));

  it("settle sets NOTIFIED what was told, and lets it rest", async () => {
    const calls = await forEveryCall(async (k) => {
      const finding = await aFinding();
      await takeIn(finding);
      const alert = await alertOf(finding);
      for (const channel of ["slack", "backlog", "mail"]) await tellIn(channel, alert);
      const request = { alertKey: alert.alertKey, execution: alert.running, taskToken: "none", channels: [] };
      const outcome = await local.run(zip("settle"), { Records: [message(request)] }, { crashAfter: k });
      const again = await local.run(zip("settle"), { Records: [message(request)] });

      const settled = await alertOf(finding);
      expect(again).toMatchObject({ result: { batchItemFailures: [] } });
      expect(settled).toMatchObject({ settled: 1, desired: 1 });
      expect(settled.running).toBeUndefined();
      expect(await workflowOf(finding)).toBe("NOTIFIED");
      return outcome;
    });
    expect(calls).toBeGreaterThan(4);
  });
  /** As Security Hub answers it. */
  async function workflowOf(finding: { Id: string }) {
    const { SecurityHubClient, GetFindingsCommand } = await import("@aws-sdk/client-securityhub");
    const hub = new SecurityHubClient({ ...local.client, maxAttempts: 10 });
    const Filters = { Id: [{ Value: finding.Id, Comparison: "EQUALS" as const }] };
    return (await hub.send(new GetFindingsCommand({ Filters }))).Findings?.[0]?.Workflow?.Status;
  }

  it("the sweeper hands what nobody was told of to intake", async () => {
    const old = { ...sample, Id: `${sample.Id}-old`, UpdatedAt: new Date(Date.now() - 2 * 3_600_000).toISOString() };
    await local.plane.importAsService(old);
    const calls = await forEveryCall((k) => local.run(zip("sweeper"), {}, { crashAfter: k }));
    const sqs = new SQSClient(local.client);
    const receive = new ReceiveMessageCommand({
      QueueUrl: local.environment.OPENING_QUEUE_URL,
      MaxNumberOfMessages: 10,
    });
    const { Messages } = await sqs.send(receive);

    const handed = Messages?.map(({ Body }) => JSON.parse(Body ?? "")).find(({ detail }) => detail.id === old.Id);
    expect(handed?.detail.id).toBe(old.Id);
    const outcome = await local.run(zip("intake"), { Records: [message(handed)] });
    expect(outcome.result).toEqual({ batchItemFailures: [] });
    expect((await alertOf(old)).desired).toBe(1);
    expect(calls).toBeGreaterThan(1);
  });

  it("the alarm notice is told, again if need be: an alarm told twice is better than one not told", async () => {
    const calls = await forEveryCall(async (k) => {
      const alarmName = `alerts-alarm-failed-alerts-${k}`;
      const event = { detail: { alarmName, state: { value: "ALARM", reason: "Threshold Crossed" } } };
      const outcome = await local.run(zip("alarm-notice"), event, { crashAfter: k });
      const again = outcome.killed ? await local.run(zip("alarm-notice"), event) : outcome;

      expect(again.error).toBeUndefined();
      expect(local.inbox.store.entries.slack.filter(({ text }) => text.includes(alarmName))).not.toEqual([]);
      return outcome;
    });
    expect(calls).toBe(2);
  });

  it("puts what can't be read into the dead letters with the reason, and does the rest of the batch", async () => {
    const finding = await aFinding();
    const Records = [
      message('{"detail":', "bad-1"),
      message(imported(finding), "good"),
      message({ detail: 1 }, "bad-2"),
    ];
    const { result } = await local.run(zip("intake"), { Records });

    const sqs = new SQSClient(local.client);
    const dead = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: local.environment.DEAD_LETTER_QUEUE_URL,
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ["All"],
      }),
    );
    expect(result).toEqual({ batchItemFailures: [] });
    expect((await alertOf(finding)).desired).toBe(1);
    const reasons = dead.Messages?.map(({ MessageAttributes }) => MessageAttributes?.REASON?.StringValue).sort();
    expect(reasons).toEqual([expect.stringMatching(/^SyntaxError/), expect.stringMatching(/^UnreadableEvent/)]);
  });
});
