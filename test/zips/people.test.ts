import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GetFindingsCommand, SecurityHubClient } from "@aws-sdk/client-securityhub";
import { GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient, GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { fetch } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findingOf } from "../../handlers/alert/normalise";
import { findingKey } from "../../handlers/alert/record";
import { alertTable } from "../../handlers/aws/alertTable";
import { alertKeyOf } from "../../sandbox/grouping";
import { type Local, startLocal } from "./local";
import { pipelineArgs } from "./pipeline";
import type { Outcome } from "./run";
import { pipelineZips, type Zip } from "./zips";

const sample = JSON.parse(
  readFileSync(resolve(__dirname, "../../sandbox/samples/told-fsbp-critical.json"), "utf8")
    .replaceAll("333333333333", "222222222222")
    .replaceAll("us-east-1", "ap-northeast-1"),
);
/** More than either makes: a run that needs more is caught in a loop. */
const MAX_CALLS = 30;

describe("what people have closed, by functions that are killed after their k-th call, for every k", () => {
  let local: Local;
  let zips: Record<string, Zip>;
  let serial = 0;
  beforeAll(async () => {
    local = await startLocal();
    zips = await pipelineZips(pipelineArgs(local.inboxUrl));
  });
  afterAll(() => local?.stop());

  const documents = () => DynamoDBDocumentClient.from(new DynamoDBClient(local.client));
  const store = () => alertTable(documents(), "alerts");
  const run = (name: string, event: object = {}, crashAfter?: number) =>
    local.run(zips[name] as Zip, event, { crashAfter });
  const imported = (finding: object) => ({
    ...{ source: "aws.securityhub", "detail-type": "Security Hub Findings - Imported" },
    ...{ account: "222222222222", region: "ap-northeast-1", time: new Date().toISOString() },
    detail: { findings: [finding] },
  });
  const takeIn = async (body: object) => {
    const { result } = await run("intake", { Records: [{ messageId: "m-1", body: JSON.stringify(body) }] });
    expect(result).toEqual({ batchItemFailures: [] });
  };
  /** As Security Hub has it. */
  const shown = async ({ Id }: { Id: string }) => {
    const hub = new SecurityHubClient({ ...local.client, maxAttempts: 10 });
    const Filters = { Id: [{ Value: Id, Comparison: "EQUALS" as const }] };
    const [found] = (await hub.send(new GetFindingsCommand({ Filters }))).Findings ?? [];
    if (!found) throw new Error(`Security Hub has no ${Id}`);
    return found;
  };
  /** As a person changes an issue. */
  const change = async (key: string, given: Record<string, string>) => {
    const { status } = await fetch(`${local.inboxUrl}/backlog/api/v2/issues/${key}?apiKey=key-1-sato`, {
      method: "PATCH",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(given).toString(),
    });
    expect(status).toBe(200);
  };
  /** The issue of a control that fails, of its own for each run. */
  async function anIssue() {
    const finding = structuredClone(sample);
    finding.Id = `${sample.Id}-${++serial}`;
    finding.Compliance.SecurityControlId = `S3.${100 + serial}`;
    await local.plane.importAsService(finding);
    await takeIn(imported(finding));
    const alertKey = alertKeyOf(findingOf(finding));
    const { running: execution } = (await store().load(alertKey)) ?? {};
    await run("backlog", { alertKey, execution, reserved: true, began: new Date().toISOString() });
    const issue = (await store().load(alertKey))?.told.backlog?.reference ?? "";
    return { finding, alertKey, issue };
  }
  /** Kills it after each call in turn. Gives how many calls a whole run makes. */
  async function forEveryCall(attempt: (crashAfter: number) => Promise<Outcome>): Promise<number> {
    for (let k = 1; k <= MAX_CALLS; k++) {
      const outcome = await attempt(k);
      if (!outcome.killed) return outcome.calls;
    }
    throw new Error(`still not through after ${MAX_CALLS} calls`);
  }

  it("the poll closes the findings of a closed issue, with a note that names it", async () => {
    const calls = await forEveryCall(async (k) => {
      const { finding, alertKey, issue } = await anIssue();
      await change(issue, { statusId: "4", resolutionId: k % 2 === 0 ? "1" : "0" });
      const outcome = await run("backlog-poll", {}, k);
      const again = await run("backlog-poll");
      const found = await shown(finding);
      await takeIn(imported(found));

      const status = k % 2 === 0 ? "SUPPRESSED" : "RESOLVED";
      expect(again.error).toBeUndefined();
      expect(found.Workflow?.Status).toBe(status);
      expect(found.Note).toMatchObject({
        UpdatedBy: "hakken",
        Text: expect.stringContaining(`/backlog/view/${issue}`),
      });
      expect(await store().load(alertKey)).toMatchObject({ state: "closed", outcome: status.toLowerCase() });
      // Out of the next run's way.
      await change(issue, { statusId: "1" });
      return outcome;
    });
    expect(calls).toBeGreaterThan(9);
    const cursor = await documents().send(
      new GetCommand({ TableName: "alerts", Key: { pk: "backlog#poll", sk: "poll" } }),
    );
    expect(Date.parse(cursor.Item?.reached)).toBeGreaterThan(Date.now() - 600_000);
  }, 600_000);

  it("says what Backlog refuses, without the key", async () => {
    local.inbox.faults.add({ channel: "backlog", fault: "auth", on: "all" });

    const outcome = await run("backlog-poll");

    local.inbox.faults.clear();
    expect(outcome.error?.message).toContain("HTTP 401");
    expect(outcome.error?.message).not.toContain("key-1");
  });

  it("what is closed but failing for a fortnight is opened again", async () => {
    const calls = await forEveryCall(async (k) => {
      const { finding, alertKey, issue } = await anIssue();
      await change(issue, { statusId: "4" });
      await run("backlog-poll");
      await takeIn(imported(await shown(finding)));
      await change(issue, { statusId: "1" });
      const known = await failing();
      await aFortnightAgo(alertKey, findingOf(finding));
      const outcome = await run("reopen-failing", {}, k);
      const again = await run("reopen-failing");
      const found = await shown(finding);
      await takeIn(imported(found));

      expect(known).toContain(alertKey);
      expect(again.error).toBeUndefined();
      expect(found).toMatchObject({ Workflow: { Status: "NEW" }, Note: { UpdatedBy: "hakken" } });
      expect(await store().load(alertKey)).toMatchObject({ state: "open", occurrence: 2 });
      expect(await failing()).not.toContain(alertKey);
      return outcome;
    });
    expect(calls).toBeGreaterThan(4);
    // Each is to be read again, should its event be lost.
    const sqs = new SQSClient(local.client);
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: local.environment.OPENING_QUEUE_URL,
        AttributeNames: ["ApproximateNumberOfMessagesDelayed"],
      }),
    );
    expect(Number(Attributes?.ApproximateNumberOfMessagesDelayed)).toBeGreaterThanOrEqual(calls);
  }, 600_000);

  const failing = async () => (await store().closedButFailing("~")).map(({ alertKey }) => alertKey);
  async function aFortnightAgo(alertKey: string, finding: { product: string; id: string }) {
    const before = new Date(Date.now() - 15 * 86_400_000).toISOString();
    for (const sk of ["alert", `finding#${findingKey(finding)}`]) {
      const UpdateExpression = "SET failingSince = :before";
      const Key = { pk: `alert#${alertKey}`, sk };
      await documents().send(
        new UpdateCommand({
          TableName: "alerts",
          Key,
          UpdateExpression,
          ExpressionAttributeValues: { ":before": before },
        }),
      );
    }
  }
});
