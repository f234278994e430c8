import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, it } from "vitest";
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
const ofControl = (id: string): Finding => aFinding({ id, control: "S3.8", compliance: "FAILED" });
const group = groupOf(ofControl("any"), groupBy);

/** Intake on the table, with `between` done once after it has read where the findings are, before it reads their alerts. */
function intake(between: () => Promise<unknown> = async () => {}): ReceivePorts {
  const client = new DynamoDBClient(local.client);
  let reads = 0;
  client.middlewareStack.add(
    (next) => async (args) => {
      const isRead = "RequestItems" in (args.input as object);
      if (isRead && ++reads === 2) await between();
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
const reportOf = (id: string) => ({ finding: ofControl(id), eventTime: "2026-11-22T03:00:00.000Z" });

it("counts a finding once that two calls take in at the same time, whichever reads what first", async () => {
  const ports = intake();
  await receive(ports, [reportOf("first")]);

  // The same event twice, as EventBridge may deliver it, in two batches.
  const slow = intake(() => receive(ports, [reportOf("second")]));
  const [received] = await receive(slow, [reportOf("second")]);

  expect(received).not.toBeInstanceOf(Error);
  const alert = await ports.store.load(group.alertKey);
  expect(alert).toMatchObject({ findings: 2, open: 2, desired: 2 });
  expect(await ports.store.members(group.alertKey)).toHaveLength(2);
});
