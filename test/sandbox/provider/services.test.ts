import { readFileSync } from "node:fs";
import path from "node:path";
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { S3 } from "@aws-sdk/client-s3";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { SFN } from "@aws-sdk/client-sfn";
import { SNS } from "@aws-sdk/client-sns";
import * as aws from "@pulumi/aws";
import type { Stack } from "@pulumi/pulumi/automation";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ACCOUNTS, type Cloud, startCloud, values } from "./cloud";
import { type Options, services } from "./services";

let cloud: Cloud;
let stack: Stack;

beforeAll(async () => {
  cloud = await startCloud();
});
afterAll(() => cloud?.close());

const up = async (options: Options) => {
  stack = await cloud.stack("services", services(options));
  return (await stack.up()).summary.resourceChanges;
};

describe("services", () => {
  it("come up, and stay as they are on preview, refresh and up", async () => {
    stack = await cloud.stack("services", services());

    const first = await stack.up();
    const preview = await stack.preview({ expectNoChanges: true });
    const refresh = await stack.refresh();
    const second = await stack.up();

    const { create = 0 } = first.summary.resourceChanges ?? {};
    expect(create).toBe(30);
    expect(preview.changeSummary).toEqual({ same: create });
    expect(refresh.summary.resourceChanges).toEqual({ same: create });
    expect(second.summary.resourceChanges).toEqual({ same: create });
  });

  it("keep a secret's text secret, though the program did not mark it", async () => {
    const outputs = await stack.outputs();

    expect(outputs.token).toEqual({ value: "first-token", secret: true });
    const state = readFileSync(path.join(cloud.folder, "state/.pulumi/stacks/services/test.json"), "utf8");
    expect(state).toContain("a token");
    expect(state).not.toContain("first-token");
  });

  it("change in place what can be changed in place", async () => {
    const before = values(await stack.outputs());

    const changes = await up({ index: "state", message: "bye", threshold: 5, owner: "b", period: 300 });

    expect(changes).toMatchObject({ update: expect.any(Number) });
    expect(changes).not.toHaveProperty("replace");
    const me = cloud.as(ACCOUNTS.audit);
    const { Table: table } = await new DynamoDB(me).describeTable({ TableName: String(before.table) });
    expect(table?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName)).toEqual(["by-state"]);
    const machine = await new SFN(me).describeStateMachine({ stateMachineArn: String(before.machine) });
    expect(machine.definition).toContain('"bye"');
    const { MetricAlarms: [alarm] = [] } = await new CloudWatch(me).describeAlarms({});
    expect(alarm).toMatchObject({ Threshold: 5, Period: 300 });
    const { DashboardBody } = await new CloudWatch(me).getDashboard({ DashboardName: "dashboard" });
    expect(DashboardBody).toContain('"bye"');
    const { Tags } = await new SNS(me).listTagsForResource({ ResourceArn: String(before.topic) });
    expect(Tags).toEqual([{ Key: "owner", Value: "b" }]);
    expect(await stack.preview({ expectNoChanges: true })).toBeTruthy();
  });

  it("replace a secret's version by a newer one, and keep the newer one's label", async () => {
    const changes = await up({
      index: "state",
      message: "bye",
      threshold: 5,
      owner: "b",
      period: 300,
      token: "second",
    });

    expect(changes).toMatchObject({ replace: 1 });
    const { secret } = values(await stack.outputs());
    const now = await new SecretsManager(cloud.as(ACCOUNTS.audit)).getSecretValue({ SecretId: String(secret) });
    expect(now.SecretString).toBe("second");
    expect((await stack.refresh()).summary.resourceChanges).toEqual({ same: 30 });
  });

  it("refuse to delete a protected table, and leave nothing once it is not", async () => {
    const me = cloud.as(ACCOUNTS.audit);
    const refused = await stack.destroy().then(
      () => "destroyed",
      (error) => error.message,
    );
    await up({ protection: false });

    await stack.destroy();

    expect(refused).toMatch(/ValidationException|protection/i);
    expect((await new DynamoDB(me).listTables({})).TableNames).toEqual([]);
    expect((await new SNS(me).listTopics({})).Topics).toEqual([]);
    expect((await new SFN(me).listStateMachines({})).stateMachines).toEqual([]);
    expect((await new CloudWatch(me).describeAlarms({})).MetricAlarms).toEqual([]);
    expect((await new CloudWatch(me).listDashboards({})).DashboardEntries).toEqual([]);
    expect((await new S3({ ...me, forcePathStyle: true }).listBuckets({})).Buckets).toEqual([]);
  });

  it("are deleted before they are replaced where they keep a name that the program gave", async () => {
    const fixed = (hashKey: string) => async () => {
      const provider = new aws.Provider("audit", { region: "ap-northeast-1", profile: "audit" });
      const attributes = [{ name: hashKey, type: "S" }];
      new aws.dynamodb.Table(
        "fixed",
        { name: "fixed", billingMode: "PAY_PER_REQUEST", hashKey, attributes },
        { provider },
      );
    };
    await (await cloud.stack("fixed", fixed("one"))).up();

    const up = await (await cloud.stack("fixed", fixed("two"))).up();

    expect(up.summary.resourceChanges).toEqual({ replace: 1, same: 2 });
    const { Table: table } = await new DynamoDB(cloud.as(ACCOUNTS.audit)).describeTable({ TableName: "fixed" });
    expect(table?.KeySchema).toEqual([{ AttributeName: "two", KeyType: "HASH" }]);
  });
});
