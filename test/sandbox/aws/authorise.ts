import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SNSClient } from "@aws-sdk/client-sns";
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { zipSync } from "fflate";
import { installMinistack, startMinistack } from "../../../sandbox/aws/ministack";

export const account = "222222222222";
export const region = "ap-northeast-1";

const root = join(__dirname, "../../..");
const projectModules = join(root, "node_modules");

/** The venv's Python: of MINISTACK_PYTHON, or installed into the project's sandbox folder. */
async function python(): Promise<string> {
  return process.env.MINISTACK_PYTHON ?? installMinistack({ folder: join(root, ".sandbox") });
}

interface Entry {
  seq: number;
  kind: string;
  point?: string;
  principal?: string;
  action?: string;
  resource?: string;
  decision?: string;
  outcome?: string;
  error?: string;
  context?: Record<string, unknown>;
}

type Statement = Record<string, unknown>;
type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };

/** A local AWS of the test's own, with clients of one account's root; `as` gives those of a role's session. */
export async function startAws(env: Record<string, string> = {}) {
  const folder = await mkdtemp(join(tmpdir(), "hakken-authorise-"));
  const journalFile = join(folder, "journal.jsonl");
  const server = await startMinistack({
    folder,
    python: await python(),
    nodeBin: join(projectModules, "node", "bin", "node"),
    lambdaModules: projectModules,
    env: { SANDBOX_JOURNAL: journalFile, ...env },
  });
  const client = clients(server.endpoint, region, { accessKeyId: account, secretAccessKey: "any" });

  const aws = {
    ...client,
    endpoint: server.endpoint,
    /** Root's clients of another account, or of another region. */
    of: (other: string, where = region) =>
      clients(server.endpoint, where, { accessKeyId: other, secretAccessKey: "any" }),
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },

    async journal(): Promise<Entry[]> {
      const text = await readFile(journalFile, "utf8");
      return text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Entry);
    },
    /** The entries that match, waited for. */
    async journaled(match: Partial<Entry>): Promise<Entry> {
      const found = async () =>
        (await aws.journal()).findLast((entry) =>
          Object.entries(match).every(([name, value]) => entry[name as keyof Entry] === value),
        );
      return until(found, `a journal entry like ${JSON.stringify(match)}`);
    },

    role: (name: string, truster: string, statements: Statement[] = []) =>
      aws.roleOf(client, name, truster, statements),
    /** A role that `truster` (a service, or an ARN) may take, in the account of `where`. */
    async roleOf(where: { iam: IAMClient }, name: string, truster: string, statements: Statement[]): Promise<string> {
      const principal = truster.endsWith("amazonaws.com") ? { Service: truster } : { AWS: truster };
      const trust = policy([{ Effect: "Allow", Principal: principal, Action: "sts:AssumeRole" }]);
      const made = await where.iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: trust }));
      if (statements.length) await aws.grant(name, statements, where);
      return made.Role?.Arn ?? "";
    },
    /** Makes these the role's whole policy. */
    async grant(role: string, statements: Statement[], where: { iam: IAMClient } = client): Promise<void> {
      const document = policy(statements);
      await where.iam.send(
        new PutRolePolicyCommand({ RoleName: role, PolicyName: "rights", PolicyDocument: document }),
      );
    },
    /** Clients of a new role's session with these rights. */
    async as(name: string, statements: Statement[]) {
      const arn = await aws.role(name, `arn:aws:iam::${account}:root`, statements);
      const taken = await client.sts.send(new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: "test" }));
      return clients(server.endpoint, region, {
        accessKeyId: taken.Credentials?.AccessKeyId ?? "",
        secretAccessKey: taken.Credentials?.SecretAccessKey ?? "",
        sessionToken: taken.Credentials?.SessionToken,
      });
    },

    async queue(name: string, attributes: Record<string, string> = {}): Promise<{ url: string; arn: string }> {
      const made = await client.sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
      return { url: made.QueueUrl ?? "", arn: `arn:aws:sqs:${region}:${account}:${name}` };
    },
    /** What is in a queue once anything is; nothing after `wait` seconds. */
    async messages(url: string, wait = 3): Promise<Message[]> {
      const got = await client.sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: url,
          MaxNumberOfMessages: 10,
          WaitTimeSeconds: wait,
          MessageAttributeNames: ["All"],
        }),
      );
      return got.Messages ?? [];
    },
    async depth(url: string): Promise<number> {
      const names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] as const;
      const got = await client.sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...names] }));
      return names.reduce((sum, name) => sum + Number(got.Attributes?.[name] ?? 0), 0);
    },
    async key(statements: Statement[]): Promise<string> {
      const made = await client.kms.send(new CreateKeyCommand({ Policy: policy(statements) }));
      return made.KeyMetadata?.Arn ?? "";
    },
  };
  return aws;
}

export type Aws = Awaited<ReturnType<typeof startAws>>;

function clients(endpoint: string, where: string, credentials: Credentials) {
  const settings = { endpoint, region: where, credentials, maxAttempts: 1 };
  return {
    cloudwatch: new CloudWatchClient(settings),
    logs: new CloudWatchLogsClient(settings),
    dynamodb: new DynamoDBClient(settings),
    events: new EventBridgeClient(settings),
    iam: new IAMClient(settings),
    kms: new KMSClient(settings),
    lambda: new LambdaClient(settings),
    secrets: new SecretsManagerClient(settings),
    sfn: new SFNClient(settings),
    sns: new SNSClient(settings),
    sqs: new SQSClient(settings),
    sts: new STSClient(settings),
  };
}

export function policy(statements: Statement[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

export function allow(action: string | string[], resource: string | string[]): Statement {
  return { Effect: "Allow", Action: action, Resource: resource };
}

/** A statement of a resource's own policy for a service, bound to what it acts for. */
export function allowService(
  service: string,
  action: string | string[],
  resource: string,
  sourceArn?: string,
): Statement {
  const condition = sourceArn && { ArnEquals: { "aws:SourceArn": sourceArn } };
  return { ...allow(action, resource), Principal: { Service: service }, ...(condition && { Condition: condition }) };
}

/** The statement that leaves a key's rights to the identity policies of its account. */
export const delegation: Statement = {
  ...allow("kms:*", "*"),
  Principal: { AWS: `arn:aws:iam::${account}:root` },
};

/** A function's zip: CommonJS, `exports.handler`. */
export function code(source: string): Uint8Array {
  return zipSync({ "index.js": new TextEncoder().encode(source) });
}

/** Polls until `look` finds something; fails after ten seconds, naming what was waited for. */
export async function until<T>(look: () => Promise<T | undefined>, what: string): Promise<T> {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; await sleep(100)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error(`Waited ten seconds for ${what}.`);
}

/** The error that a call fails with; fails when it does not. */
export async function refusal(call: Promise<unknown>): Promise<Error & { Code?: string }> {
  return call.then(
    () => {
      throw new Error("The call was expected to be refused.");
    },
    (error: Error) => error,
  );
}

/** Runs a Python file of the launcher with JSON on standard input; what it prints, parsed. */
export async function runPython(args: string[], input: unknown): Promise<unknown> {
  const child = spawn(await python(), args, { env: { PYTHONPATH: join(root, "sandbox/aws") }, stdio: "pipe" });
  let out = "";
  let errors = "";
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  child.stdin.end(JSON.stringify(input));
  const code = await new Promise((done) => child.once("close", done));
  if (code !== 0) throw new Error(errors);
  return JSON.parse(out);
}
