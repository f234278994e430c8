import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ACCOUNTS } from "./cloud";

/** What the tests vary. */
export interface Options {
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
export const services =
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
    const text = { type: "text", x: 0, y: 0, width: 24, height: 2, properties: { markdown: message } };
    new aws.cloudwatch.Dashboard(
      "dashboard",
      { dashboardName: "dashboard", dashboardBody: JSON.stringify({ widgets: [text] }) },
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
          Action: ["s3:ListBucket", "s3:GetBucketAcl", "s3:PutObject"],
          Resource: [bucket.arn, pulumi.interpolate`${bucket.arn}/*`],
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
