import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CreateFunctionCommand } from "@aws-sdk/client-lambda";
import { StartExecutionCommand } from "@aws-sdk/client-sfn";
import { CreateTopicCommand, SubscribeCommand } from "@aws-sdk/client-sns";
import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { allowService, code, policy, region } from "../../sandbox/aws/authorise";
import { type RunningPipeline, startPipeline } from "./running";

const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(join(__dirname, "../../fixtures/events", `${name}.json`), "utf8"));
const key = (digit: string) => digit.repeat(32);
const redriveOf = (alertKey: string) => ({ source: "hakken", "detail-type": "hakken Redrive", detail: { alertKey } });
const failure = { channel: "slack", error: "Refused", cause: JSON.stringify({ errorMessage: "channel_not_found" }) };
const failed = (alertKey: string) => ({
  alertKey,
  occurrence: 1,
  version: 1,
  title: "A bucket is public",
  failures: [failure],
});

let running: RunningPipeline;
beforeEach(async () => {
  running = await startPipeline();
}, 60_000);
afterEach(() => running.stop());

const inQueue = async (queue: { url: string }) => (await running.bodies(queue)).map((body) => JSON.parse(body)).sort();
const lettersOf = (stdout: string) =>
  JSON.parse(stdout).redrive.letters as {
    queue: string;
    to: string;
    outcome: string;
    reason: string;
    about: string;
    why?: string;
  }[];

