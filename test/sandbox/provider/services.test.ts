import { readFileSync } from "node:fs";
import path from "node:path";
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { S3 } from "@aws-sdk/client-s3";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { SFN } from "@aws-sdk/client-sfn";
import { SNS } from "@aws-sdk/client-sns";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Stack } from "@pulumi/pulumi/automation";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ACCOUNTS, type Cloud, startCloud, values } from "./cloud";

let cloud: Cloud;
let stack: Stack;

beforeAll(async () => {
  cloud = await startCloud();
});
afterAll(() => cloud?.close());

interface Options {
  token?: string;
  index?: string;
  message?: string;
  threshold?: number;
  owner?: string;
  period?: number;
  protection?: boolean;
}

const document = (...Statement: object[]) => pulumi.jsonStringify({ Version: "2012-10-17", Statement });

/** One of each type that a pipeline needs beside queues and functions. */
const services =
  ({
    token = "first-token",
    index = "owner",
    message = "hello",
    threshold = 1,
    owner = "a",
    period = 60,
    protection,
  }: Options = {}) =>
  async () => {
    const provider = new aws.Provider("audit", { region: "ap-northeast-1", profile: "audit" });
    const opts = { provider };
    const tags = { owner };
    const table = new aws.dynamodb.Table(
      "table",
      {
        billingMode: "PAY_PER_REQUEST",
        hashKey: "id",
        rangeKey: "kind",
        attributes: [
          { name: "id", type: "S" },
          { name: "kind", type: "S" },
          { name: index, type: "S" },
        ],
        globalSecondaryIndexes: [{ name: `by-${index}`, hashKey: index, projectionType: "KEYS_ONLY" }],
        ttl: { attributeName: "expires", enabled: true },
        pointInTimeRecovery: { enabled: true },
        deletionProtectionEnabled: protection ?? true,
        tags,
      },
      opts,
    );
    const role = new aws.iam.Role(
      "machine",
      { assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "states.amazonaws.com" }), tags },
      opts,
    );
    const logs = new aws.cloudwatch.LogGroup("machine", { retentionInDays: 7, tags }, opts);
    const delivers = new aws.iam.RolePolicy(
      "machine",
      {
        role: role.id,
        policy: document({
          Effect: "Allow",
          Action: [
            "logs:CreateLogDelivery",
            "logs:GetLogDelivery",
            "logs:UpdateLogDelivery",
            "logs:DeleteLogDelivery",
            "logs:ListLogDeliveries",
            "logs:PutResourcePolicy",
            "logs:DescribeResourcePolicies",
            "logs:DescribeLogGroups",
          ],
          Resource: "*",
        }),
      },
      opts,
    );
    const machine = new aws.sfn.StateMachine(
      "machine",
      {
        roleArn: role.arn,
        definition: JSON.stringify({ StartAt: "Say", States: { Say: { Type: "Pass", Result: message, End: true } } }),
        loggingConfiguration: {
          level: "ERROR",
          includeExecutionData: false,
          logDestination: pulumi.interpolate`${logs.arn}:*`,
        },
        tags,
      },
      { provider, dependsOn: delivers },
    );
    const topic = new aws.sns.Topic("topic", { tags }, opts);
    new aws.sns.TopicPolicy(
      "topic",
      {
        arn: topic.arn,
        policy: document({
          Effect: "Allow",
          Principal: { Service: "cloudwatch.amazonaws.com" },
          Action: "sns:Publish",
          Resource: topic.arn,
        }),
      },
      opts,
    );
    const queue = new aws.sqs.Queue("queue", { tags }, opts);
    new aws.sns.TopicSubscription(
      "queue",
      { topic: topic.arn, protocol: "sqs", endpoint: queue.arn, rawMessageDelivery: true },
      opts,
    );
    const mail = new aws.sns.TopicSubscription(
      "mail",
      { topic: topic.arn, protocol: "email", endpoint: "person@example.com" },
      opts,
    );
    new aws.cloudwatch.MetricAlarm(
      "alarm",
      {
        comparisonOperator: "GreaterThanOrEqualToThreshold",
        evaluationPeriods: 1,
        namespace: "AWS/SQS",
        metricName: "ApproximateNumberOfMessagesVisible",
        dimensions: { QueueName: queue.name },
        statistic: "Maximum",
        period,
        threshold,
        treatMissingData: "notBreaching",
        alarmActions: [topic.arn],
        tags,
      },
      opts,
    );
    const secret = new aws.secretsmanager.Secret(
      "secret",
      { recoveryWindowInDays: 7, description: "a token", tags },
      opts,
    );
    const version = new aws.secretsmanager.SecretVersion("secret", { secretId: secret.id, secretString: token }, opts);
    const bus = new aws.cloudwatch.EventBus("bus", { tags }, opts);
    new aws.cloudwatch.EventBusPolicy(
      "bus",
      {
        eventBusName: bus.name,
        policy: document({
          Effect: "Allow",
          Principal: { AWS: `arn:aws:iam::${ACCOUNTS.prod}:root` },
          Action: "events:PutEvents",
          Resource: bus.arn,
        }),
      },
      opts,
    );
    const rule = new aws.cloudwatch.EventRule(
      "rule",
      { eventBusName: bus.name, eventPattern: JSON.stringify({ source: ["a"] }), tags },
      opts,
    );
    new aws.cloudwatch.EventTarget(
      "topic",
      {
        rule: rule.name,
        eventBusName: bus.name,
        arn: topic.arn,
        inputTransformer: { inputPaths: { id: "$.id" }, inputTemplate: '"<id>"' },
      },
      opts,
    );
    const bucket = new aws.s3.Bucket("bucket", { forceDestroy: true, tags }, opts);
    const block = {
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    };
    new aws.s3.BucketPublicAccessBlock("bucket", { bucket: bucket.id, ...block }, opts);
    new aws.s3.BucketVersioning("bucket", { bucket: bucket.id, versioningConfiguration: { status: "Enabled" } }, opts);
    new aws.s3.BucketServerSideEncryptionConfiguration(
      "bucket",
      { bucket: bucket.id, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms" } }] },
      opts,
    );
    new aws.s3.BucketLifecycleConfiguration(
      "bucket",
      {
        bucket: bucket.id,
        rules: [{ id: "old", status: "Enabled", filter: {}, noncurrentVersionExpiration: { noncurrentDays: 90 } }],
      },
      opts,
    );
    const delivery = new aws.s3.BucketPolicy(
      "bucket",
      {
        bucket: bucket.id,
        policy: document({
          Effect: "Allow",
          Principal: { Service: "config.amazonaws.com" },
          Action: ["s3:PutObject"],
          Resource: pulumi.interpolate`${bucket.arn}/*`,
        }),
      },
      opts,
    );
    const linked = new aws.iam.ServiceLinkedRole("config", { awsServiceName: "config.amazonaws.com" }, opts);
    const recorder = new aws.cfg.Recorder(
      "recorder",
      {
        name: "default",
        roleArn: linked.arn,
        recordingGroup: { allSupported: true, includeGlobalResourceTypes: true },
      },
      opts,
    );
    const channel = new aws.cfg.DeliveryChannel(
      "channel",
      { name: "default", s3BucketName: bucket.bucket },
      { provider, dependsOn: [recorder, delivery] },
    );
    new aws.cfg.RecorderStatus("recorder", { name: recorder.name, isEnabled: true }, { provider, dependsOn: channel });
    return {
      table: table.name,
      machine: machine.arn,
      topic: topic.arn,
      mail: mail.arn,
      secret: secret.arn,
      token: version.secretString,
      bucket: bucket.bucket,
    };
  };

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
    expect(create).toBe(29);
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
    expect((await stack.refresh()).summary.resourceChanges).toEqual({ same: 29 });
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
