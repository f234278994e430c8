import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { account, allow, allowService, delegation, region, runPython } from "./authorise";

const role = `arn:aws:iam::${account}:role/intake`;
const session = `arn:aws:sts::${account}:assumed-role/intake/intake`;
const queue = `arn:aws:sqs:${region}:${account}:opening`;
const key = `arn:aws:kms:${region}:${account}:key/1`;
const rule = `arn:aws:events:${region}:${account}:rule/opening`;

interface Row {
  kind: string;
  owner: string;
  index: number;
  needed: boolean;
  request?: { action: string };
  unneededActions?: string[];
}
interface Report {
  statements: Row[];
  unneeded: Row[];
  unexplained: unknown[];
}

const replay = async (policies: object[], requests: object[]) =>
  (await runPython([join(__dirname, "../../../sandbox/aws/replay.py")], { policies, requests })) as Report;

const document = (kind: string, owner: string, ...statements: object[]) => ({
  kind,
  owner,
  document: { Version: "2012-10-17", Statement: statements },
});
const request = (principal: string, action: string, resource: string, context: object = {}, decision = "allowed") => ({
  kind: "authorisation",
  point: "test",
  principal,
  action,
  resource,
  decision,
  region,
  context,
});

describe("replaying a run against its policies", () => {
  it("names for each statement a request that needs it, and the statements and actions that none needs", async () => {
    const policies = [
      document("role", role, allow(["sqs:ReceiveMessage", "sqs:PurgeQueue"], queue), allow("sns:Publish", "*")),
      document("trust", role, allowService("lambda.amazonaws.com", "sts:AssumeRole", "*")),
      document("queue", queue, allowService("events.amazonaws.com", "sqs:SendMessage", queue, rule)),
    ];

    const report = await replay(policies, [
      request(session, "sqs:ReceiveMessage", queue),
      request("lambda.amazonaws.com", "sts:AssumeRole", role),
      request("events.amazonaws.com", "sqs:SendMessage", queue, { "aws:sourcearn": rule }),
    ]);

    expect(report.unneeded).toEqual([expect.objectContaining({ kind: "role", owner: role, index: 1 })]);
    expect(report.statements.map((row) => row.request?.action)).toEqual([
      "sqs:ReceiveMessage",
      undefined,
      "sts:AssumeRole",
      "sqs:SendMessage",
    ]);
    expect(report.statements[0]?.unneededActions).toEqual(["sqs:PurgeQueue"]);
  });

  it("needs a key's delegation and the role's own statement both", async () => {
    const policies = [document("key", key, delegation), document("role", role, allow("kms:Decrypt", key))];

    const report = await replay(policies, [request(session, "kms:Decrypt", key)]);

    expect(report.unneeded).toEqual([]);
  });

  it("finds two statements that allow the same unneeded, and one that denies needed by what it refused", async () => {
    const deny = { ...allow("sqs:*", queue), Effect: "Deny" };
    const policies = [
      document("role", role, allow("sqs:*", "*"), allow("sqs:ListQueues", "*"), allow("sqs:ListQueues", "*"), deny),
    ];

    const report = await replay(policies, [
      request(session, "sqs:ListQueues", "*"),
      request(session, "sqs:SendMessage", queue, {}, "denied"),
    ]);

    expect(report.statements.map((row) => row.needed)).toEqual([false, false, false, true]);
  });

  it("tells which requests the given policies don't allow", async () => {
    const report = await replay(
      [document("role", role, allow("sns:Publish", "*"))],
      [request(session, "sqs:ReceiveMessage", queue)],
    );

    expect(report.unexplained).toEqual([expect.objectContaining({ action: "sqs:ReceiveMessage" })]);
  });
});
