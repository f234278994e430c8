import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CreateTableCommand } from "@aws-sdk/client-dynamodb";
import { CreateStateMachineCommand } from "@aws-sdk/client-sfn";
import { DeleteMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import type { PipelineOutput } from "../../../components/notification/pipelineOutput";
import { engine } from "../../../ops/engine/engine";
import { projectRoot } from "../../../ops/root";
import { account, delegation, region, startAws } from "../../sandbox/aws/authorise";
import { type Steps, startAtTerminal } from "../atTerminal";
import { project } from "../project";
import { commandLine, environment } from "../script";

/** What the commands that operate a pipeline find: its parts in a local AWS, and a stack that tells of them. */
export async function startPipeline(settings: Record<string, string> = {}) {
  const aws = await startAws(settings);
  const key = await aws.key([delegation]);
  const encrypted = { KmsMasterKeyId: key };
  const kept = {
    intake: await aws.queue("alerts-intake-dead-letters-1a2b", encrypted),
    rules: await aws.queue("alerts-rule-dead-letters-1a2b", encrypted),
    settle: await aws.queue("alerts-settle-queue-dead-letters-1a2b", encrypted),
    failed: await aws.queue("alerts-failed-alerts-1a2b", encrypted),
  };
  const consumed = (name: string, deadLetters?: { arn: string }) =>
    aws.queue(name, {
      ...encrypted,
      ...(deadLetters && {
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn: deadLetters.arn, maxReceiveCount: 1 }),
      }),
    });
  const queues = {
    opening: await consumed("alerts-intake-opening-1a2b", kept.intake),
    closing: await consumed("alerts-intake-closing-1a2b", kept.intake),
    settle: await consumed("alerts-settle-queue-1a2b", kept.settle),
  };
  const workflow = await waitingMachine(aws);
  await aws.dynamodb.send(
    new CreateTableCommand({
      TableName: "alerts-table-1a2b",
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: ["pk", "sk"].map((AttributeName) => ({ AttributeName, AttributeType: "S" as const })),
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
    }),
  );
  const urls = <Names extends string>(of: Record<Names, { url: string }>) =>
    Object.fromEntries(Object.entries<{ url: string }>(of).map(([name, { url }]) => [name, url])) as Record<
      Names,
      string
    >;
  const pipeline: PipelineOutput = {
    ...{ alertTable: "alerts-table-1a2b", workflow, channels: ["slack", "backlog"], severities: ["HIGH", "CRITICAL"] },
    findingSource: "cspm",
    ...{ queues: urls(queues), kept: urls(kept) },
  };

  const own = project(await engine({ progress: console.error }), async () => ({
    ...{ accountId: account, homeRegion: region, pipeline },
  }));
  // Its rights are the ones that docs/ops.md names, and no more.
  const rights = documentedRights(key);
  const role = await aws.role("operator", `arn:aws:iam::${account}:root`, rights);
  own.settings("audit", { "hakken:role": "audit", "hakken:account": account, "hakken:deployRoleArn": role });
  await own.run({ command: "up" });

  const env: NodeJS.ProcessEnv = {
    ...environment(own),
    ...{ AWS_ENDPOINT_URL: aws.endpoint, AWS_ACCESS_KEY_ID: account, AWS_SECRET_ACCESS_KEY: "any" },
  };
  const ops = (args: readonly string[], more: NodeJS.ProcessEnv = {}) => {
    const [command = "", ...line] = commandLine(own, args);
    const child = spawn(command, line, { env: { ...env, ...more }, stdio: ["ignore", "pipe", "pipe"] });
    const [out, errors]: [string[], string[]] = [[], []];
    child.stdout.setEncoding("utf8").on("data", (text) => out.push(text));
    child.stderr.setEncoding("utf8").on("data", (text) => errors.push(text));
    const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((done) =>
      child.on("close", (code) => done({ code, stdout: out.join(""), stderr: errors.join("") })),
    );
    return { child, ended, stderr: () => errors.join("") };
  };
  return {
    ...{ aws, kept, queues, pipeline, key, rights, project: own },
    ops,
    /** The same at a terminal of its own. */
    atTerminal: (steps: Steps, args: readonly string[]) => startAtTerminal(steps, commandLine(own, args), env),
    /** A message in a queue, as whoever it is from leaves it there. */
    put: (queue: { url: string }, body: unknown, attributes: Record<string, string> = {}) =>
      put(aws, queue.url, body, attributes),
    /** The bodies of all that can be seen in a queue, taken out of it. */
    async bodies({ url: QueueUrl }: { url: string }): Promise<string[]> {
      const all: string[] = [];
      for (;;) {
        const page = await aws.messages(QueueUrl, 0);
        if (page.length === 0) return all;
        all.push(...page.map(({ Body = "" }) => Body));
        for (const { ReceiptHandle } of page) await aws.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
    },
    /** Lets time pass for what is hidden in queues. */
    async elapse(seconds: number): Promise<void> {
      await fetch(`${aws.endpoint}/_sandbox/hidden`, { method: "POST", body: JSON.stringify({ elapse: seconds }) });
    },
    async stop() {
      own.remove();
      await aws.stop();
    },
  };
}

export type RunningPipeline = Awaited<ReturnType<typeof startPipeline>>;

async function put(
  aws: Awaited<ReturnType<typeof startAws>>,
  QueueUrl: string,
  body: unknown,
  attributes: Record<string, string>,
): Promise<string> {
  const MessageAttributes = Object.fromEntries(
    Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: "String", StringValue }]),
  );
  const MessageBody = typeof body === "string" ? body : JSON.stringify(body);
  const sent = await aws.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageAttributes }));
  return sent.MessageId ?? "";
}

/** Executions of it wait. */
async function waitingMachine(aws: Awaited<ReturnType<typeof startAws>>): Promise<string> {
  const roleArn = await aws.role("machine", "states.amazonaws.com");
  const States = { Wait: { Type: "Wait", Seconds: 600, End: true } };
  const made = await aws.sfn.send(
    new CreateStateMachineCommand({
      ...{ name: "alerts-workflow-1a2b", roleArn },
      definition: JSON.stringify({ StartAt: "Wait", States }),
    }),
  );
  return made.stateMachineArn ?? "";
}

/** The policy in docs/ops.md, with its examples' account and key taken for these. */
function documentedRights(key: string): Record<string, unknown>[] {
  const page = readFileSync(join(projectRoot(), "docs", "ops.md"), "utf8");
  const [, text = ""] = /```json\n(\{\n {2}"Version"[\s\S]*?)\n```/.exec(page) ?? [];
  const ours = text.replace(/arn:aws:kms:[^"]*/, key).replaceAll("444455556666", account);
  return (JSON.parse(ours) as { Statement: Record<string, unknown>[] }).Statement;
}
