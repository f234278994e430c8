import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { groupOf } from "../../handlers/alert/group";
import { type ReceivePorts, receive } from "../../handlers/alert/receive";
import type { Finding } from "../../handlers/alert/types";
import { alertTable } from "../../handlers/aws/alertTable";
import { aFinding } from "../handlers/alert/world";
import { type Local, startLocal } from "./local";

let local: Local;
beforeAll(async () => {
  local = await startLocal();
}, 120_000);
afterAll(() => local?.stop());

const groupBy = { controls: "control", vulnerabilities: "finding", routes: [] } as const;
const ofControl = (id: string, accountId: string): Finding =>
  aFinding({ id, accountId, control: "S3.8", compliance: "FAILED" });

/** Intake on the table, with `between` done once, before its nth read of one report. */
function intake(nth = 0, between: () => Promise<unknown> = async () => {}): ReceivePorts {
  const client = new DynamoDBClient(local.client);
  let reads = 0;
  client.middlewareStack.add(
    (next) => async (args) => {
      const isRead = "RequestItems" in (args.input as object);
      if (isRead && ++reads === nth) await between();
      return next(args);
    },
    { step: "initialize" },
  );
  const db = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  return {
    store: alertTable(db, "alerts"),
    now: () => new Date().toISOString(),
    severities: ["HIGH"],
    reopenWithinSeconds: 0,
    groupOf: (finding) => groupOf(finding, groupBy),
    digestOf: () => undefined,
    executions: { start: async () => true, status: async () => "running" },
    findings: { get: async () => [], setWorkflow: async () => [], eachPageOfNew: async () => [] },
    later: async () => {},
  };
}
const reportOf = (id: string, accountId: string) => ({
  finding: ofControl(id, accountId),
  eventTime: "2026-11-22T03:00:00.000Z",
});

describe.each([1, 2])("two intakes that take in the same event at once, one before read %i of the other", (nth) => {
  const accountId = `00000000000${nth}`;
  const [first, second] = [`first-${nth}`, `second-${nth}`];
  const { alertKey } = groupOf(ofControl("any", accountId), groupBy);

  it("count a new finding once", async () => {
    const ports = intake();
    await receive(ports, [reportOf(first, accountId)]);

    // As EventBridge may deliver it: twice, in two batches.
    const slow = intake(nth, () => receive(ports, [reportOf(second, accountId)]));
    const [received] = await receive(slow, [reportOf(second, accountId)]);

    expect(received).not.toBeInstanceOf(Error);
    expect(await ports.store.load(alertKey)).toMatchObject({ findings: 2, open: 2, desired: 2 });
    expect(await ports.store.members(alertKey)).toHaveLength(2);
  });
});
