import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { type AwsSecurityFinding, SecurityHub } from "@aws-sdk/client-securityhub";
import { SQS } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findingOf } from "../../handlers/alert/normalise";
import { alertTable } from "../../handlers/aws/alertTable";
import { alertKeyOf } from "../../sandbox/grouping";
import { type Local, startLocal } from "./local";
import { pipelineArgs } from "./pipeline";
import type { Outcome } from "./run";
import { pipelineZips, type Zip } from "./zips";

const [MANAGEMENT, AUDIT, PROD] = ["111111111111", "222222222222", "333333333333"];
const HOME = "ap-northeast-1";
const LONG_AGO = "2026-01-01T00:00:00.000Z";
/** More than any run makes. */
const MAX_CALLS = 60;

const sample = readFileSync(resolve(__dirname, "../../sandbox/samples/told-guardduty-high.json"), "utf8");
const findingIn = (account: string, Id: string, change: Partial<AwsSecurityFinding> = {}): AwsSecurityFinding => ({
  ...JSON.parse(sample.replaceAll(PROD, account).replaceAll("us-east-1", HOME)),
  Id,
  ...change,
});

describe("the hourly checks, killed after their k-th call, for every k", () => {
  let local: Local;
  let zips: Record<string, Zip>;
  beforeAll(async () => {
    local = await startLocal();
    zips = await pipelineZips(pipelineArgs(local.inboxUrl));
    const audit = hub();
    await hub(MANAGEMENT).enableOrganizationAdminAccount({ AdminAccountId: AUDIT });
    await audit.updateOrganizationConfiguration({ AutoEnable: true });
    local.plane.organization.addAccount({ id: PROD, name: "prod" });
  }, 300_000);
  afterAll(() => local?.stop());

  const hub = (account = AUDIT) =>
    new SecurityHub({ ...local.client, credentials: { accessKeyId: account, secretAccessKey: "x" }, maxAttempts: 10 });
  const zip = (name: string): Zip => zips[name] as Zip;
  const documents = () => DynamoDBDocumentClient.from(new DynamoDBClient(local.client));
  const alertOf = (finding: AwsSecurityFinding) =>
    alertTable(documents(), "alerts").load(alertKeyOf(findingOf(finding)));
  const takeIn = async (bodies: readonly unknown[]) => {
    const Records = bodies.map((body, n) => ({ messageId: `m-${n}`, body: JSON.stringify(body) }));
    expect((await local.run(zip("intake"), { Records })).result).toEqual({ batchItemFailures: [] });
  };
  /** As an event that Security Hub sends. */
  const imported = (finding: AwsSecurityFinding) => ({
    ...{ version: "0", id: "e-1", account: AUDIT, region: HOME, resources: [], time: finding.UpdatedAt },
    ...{ source: "aws.securityhub", "detail-type": "Security Hub Findings - Imported" },
    detail: { findings: [finding] },
  });
  /** As if it had last been compared a long time ago. */
  const makeDue = (finding: AwsSecurityFinding) =>
    documents().send(
      new UpdateCommand({
        TableName: "alerts",
        Key: { pk: `alert#${alertKeyOf(findingOf(finding))}`, sk: "alert" },
        UpdateExpression: "SET checkedAt = :at",
        ExpressionAttributeValues: { ":at": LONG_AGO },
      }),
    );
  const handed = async () => {
    const bodies: { detail: { id: string } }[] = [];
    const sqs = new SQS(local.client);
    const QueueUrl = local.environment.OPENING_QUEUE_URL;
    for (;;) {
      const { Messages = [] } = await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 10 });
      if (Messages.length === 0) return bodies;
      for (const { Body = "", ReceiptHandle } of Messages) {
        bodies.push(JSON.parse(Body));
        await sqs.deleteMessage({ QueueUrl, ReceiptHandle });
      }
    }
  };
  /** Kills it after each call in turn, and lets it run again. */
  async function forEveryCall(name: string, prepare: (k: number) => Promise<unknown>): Promise<number> {
    for (let k = 1; k <= MAX_CALLS; k++) {
      await prepare(k);
      const outcome: Outcome = await local.run(zip(name), {}, { crashAfter: k });
      if (!outcome.killed) {
        expect(outcome.error).toBeUndefined();
        return outcome.calls;
      }
      expect((await local.run(zip(name), {})).error).toBeUndefined();
    }
    throw new Error(`still not through after ${MAX_CALLS} calls`);
  }

  it("hand intake each alert that differs, and each of an account that has left, and note that they were compared", async () => {
    const prod = local.plane.organization.accounts.get(PROD);
    const closing: AwsSecurityFinding[] = [];
    const leaving: AwsSecurityFinding[] = [];
    const calls = await forEveryCall("check", async (k) => {
      const [own, theirs] = [findingIn(AUDIT, `own-${k}`), findingIn(PROD, `theirs-${k}`)];
      if (prod) prod.status = "ACTIVE";
      for (const finding of [own, theirs]) await local.plane.importAsService(finding);
      await takeIn([imported(own), imported(theirs)]);
      const UpdatedAt = new Date().toISOString();
      await local.plane.importAsService({ ...own, UpdatedAt, RecordState: "ARCHIVED" });
      if (prod) prod.status = "SUSPENDED";
      await Promise.all([own, theirs].map(makeDue));
      closing.push(own);
      leaving.push(theirs);
    });

    for (const finding of [...closing, ...leaving]) {
      expect((await alertOf(finding))?.checkedAt, finding.Id).not.toBe(LONG_AGO);
    }
    await takeIn(await handed());
    for (const finding of closing) expect(await alertOf(finding)).toMatchObject({ outcome: "archived" });
    for (const finding of leaving) expect(await alertOf(finding)).toMatchObject({ outcome: "left" });
    expect(calls).toBeGreaterThan(8);
  }, 600_000);

  it("set back to NEW what no suppression holds any more, and have intake read it", async () => {
    const held: AwsSecurityFinding[] = [];
    const calls = await forEveryCall("suppression-end", async (k) => {
      const finding = findingIn(AUDIT, `held-${k}`);
      const Note = { Text: "risk_accepted: known (team, for good)", UpdatedBy: "hakken-known" };
      const { RuleArn = "" } = await hub().createAutomationRule({
        ...{ RuleName: "hakken-known", Description: "known", RuleOrder: 501 },
        Criteria: { AwsAccountId: [{ Value: AUDIT, Comparison: "EQUALS" }] },
        Actions: [{ Type: "FINDING_FIELDS_UPDATE", FindingFieldsUpdate: { Workflow: { Status: "SUPPRESSED" }, Note } }],
      });
      await local.plane.importAsService(finding);
      const actions = { RuleArn, RuleStatus: "DISABLED" as const };
      await hub().batchUpdateAutomationRules({ UpdateAutomationRulesRequestItems: [actions] });
      held.push(finding);
    });

    const { Findings = [] } = await hub().getFindings({
      Filters: { Id: [{ Value: "held-", Comparison: "PREFIX" }] },
    });
    expect(Findings.map(({ Workflow, Note }) => [Workflow?.Status, Note?.UpdatedBy])).toEqual(
      held.map(() => ["NEW", "hakken"]),
    );
    const { Attributes } = await new SQS(local.client).getQueueAttributes({
      QueueUrl: local.environment.OPENING_QUEUE_URL,
      AttributeNames: ["ApproximateNumberOfMessagesDelayed"],
    });
    expect(Number(Attributes?.ApproximateNumberOfMessagesDelayed)).toBeGreaterThanOrEqual(held.length);
    expect(calls).toBeGreaterThan(5);
  }, 600_000);
});
