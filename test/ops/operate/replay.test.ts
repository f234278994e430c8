import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BatchUpdateFindingsCommand, EnableSecurityHubCommand, SecurityHubClient } from "@aws-sdk/client-securityhub";
import { DynamoDBDocument } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findingKey } from "../../../handlers/alert/record";
import { type ControlPlane, controlPlane } from "../../../sandbox/doubles/controlPlane/controlPlane";
import { account, region } from "../../sandbox/aws/authorise";
import { type RunningPipeline, startPipeline } from "./running";

const sample = JSON.parse(
  readFileSync(join(__dirname, "../../../sandbox/samples/told-guardduty-high.json"), "utf8")
    .replaceAll("333333333333", account)
    .replaceAll("us-east-1", region),
);
const HOUR = 3_600_000;
const ago = (hours: number) => new Date(Date.now() - hours * HOUR).toISOString();

let plane: ControlPlane;
let running: RunningPipeline;
let hub: SecurityHubClient;
beforeAll(async () => {
  plane = controlPlane({
    organization: {
      managementAccountId: "111111111111",
      accounts: [
        { id: "111111111111", name: "management" },
        { id: account, name: "audit" },
      ],
      regions: [region],
    },
  });
  running = await startPipeline({ SANDBOX_DOUBLES: JSON.stringify(await plane.listen()) });
  const credentials = { accessKeyId: account, secretAccessKey: "any" };
  hub = new SecurityHubClient({ endpoint: running.aws.endpoint, region, credentials });
  await hub.send(new EnableSecurityHubCommand({ EnableDefaultStandards: false }));
}, 60_000);
afterAll(async () => {
  await running.stop();
  await plane.close();
});
let serial = 0;
/** A finding that Security Hub has, changed so many hours ago. */
async function imported(hours: number, change: object = {}) {
  const finding = {
    ...sample,
    Id: `${sample.Id}-${++serial}`,
    UpdatedAt: ago(hours),
    CreatedAt: ago(hours + 1),
    ...change,
  };
  await plane.importAsService(finding);
  return finding;
}
const recheckOf = ({ Id, ProductArn }: { Id: string; ProductArn: string }) => ({
  source: "hakken",
  "detail-type": "hakken Recheck",
  detail: { format: "asff", product: ProductArn, id: Id },
});
const handedOver = async () => (await running.bodies(running.queues.opening)).map((body) => JSON.parse(body));

describe("ops replay", { timeout: 60_000 }, () => {
  it("hands over what is NEW, was changed in that time, and would open an alert; and says how many are known", async () => {
    const lost = await imported(5);
    const known = await imported(4);
    await imported(8);
    await imported(1);
    await imported(5, { Severity: { Label: "LOW" } });
    await imported(5, { Compliance: { Status: "PASSED" } });
    const told = await imported(5);
    const FindingIdentifiers = [{ Id: told.Id, ProductArn: told.ProductArn }];
    await hub.send(new BatchUpdateFindingsCommand({ FindingIdentifiers, Workflow: { Status: "NOTIFIED" } }));
    const table = DynamoDBDocument.from(running.aws.dynamodb);
    const hash = findingKey({ product: known.ProductArn, id: known.Id });
    const TableName = running.pipeline.alertTable;
    await table.put({ TableName, Item: { pk: `finding#${hash}`, sk: "pointer", alertKey: "k" } });
    await table.put({ TableName, Item: { pk: "alert#k", sk: "alert", alertKey: "k" } });
    await table.put({ TableName, Item: { pk: "alert#k", sk: `finding#${hash}` } });
    const window = ["--since", "6h", "--until", ago(2)];

    const dry = await running.ops(["replay", ...window, "--dry-run"]).ended;
    const nothing = await handedOver();
    const done = await running.ops(["replay", ...window, "--yes", "--json"]).ended;

    expect([dry.code, done.code]).toEqual([0, 0]);
    expect(dry.stdout).toMatch(
      /^NEW, and changed from \S+Z until \S+Z: 2\n {2}GuardDuty +2\n1 have an alert already, .*; 1 are not known\n$/,
    );
    expect(nothing).toEqual([]);
    expect(JSON.parse(done.stdout).replay).toMatchObject({ dryRun: false, found: 2, known: 1, sent: 2, refused: [] });
    const messages = await handedOver();
    expect(messages).toHaveLength(2);
    expect(messages).toEqual(expect.arrayContaining([recheckOf(lost), recheckOf(known)]));
  });

  it("takes accounts and products alone that are named, and does without a look into the alert table", async () => {
    const wanted = await imported(30);
    const { aws, rights } = running;
    await aws.grant(
      "operator",
      rights.filter(({ Sid }) => Sid !== "CountWhatIsKnown"),
    );
    const replay = (...args: string[]) =>
      running.ops(["replay", "--since", "31h", "--until", ago(29), "--yes", ...args]).ended;

    const other = await replay("--account", "333333333333", "--product", "GuardDuty");
    const none = await replay("--product", "Inspector");
    const ours = await replay("--account", account, "333333333333", "--product", "guardduty", "--json");

    await aws.grant("operator", rights);
    expect([other.code, none.code, ours.code]).toEqual([0, 0, 0]);
    for (const { stdout } of [other, none]) expect(stdout).toMatch(/: 0\n/);
    expect(JSON.parse(ours.stdout).replay).toMatchObject({ read: 1, found: 1, sent: 1 });
    expect(JSON.parse(ours.stdout).replay).not.toHaveProperty("known");
    expect(await handedOver()).toEqual([recheckOf(wanted)]);
  });

  it("waits out that Security Hub is throttled, and hands nothing over where it refuses", async () => {
    const wanted = await imported(50);
    const window = ["--since", "51h", "--until", ago(49), "--yes"];
    const { aws, rights } = running;

    plane.faults.securityhub.next("GetFindings", { kind: "throttled" }, 3);
    const throttled = await running.ops(["replay", ...window]).ended;
    await aws.grant(
      "operator",
      rights.filter(({ Sid }) => Sid !== "Replay"),
    );
    const refused = await running.ops(["replay", ...window, "--json"]).ended;

    await aws.grant("operator", rights);
    expect(throttled.code).toBe(0);
    expect(await handedOver()).toEqual([recheckOf(wanted)]);
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.stdout).stacks[0].failures[0].reason).toMatch(/AccessDenied.*securityhub:GetFindings/);
  });

  it("wants a time that it can read, and one before the other", async () => {
    const [wrong, turned, missing] = await Promise.all(
      [["--since", "yesterday"], ["--since", "1h", "--until", "2h"], []].map(
        (args) => running.ops(["replay", "--yes", ...args]).ended,
      ),
    );

    expect([wrong?.code, turned?.code, missing?.code]).toEqual([2, 2, 2]);
    expect(wrong?.stderr).toContain('--since "yesterday" is no time: write 90m, 6h or 2d, or 2026-11-22T09:00Z.');
    expect(turned?.stderr).toMatch(/--until \S+ is not after --since \S+\./);
  });
});
