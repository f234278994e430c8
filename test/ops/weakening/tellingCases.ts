import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Case, changed } from "./cases";

const { cloudwatch, sqs, sns, lambda, dynamodb, iam, kms, scheduler } = aws;

const labels = (...Label: unknown[]) => ({ detail: { findings: { Severity: { Label } } } });
const active = { detail: { findings: { RecordState: ["ACTIVE"], Severity: { Label: ["HIGH", "CRITICAL"] } } } };
const pattern = (before: object, after: object, says?: string) =>
  changed(
    cloudwatch.EventRule,
    {},
    { eventPattern: JSON.stringify(before) },
    { eventPattern: JSON.stringify(after) },
    says,
  );
const fewer = "the rule may match fewer events";

const statement = (Action: string, Effect = "Allow") => ({ Effect, Action, Principal: "*", Resource: "arn:q" });
const policy = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });
/** A policy before and after it lost a statement. */
const lost = [
  { policy: policy(statement("kms:*"), statement("kms:Decrypt")) },
  { policy: policy(statement("kms:*")) },
] as const;
const target = { rule: "r", arn: "arn:q" };
const mapping = { functionName: "f", eventSourceArn: "arn:q" };

/** Changes of rules, queues, functions and their like, and of their protection, by what is done. */
export const tellingCases: Record<string, Case> = {
  "rule off": changed(
    cloudwatch.EventRule,
    { eventPattern: "{}" },
    {},
    { state: "DISABLED" },
    "the rule is switched off",
  ),
  "rule off, the old way": changed(
    cloudwatch.EventRule,
    { eventPattern: "{}" },
    { isEnabled: true },
    { isEnabled: false },
    "the rule is switched off",
  ),
  "a severity less": pattern(labels("HIGH", "CRITICAL"), labels("CRITICAL"), fewer),
  "a severity more": pattern(labels("CRITICAL"), labels("HIGH", "CRITICAL")),
  "severities in another order": pattern(labels("CRITICAL", "HIGH"), labels("HIGH", "CRITICAL")),
  "a field more": pattern(labels("HIGH", "CRITICAL"), active, fewer),
  "a field less": pattern(active, labels("HIGH", "CRITICAL")),
  "another anything-but": pattern(
    labels({ "anything-but": ["LOW"] }),
    labels({ "anything-but": ["LOW", "MEDIUM"] }),
    fewer,
  ),
  "another prefix": pattern({ source: [{ prefix: "aws" }] }, { source: [{ prefix: "aws.s" }] }, fewer),
  "an $or more": pattern({ $or: [{ source: ["a"] }] }, { $or: [{ source: ["a", "c"] }, { "detail-type": ["b"] }] }),
  "an $or less": pattern({ $or: [{ source: ["a"] }, { "detail-type": ["b"] }] }, { $or: [{ source: ["a"] }] }, fewer),
  "no pattern": changed(
    cloudwatch.EventRule,
    {},
    { eventPattern: JSON.stringify(active) },
    { scheduleExpression: "rate(1 hour)" },
    "the rule matches no events",
  ),
  "rarer schedule": changed(
    cloudwatch.EventRule,
    {},
    { scheduleExpression: "rate(1 hour)" },
    { scheduleExpression: "rate(2 hours)" },
    "the rule runs less often, or at other times",
  ),
  "more frequent schedule": changed(
    cloudwatch.EventRule,
    {},
    { scheduleExpression: "rate(1 hour)" },
    { scheduleExpression: "rate(30 minutes)" },
  ),
  "no dead letters": changed(
    cloudwatch.EventTarget,
    target,
    { deadLetterConfig: { arn: "arn:d" } },
    {},
    "events that can't be delivered are lost",
  ),
  "shorter retries": changed(
    cloudwatch.EventTarget,
    target,
    { retryPolicy: { maximumEventAgeInSeconds: 86_400, maximumRetryAttempts: 185 } },
    { retryPolicy: { maximumEventAgeInSeconds: 60, maximumRetryAttempts: 1 } },
    "events are tried for a shorter time; events are tried fewer times",
  ),
  "another target": changed(
    cloudwatch.EventTarget,
    { rule: "r" },
    { arn: "arn:q" },
    { arn: "arn:p" },
    "events go elsewhere",
  ),
  "a target that isn't known yet": {
    before: (name, opts) => new cloudwatch.EventTarget(name, target, opts),
    after: (name, opts) =>
      new cloudwatch.EventTarget(name, { rule: "r", arn: new sqs.Queue(`${name}-queue`, {}, opts).arn }, opts),
  },
  "bus lets in less": changed(
    cloudwatch.EventBusPolicy,
    {},
    { policy: policy(statement("events:PutEvents")) },
    { policy: policy() },
    "the bus may let in less",
  ),
  "schedule off": changed(
    scheduler.Schedule,
    { flexibleTimeWindow: { mode: "OFF" }, scheduleExpression: "rate(1 hour)", target: { arn: "a", roleArn: "r" } },
    { state: "ENABLED" },
    { state: "DISABLED" },
    "the schedule is switched off",
  ),
  "schedule at another time": changed(
    scheduler.Schedule,
    { flexibleTimeWindow: { mode: "OFF" }, target: { arn: "a", roleArn: "r" } },
    { scheduleExpression: "cron(0 9 * * ? *)" },
    { scheduleExpression: "cron(0 9 1 * ? *)" },
    "the schedule runs less often, or at other times",
  ),

  "shorter retention": changed(
    sqs.Queue,
    {},
    { messageRetentionSeconds: 1_209_600 },
    { messageRetentionSeconds: 345_600 },
    "messages are kept for a shorter time",
  ),
  "longer retention": changed(
    sqs.Queue,
    {},
    { messageRetentionSeconds: 345_600 },
    { messageRetentionSeconds: 1_209_600 },
  ),
  "queue without dead letters": changed(
    sqs.Queue,
    {},
    { redrivePolicy: '{"maxReceiveCount":5}' },
    {},
    "a message that can't be read is tried until it is lost",
  ),
  "queue lets in less": changed(
    sqs.QueuePolicy,
    { queueUrl: "u" },
    { policy: policy(statement("sqs:SendMessage"), statement("sqs:ReceiveMessage")) },
    { policy: policy(statement("sqs:ReceiveMessage")) },
    "the queue may let in less",
  ),
  "queue lets in more": changed(
    sqs.QueuePolicy,
    { queueUrl: "u" },
    { policy: policy(statement("sqs:SendMessage")) },
    { policy: policy(statement("sqs:SendMessage"), statement("sqs:ReceiveMessage")) },
  ),
  "topic refuses": changed(
    sns.TopicPolicy,
    { arn: "arn:t" },
    { policy: policy(statement("sns:Publish")) },
    { policy: policy(statement("sns:Publish"), statement("sns:Publish", "Deny")) },
    "the topic may let in less",
  ),
  "some mails": changed(
    sns.TopicSubscription,
    { endpoint: "a@example.com", protocol: "email", topic: "arn:t" },
    {},
    { filterPolicy: '{"a":["b"]}' },
    "an address gets some of the mails alone",
  ),

  "function that can't run": changed(
    lambda.Function,
    { role: "arn:r" },
    {},
    { reservedConcurrentExecutions: 0 },
    "the function can't run",
  ),
  "mapping off": changed(
    lambda.EventSourceMapping,
    mapping,
    { enabled: true },
    { enabled: false },
    "the queue is not worked off",
  ),
  "mapping with a filter": changed(
    lambda.EventSourceMapping,
    mapping,
    {},
    { filterCriteria: { filters: [{ pattern: "{}" }] } },
    "messages that the filter doesn't take are dropped",
  ),
  "table may go": changed(dynamodb.Table, {}, { deletionProtectionEnabled: true }, {}, "the table may be deleted"),
  "table without recovery": changed(
    dynamodb.Table,
    {},
    { pointInTimeRecovery: { enabled: true } },
    { pointInTimeRecovery: { enabled: false } },
    "the table can't be brought back to an earlier state",
  ),
  "key off": changed(kms.Key, {}, { isEnabled: true }, { isEnabled: false }, "queues and topics under the key stop"),
  "key gone sooner": changed(
    kms.Key,
    {},
    { deletionWindowInDays: 30 },
    { deletionWindowInDays: 7 },
    "less time is left to save the key once it is to be deleted",
  ),
  "key lets in less": changed(kms.Key, {}, ...lost, "the key may let in less: queues and topics under it may stop"),
  "role may do less": changed(iam.RolePolicy, { role: "r" }, ...lost, "the role may do less"),
  "role of somebody else": changed(
    iam.Role,
    {},
    { assumeRolePolicy: policy(statement("sts:AssumeRole")) },
    { assumeRolePolicy: policy(statement("sts:AssumeRole", "Deny")) },
    "who works under the role may no longer",
  ),
  "a secret that changes": changed(
    aws.secretsmanager.SecretVersion,
    { secretId: "s" },
    { secretString: pulumi.secret("one") },
    { secretString: pulumi.secret("two") },
  ),

  "protection taken off": {
    before: (name, opts) => new sqs.Queue(name, {}, { ...opts, protect: true }),
    after: (name, opts) => new sqs.Queue(name, {}, opts),
    says: "it is no longer protected from being deleted",
  },
  "protection put on": {
    before: (name, opts) => new sqs.Queue(name, {}, opts),
    after: (name, opts) => new sqs.Queue(name, {}, { ...opts, protect: true }),
  },
  "kept in AWS": {
    before: (name, opts) => new sqs.Queue(name, {}, { ...opts, retainOnDelete: true }),
    says: "it stays in AWS as it is, but nothing keeps it so",
  },
  "of no concern": { before: (name, opts) => new kms.Alias(name, { name: "alias/a", targetKeyId: "k" }, opts) },
};