describe("ops redrive", { timeout: 60_000 }, () => {
  it("shows of each queue what waits, why, and where it goes; and changes nothing with --dry-run", async () => {
    const { kept, put, ops } = running;
    await put(kept.intake, { "detail-type": "Nonsense" }, { REASON: 'detail-type is "Nonsense"' });
    await put(kept.failed, failed(key("a")));
    const event = fixture("imported-fsbp-high");
    const arn = (queue: string) => `arn:aws:sqs:${region}:222222222222:${queue}`;
    const word = {
      RULE_ARN: `arn:aws:events:${region}:222222222222:rule/alerts-closing-1a2b`,
      TARGET_ARN: arn("alerts-intake-closing-1a2b"),
      ERROR_CODE: "NO_PERMISSIONS",
      ERROR_MESSAGE: "not\u0001 allowed",
    };
    await put(kept.rules, event, word);

    const json = await ops(["redrive", "--dry-run", "--json"]).ended;
    const shown = await ops(["redrive", "--dry-run"]).ended;

    expect([json.code, shown.code]).toEqual([0, 0]);
    const letters = lettersOf(json.stdout).map(({ queue, to, outcome, reason, why }) => ({
      queue,
      to,
      outcome,
      reason,
      why,
    }));
    expect(letters).toEqual([
      {
        queue: "intake",
        to: "stays",
        outcome: "stays",
        reason: 'detail-type is "Nonsense"',
        why: expect.stringMatching(/--force/),
      },
      {
        queue: "rules",
        to: "closing",
        outcome: "waits",
        reason: "rule alerts-closing-1a2b: NO_PERMISSIONS: not\u0001 allowed",
      },
      { queue: "failed", to: "opening", outcome: "waits", reason: "slack: Refused (channel_not_found)" },
    ]);
    expect(JSON.parse(json.stdout)).toMatchObject({
      schemaVersion: 1,
      command: "redrive",
      outcome: "succeeded",
      redrive: { dryRun: true, queues: { intake: { visible: 1, hidden: 0 }, settle: { visible: 0 } } },
    });
    expect(shown.stdout).toMatch(
      /queue +for +about +reason +goes to\n.*intake.*stays: it can't be read[\s\S]*rules .*NO_PERMISSIONS: not allowed +closing\n.*failed .*A bucket is public .*opening\n/,
    );
    expect(await inQueue(kept.failed)).toEqual([failed(key("a"))]);
  });

  it("sends everything where it belongs, deletes it there alone, and leaves what can't be read", async () => {
    const { aws, kept, queues, put, ops, pipeline } = running;
    const [opening, closing] = [fixture("imported-fsbp-high"), fixture("imported-archived")];
    // What failed in intake, as SQS itself moves it.
    await put(queues.closing, closing);
    await aws.sqs.send(new ReceiveMessageCommand({ QueueUrl: queues.closing.url, VisibilityTimeout: 0 }));
    await aws.sqs.send(new ReceiveMessageCommand({ QueueUrl: queues.closing.url }));
    await put(kept.intake, opening, { REASON: "a version before this one could not read it" });
    await put(kept.intake, "{", { REASON: "no JSON" });
    const { executionArn = "" } = await aws.sfn.send(
      new StartExecutionCommand({ stateMachineArn: pipeline.workflow, name: "runs" }),
    );
    const ask = (alertKey: string, execution: string) => ({ alertKey, execution, taskToken: "t", channels: [] });
    await put(kept.settle, ask(key("b"), executionArn.split(":").at(-1) ?? ""));
    await put(kept.settle, ask(key("c"), "over"));
    const ended = {
      source: "aws.states",
      "detail-type": "Step Functions Execution Status Change",
      detail: { name: `${key("d")}-1-1`, status: "TIMED_OUT", input: JSON.stringify({ alertKey: key("d") }) },
    };
    await put(kept.failed, ended);
    await put(kept.rules, ended, { RULE_ARN: "arn:of:rule/failures", TARGET_ARN: kept.failed.arn });

    const done = await ops(["redrive", "--yes", "--json"]).ended;
    const again = await ops(["redrive", "--yes"]).ended;

    expect(done.stderr).toMatch(/✓ intake: redrive: 3 messages/);
    expect([done.code, again.code]).toEqual([0, 0]);
    expect(
      lettersOf(done.stdout)
        .map(({ outcome }) => outcome)
        .sort(),
    ).toEqual([...Array(6).fill("redriven"), "stays"]);
    const opened = await running.bodies(queues.opening);
    expect(opened.map((body) => JSON.parse(body))).toEqual(
      expect.arrayContaining([opening, redriveOf(key("c")), redriveOf(key("d")), redriveOf(key("d"))]),
    );
    expect(opened).toHaveLength(4);
    expect(await inQueue(queues.closing)).toEqual([closing]);
    expect(await inQueue(queues.settle)).toEqual([ask(key("b"), "runs")]);
    expect(await running.bodies(kept.intake)).toEqual(["{"]);
    for (const queue of [kept.rules, kept.settle, kept.failed]) expect(await inQueue(queue)).toEqual([]);
    expect(again.stdout).toMatch(/^Nothing was redriven.\n1 stays: it can't be read, and would come back at once/);
  });

  it("invokes what a rule could not, a missed schedule once, and keeps what the function refuses", async () => {
    const { aws, kept, queues, put, ops } = running;
    const Role = await aws.role("functions", "lambda.amazonaws.com");
    const make = (FunctionName: string, source: string) =>
      aws.lambda.send(
        new CreateFunctionCommand({
          FunctionName,
          Role,
          Runtime: "nodejs24.x",
          Handler: "index.handler",
          Code: { ZipFile: code(source) },
        }),
      );
    // Each call leaves a message, so that calls can be counted.
    const said = `const { SQSClient, SendMessageCommand } = require("@aws-sdk/client-sqs"); exports.handler = async (event) => { await new SQSClient({}).send(new SendMessageCommand({ QueueUrl: "${queues.closing.url}", MessageBody: event["detail-type"] })); };`;
    await aws.grant("functions", [{ Effect: "Allow", Action: ["sqs:SendMessage", "kms:*"], Resource: "*" }]);
    const sweeper = await make("alerts-sweeper-1a2b", said);
    const notice = await make(
      "alerts-alarm-notice-1a2b",
      'exports.handler = async () => { throw new Error("Slack said no"); }',
    );
    const word = (name: string, arn = "") => ({
      RULE_ARN: `arn:of:rule/${name}`,
      TARGET_ARN: arn,
      ERROR_CODE: "THROTTLING",
    });
    for (let hour = 0; hour < 3; hour++)
      await put(kept.rules, { "detail-type": "Scheduled Event", time: `${hour}` }, word("sweep", sweeper.FunctionArn));
    await put(kept.rules, { "detail-type": "CloudWatch Alarm State Change" }, word("alarms", notice.FunctionArn));
    const heardArn = `arn:aws:sqs:${region}:222222222222:heard`;
    const Policy = policy([allowService("sns.amazonaws.com", "sqs:SendMessage", heardArn)]);
    const heard = await aws.queue("heard", { Policy });
    const { TopicArn } = await aws.sns.send(new CreateTopicCommand({ Name: "alerts-alarm-topic-1a2b" }));
    await aws.sns.send(new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint: heard.arn }));
    await put(kept.rules, { "detail-type": "AWS API Call via CloudTrail" }, word("silenced", TopicArn));

    const { code: exitCode, stdout } = await ops(["redrive", "--queue", "rules", "--yes"]).ended;

    expect(exitCode).toBe(1);
    expect(stdout).toMatch(
      /^4 redriven: (3 to function alerts-sweeper-1a2b|1 to topic alerts-alarm-topic-1a2b|, )+\nrules: CloudWatch Alarm State Change \(message .*\): it failed: .*Slack said no/,
    );
    expect(await running.bodies(queues.closing)).toEqual(["Scheduled Event"]);
    const [notified] = await inQueue(heard);
    expect(JSON.parse(notified.Message)).toEqual({ "detail-type": "AWS API Call via CloudTrail" });
    expect(await inQueue(kept.rules)).toEqual([{ "detail-type": "CloudWatch Alarm State Change" }]);
  });

  it("takes no more than --limit, in pages, and sends what can't be read with --force", async () => {
    const { kept, queues, put, ops } = running;
    for (let n = 0; n < 25; n++) await put(kept.intake, `{${n}`, { REASON: "no JSON" });

    const some = await ops(["redrive", "--yes", "--force", "--limit", "12"]).ended;
    const dry = await ops(["redrive", "--dry-run", "--json"]).ended;
    const rest = await ops(["redrive", "--yes", "--force", "--queue", "intake"]).ended;

    expect(some.stdout).toBe("12 redriven: 12 to opening\n");
    expect(lettersOf(dry.stdout)).toHaveLength(13);
    expect(rest.stdout).toBe("13 redriven: 13 to opening\n");
    expect(new Set(await running.bodies(queues.opening)).size).toBe(25);
  });
});
