import { readFileSync } from "node:fs";
import path from "node:path";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { EventBridge } from "@aws-sdk/client-eventbridge";
import { IAM } from "@aws-sdk/client-iam";
import { KMS } from "@aws-sdk/client-kms";
import { Lambda } from "@aws-sdk/client-lambda";
import { SQS } from "@aws-sdk/client-sqs";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Stack } from "@pulumi/pulumi/automation";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ACCOUNTS, type Cloud, startCloud, values } from "./cloud";

let cloud: Cloud;
let stack: Stack;

beforeAll(async () => {
  cloud = await startCloud();
});
afterAll(() => cloud?.close());

const document = (...Statement: object[]) => pulumi.jsonStringify({ Version: "2012-10-17", Statement });

interface Options {
  timeout?: number;
  queue?: string;
  visibility?: number;
}

/** A rule, a queue under a key, and a function that the queue feeds. */
const thread =
  ({ timeout = 10, queue = "thread", visibility = 60 }: Options = {}) =>
  async () => {
    const provider = new aws.Provider("audit", {
      region: "ap-northeast-1",
      profile: "audit",
      allowedAccountIds: [ACCOUNTS.audit],
      defaultTags: { tags: { project: "thread" } },
    });
    const opts = { provider };
    const { accountId } = await aws.getCallerIdentity({}, opts);
    const key = new aws.kms.Key(
      "key",
      {
        description: "thread",
        deletionWindowInDays: 7,
        enableKeyRotation: true,
        policy: document(
          { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${accountId}:root` }, Action: "kms:*", Resource: "*" },
          {
            Effect: "Allow",
            Principal: { Service: "events.amazonaws.com" },
            Action: ["kms:GenerateDataKey", "kms:Decrypt"],
            Resource: "*",
          },
        ),
      },
      opts,
    );
    new aws.kms.Alias("key", { targetKeyId: key.id }, opts);
    const dead = new aws.sqs.Queue("dead", { messageRetentionSeconds: 1_209_600 }, opts);
    const events = new aws.sqs.Queue(
      "events",
      {
        name: queue,
        kmsMasterKeyId: key.arn,
        visibilityTimeoutSeconds: visibility,
        redrivePolicy: pulumi.jsonStringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 5 }),
      },
      opts,
    );
    new aws.sqs.RedriveAllowPolicy(
      "dead",
      {
        queueUrl: dead.url,
        redriveAllowPolicy: pulumi.jsonStringify({ redrivePermission: "byQueue", sourceQueueArns: [events.arn] }),
      },
      opts,
    );
    const rule = new aws.cloudwatch.EventRule("rule", { eventPattern: JSON.stringify({ source: ["thread"] }) }, opts);
    const allow = new aws.sqs.QueuePolicy(
      "allow",
      {
        queueUrl: events.url,
        policy: document({
          Effect: "Allow",
          Principal: { Service: "events.amazonaws.com" },
          Action: "sqs:SendMessage",
          Resource: events.arn,
          Condition: { ArnEquals: { "aws:SourceArn": rule.arn } },
        }),
      },
      opts,
    );
    new aws.cloudwatch.EventTarget(
      "target",
      {
        rule: rule.name,
        arn: events.arn,
        deadLetterConfig: { arn: dead.arn },
        retryPolicy: { maximumEventAgeInSeconds: 3600, maximumRetryAttempts: 10 },
      },
      { provider, dependsOn: allow },
    );
    const logs = new aws.cloudwatch.LogGroup("logs", { name: "/aws/lambda/thread", retentionInDays: 14 }, opts);
    const role = new aws.iam.Role(
      "role",
      { assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "lambda.amazonaws.com" }) },
      opts,
    );
    const rights = new aws.iam.RolePolicy(
      "rights",
      {
        role: role.id,
        policy: document(
          {
            Effect: "Allow",
            Action: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
            Resource: events.arn,
          },
          { Effect: "Allow", Action: "kms:Decrypt", Resource: key.arn },
          {
            Effect: "Allow",
            Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
            Resource: pulumi.interpolate`${logs.arn}:*`,
          },
        ),
      },
      opts,
    );
    const worker = new aws.lambda.Function(
      "worker",
      {
        name: "thread",
        role: role.arn,
        runtime: "nodejs24.x",
        handler: "__index.handler",
        timeout,
        architectures: ["arm64"],
        code: new pulumi.asset.AssetArchive({
          "__index.js": new pulumi.asset.StringAsset("exports.handler = async () => require('undici').request.name;"),
          "node_modules/undici": new pulumi.asset.FileArchive("node_modules/undici"),
        }),
        environment: { variables: { TOKEN: pulumi.secret("s3cret-token") } },
        loggingConfig: { logFormat: "JSON", logGroup: logs.name },
      },
      { provider, dependsOn: rights },
    );
    new aws.lambda.EventSourceMapping(
      "feed",
      {
        eventSourceArn: events.arn,
        functionName: worker.arn,
        batchSize: 10,
        functionResponseTypes: ["ReportBatchItemFailures"],
        scalingConfig: { maximumConcurrency: 2 },
      },
      opts,
    );
    new aws.lambda.Permission(
      "invoke",
      {
        function: worker.name,
        action: "lambda:InvokeFunction",
        principal: "events.amazonaws.com",
        sourceArn: rule.arn,
      },
      opts,
    );
    return {
      account: accountId,
      queue: events.arn,
      dead: dead.name,
      url: events.url,
      tags: events.tagsAll,
      vpc: worker.signingJobArn,
    };
  };

describe("a thread of resources", () => {
  it("comes up under the profile's account, with names, tags and a stable zip", async () => {
    stack = await cloud.stack("thread", thread());

    const preview = await stack.preview();
    const up = await stack.up();

    expect(preview.changeSummary).toEqual({ create: 16 });
    expect(up.summary.resourceChanges).toEqual({ create: 16 });
    const { dead, ...outputs } = values(up.outputs);
    expect(dead).toMatch(/^dead-[0-9a-f]{7}$/);
    expect(outputs).toEqual({
      account: ACCOUNTS.audit,
      queue: `arn:aws:sqs:ap-northeast-1:${ACCOUNTS.audit}:thread`,
      url: expect.stringMatching(/\/222222222222\/thread$/),
      tags: { project: "thread" },
      vpc: "not-modelled:signingJobArn",
    });
    const me = cloud.as(ACCOUNTS.audit);
    const { Code: code } = await new Lambda(me).getFunction({ FunctionName: "thread" });
    const zip = await fetch(String(code?.Location).replace(/^https?:\/\/[^/]+/, cloud.endpoint));
    const files = Object.keys(unzipSync(new Uint8Array(await zip.arrayBuffer())));
    expect(files).toContain("__index.js");
    expect(files).toContain("node_modules/undici/package.json");
    const state = readFileSync(path.join(cloud.folder, "state/.pulumi/stacks/thread/test.json"), "utf8");
    expect(state).not.toContain("s3cret-token");
  });

  it("shows no change on the second preview, refresh and up", async () => {
    const preview = await stack.preview({ expectNoChanges: true });
    const refresh = await stack.refresh();
    const up = await stack.up();

    expect(preview.changeSummary).toEqual({ same: 16 });
    expect(refresh.summary.resourceChanges).toEqual({ same: 16 });
    expect(up.summary.resourceChanges).toEqual({ same: 16 });
  });

  it("updates in place, and replaces where a name changes", async () => {
    stack = await cloud.stack("thread", thread({ timeout: 20, queue: "thread-2" }));

    const up = await stack.up();

    // The queue by its name; its policy and the function's feed because they hang on it.
    expect(up.summary.resourceChanges).toEqual({ replace: 3, update: 4, same: 9 });
    const { Configuration: now } = await new Lambda(cloud.as(ACCOUNTS.audit)).getFunction({ FunctionName: "thread" });
    expect(now?.Timeout).toBe(20);
    const { QueueUrls: queues = [] } = await new SQS(cloud.as(ACCOUNTS.audit)).listQueues({});
    expect(queues.map((url) => url.split("/").pop()).sort()).toEqual([expect.stringMatching(/^dead-/), "thread-2"]);
  });

  it("finds drift by refresh, and repairs it", async () => {
    const sqs = new SQS(cloud.as(ACCOUNTS.audit));
    const url = String((await sqs.getQueueUrl({ QueueName: "thread-2" })).QueueUrl);
    await sqs.setQueueAttributes({ QueueUrl: url, Attributes: { VisibilityTimeout: "99" } });
    const rules = (await new EventBridge(cloud.as(ACCOUNTS.audit)).listRules({})).Rules ?? [];
    const { Targets = [] } = await new EventBridge(cloud.as(ACCOUNTS.audit)).listTargetsByRule({
      Rule: rules[0]?.Name,
    });
    await new EventBridge(cloud.as(ACCOUNTS.audit)).removeTargets({
      Rule: rules[0]?.Name,
      Ids: Targets.map(({ Id }) => String(Id)),
    });
    const iam = new IAM(cloud.as(ACCOUNTS.audit));
    const { Roles: [role] = [] } = await iam.listRoles({});
    const { PolicyNames: [policy] = [] } = await iam.listRolePolicies({ RoleName: role?.RoleName });
    await iam.deleteRolePolicy({ RoleName: role?.RoleName, PolicyName: policy });

    const refresh = await stack.refresh();
    const up = await stack.up();

    expect(refresh.summary.resourceChanges).toEqual({ same: 13, update: 1, delete: 2 });
    expect(up.summary.resourceChanges).toEqual({ same: 13, update: 1, create: 2 });
    const { Attributes: attributes } = await sqs.getQueueAttributes({ QueueUrl: url, AttributeNames: ["All"] });
    expect(attributes?.VisibilityTimeout).toBe("60");
  });

  it("leaves nothing behind but a key that waits for its deletion", async () => {
    const me = cloud.as(ACCOUNTS.audit);
    // Deleted behind the engine's back, and not refreshed: the delete finds nothing, and that is well.
    await new CloudWatchLogs(me).deleteLogGroup({ logGroupName: "/aws/lambda/thread" });

    const destroy = await stack.destroy();

    expect(destroy.summary.resourceChanges).toEqual({ delete: 16 });
    expect((await new SQS(me).listQueues({})).QueueUrls ?? []).toEqual([]);
    expect((await new Lambda(me).listFunctions({})).Functions).toEqual([]);
    expect((await new Lambda(me).listEventSourceMappings({})).EventSourceMappings).toEqual([]);
    expect((await new EventBridge(me).listRules({})).Rules).toEqual([]);
    expect((await new IAM(me).listRoles({})).Roles).toEqual([]);
    expect((await new DynamoDB(me).listTables({})).TableNames).toEqual([]);
    const kms = new KMS(me);
    const { Keys: keys = [] } = await kms.listKeys({});
    const states = await Promise.all(keys.map(({ KeyId }) => kms.describeKey({ KeyId })));
    expect(states.map(({ KeyMetadata }) => KeyMetadata?.KeyState)).toEqual(["PendingDeletion"]);
  });
});
