import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { EnableSecurityHubCommand, SecurityHubClient } from "@aws-sdk/client-securityhub";
import { CreateStateMachineCommand, SFNClient } from "@aws-sdk/client-sfn";
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import fastify from "fastify";
import { installMinistack, startMinistack } from "../../sandbox/aws/ministack";
import { controlPlane } from "../../sandbox/doubles/controlPlane/controlPlane";
import { createInbox } from "../../sandbox/inbox/inbox";
import { runtimeModules, runZip } from "./run";
import type { Zip } from "./zips";

const ACCOUNT = "222222222222";
export const REGION = "ap-northeast-1";
const root = resolve(__dirname, "../..");

export type Local = Awaited<ReturnType<typeof startLocal>>;

/** The services that the handlers call, on this machine: the local AWS, Security Hub, Slack, Backlog, mail. */
export async function startLocal() {
  const folder = mkdtempSync(join(tmpdir(), "hakken-local-"));
  const python = await installMinistack({ folder: join(root, ".sandbox") });
  const plane = controlPlane({
    organization: {
      managementAccountId: "111111111111",
      accounts: [
        { id: "111111111111", name: "management" },
        { id: ACCOUNT, name: "audit" },
      ],
      regions: [REGION],
    },
  });
  const none = { burst: 10_000, perSecond: 10_000 };
  const inbox = createInbox({
    // No pauses: the tests send more than one message a second. And no help from client_msg_id after a lost reply.
    slack: {
      token: "xoxb-1",
      channels: [{ id: "C0SECURITY", name: "security" }],
      dedupeSeconds: 0,
      postLimit: none,
      methodLimit: none,
    },
    backlog: {
      apiKey: "key-1",
      project: {
        key: "SEC",
        name: "Security",
        issueTypes: ["タスク"],
        categories: ["AWS"],
        members: [
          { userId: "sato", name: "佐藤" },
          { userId: "suzuki", name: "鈴木" },
        ],
      },
      limits: { read: 9999, update: 9999, search: 9999 },
    },
  });
  const app = fastify({ forceCloseConnections: true });
  await app.register(inbox.routes);
  await app.listen({ host: "127.0.0.1", port: 0 });
  const inboxUrl = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const ministack = await startMinistack({
    folder,
    python,
    nodeBin: process.execPath,
    lambdaModules: join(root, "node_modules"),
    doubles: { ...(await plane.listen()) },
    mailUrl: `${inboxUrl}/mail`,
  });
  const client = {
    endpoint: ministack.endpoint,
    region: REGION,
    credentials: { accessKeyId: ACCOUNT, secretAccessKey: "x" },
  };
  const environment = await resources(client);
  await new SecurityHubClient(client).send(new EnableSecurityHubCommand({ EnableDefaultStandards: false }));
  const modules = runtimeModules();

  return {
    inbox,
    plane,
    inboxUrl,
    client,
    environment,
    /** Runs a zip's handler with what Lambda would give it. */
    run: (zip: Zip, event: unknown, options: { crashAfter?: number; environment?: Record<string, string> } = {}) =>
      runZip(
        zip,
        event,
        {
          AWS_REGION: REGION,
          AWS_ENDPOINT_URL: ministack.endpoint,
          AWS_ACCESS_KEY_ID: ACCOUNT,
          AWS_SECRET_ACCESS_KEY: "x",
          NODE_PATH: modules,
          ...environment,
          ...options.environment,
        },
        options.crashAfter,
      ),
    stop: async () => {
      await Promise.all([ministack.stop(), app.close(), plane.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const INDEXES = [
  { IndexName: "unsettled", hash: "unsettled", range: "unsettledSince" },
  { IndexName: "unchecked", hash: "unchecked", range: "checkedAt" },
  { IndexName: "closedButFailing", hash: "closedButFailing", range: "failingSince" },
  { IndexName: "deferred", hash: "deferring", range: "deferredSince" },
];

/** What the stack would make, as far as handlers touch it; by the names of their environment. */
async function resources(client: object): Promise<Record<string, string>> {
  const sqs = new SQSClient(client);
  const queue = async (QueueName: string) => (await sqs.send(new CreateQueueCommand({ QueueName }))).QueueUrl ?? "";
  const secrets = new SecretsManagerClient(client);
  const secret = async (Name: string, SecretString: string) =>
    (await secrets.send(new CreateSecretCommand({ Name, SecretString }))).ARN ?? "";
  const sns = new SNSClient(client);
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: "mail" }));
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: "email", Endpoint: "security@example.com" }));
  await new DynamoDBClient(client).send(
    new CreateTableCommand({
      TableName: "alerts",
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: ["pk", "sk", ...INDEXES.flatMap(({ hash, range }) => [hash, range])].map(
        (AttributeName) => ({
          AttributeName,
          AttributeType: "S",
        }),
      ),
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
      GlobalSecondaryIndexes: INDEXES.map(({ IndexName, hash, range }) => ({
        IndexName,
        KeySchema: [
          { AttributeName: hash, KeyType: "HASH" as const },
          { AttributeName: range, KeyType: "RANGE" as const },
        ],
        Projection: { ProjectionType: "KEYS_ONLY" as const },
      })),
    }),
  );
  return {
    ALERT_TABLE: "alerts",
    ALERT_WORKFLOW: await longWorkflow(client),
    OPENING_QUEUE_URL: await queue("opening"),
    DEAD_LETTER_QUEUE_URL: await queue("dead-letters"),
    FAILED_ALERTS_QUEUE_URL: await queue("failed-alerts"),
    SLACK_TOKEN_SECRET: await secret("slack", "xoxb-1"),
    BACKLOG_API_KEY_SECRET: await secret("backlog", "key-1"),
    MAIL_TOPIC: TopicArn ?? "",
  };
}

/** Executions that only wait: the tests call the channels themselves. */
async function longWorkflow(client: object): Promise<string> {
  const trust = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "states.amazonaws.com" }, Action: "sts:AssumeRole" }],
  };
  const role = new CreateRoleCommand({ RoleName: "workflow", AssumeRolePolicyDocument: JSON.stringify(trust) });
  const { Role } = await new IAMClient(client).send(role);
  const definition = { StartAt: "Wait", States: { Wait: { Type: "Wait", Seconds: 3600, End: true } } };
  const create = { name: "workflow", roleArn: Role?.Arn, definition: JSON.stringify(definition) };
  return (await new SFNClient(client).send(new CreateStateMachineCommand(create))).stateMachineArn ?? "";
}
