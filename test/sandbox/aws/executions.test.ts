import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CreateFunctionCommand,
  DeleteFunctionConcurrencyCommand,
  PutFunctionConcurrencyCommand,
} from "@aws-sdk/client-lambda";
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  SendTaskHeartbeatCommand,
  StartExecutionCommand,
  StopExecutionCommand,
  UpdateStateMachineCommand,
  ValidateStateMachineDefinitionCommand,
} from "@aws-sdk/client-sfn";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Aws, account, allow, code, refusal, region, startAws, until } from "./authorise";

let aws: Aws;
let role: string;
beforeAll(async () => {
  aws = await startAws({ SANDBOX_WAIT_SCALE: "0.1" });
  role = await aws.role("machine", "states.amazonaws.com", [allow(["lambda:*", "sqs:*"], "*")]);
});
afterAll(() => aws.stop());

async function machine(name: string, states: Record<string, unknown>, more: Record<string, unknown> = {}) {
  const definition = JSON.stringify({ StartAt: Object.keys(states)[0], States: states, ...more });
  const made = await aws.sfn.send(new CreateStateMachineCommand({ name, roleArn: role, definition }));
  return made.stateMachineArn ?? "";
}

const start = (stateMachineArn: string, name?: string, input = "{}") =>
  aws.sfn.send(new StartExecutionCommand({ stateMachineArn, name, input }));

async function ended(executionArn = ""): Promise<DescribeExecutionCommandOutput> {
  return until(async () => {
    const now = await aws.sfn.send(new DescribeExecutionCommand({ executionArn }));
    return now.status === "RUNNING" ? undefined : now;
  }, `the end of ${executionArn}`);
}

const sleeps = { Sleep: { Type: "Wait", Seconds: 60, End: true } };

describe("an execution's name", () => {
  it("may be started again while it runs with the same input, and is the same execution", async () => {
    const arn = await machine("idempotent", sleeps);

    const first = await start(arn, "same", '{"a":1}');
    const second = await start(arn, "same", '{"a":1}');
    const third = await refusal(start(arn, "same", '{"a": 1}'));

    expect(second.executionArn).toBe(first.executionArn);
    expect(second.startDate).toEqual(first.startDate);
    expect(third.name).toBe("ExecutionAlreadyExists");
  });

  it("is taken for ever once the execution has ended, whatever its input", async () => {
    const arn = await machine("once", { Done: { Type: "Succeed" } });
    await ended((await start(arn, "same")).executionArn);

    const again = await refusal(start(arn, "same"));

    expect(again.name).toBe("ExecutionAlreadyExists");
  });

  it.each(["a:b", "a/b", "a b", "x".repeat(81)])("is refused as %s", async (name) => {
    const arn = await machine(`names-${name.length}-${name.charCodeAt(1)}`, sleeps);

    const refused = await refusal(start(arn, name));

    expect(refused.name).toBe("InvalidName");
  });

  it("needs an input that is JSON", async () => {
    const arn = await machine("inputs", sleeps);

    const refused = await refusal(start(arn, "bad", "{"));

    expect(refused.name).toBe("InvalidExecutionInput");
  });
});

describe("an execution", () => {
  it("times out as a whole, and says so to journal and event rules", async () => {
    const arn = await machine("limited", sleeps, { TimeoutSeconds: 1 });

    const { executionArn } = await start(arn);

    expect((await ended(executionArn)).status).toBe("TIMED_OUT");
    await aws.journaled({ kind: "execution", arn: executionArn, status: "TIMED_OUT" } as never);
    const events = (await aws.journal()).filter((entry) => entry.kind === "event") as unknown as { source: string }[];
    expect(events.filter((event) => event.source === "aws.states").length).toBeGreaterThanOrEqual(2);
  });

  it("stays aborted once it was stopped, and goes on with nothing", async () => {
    const queue = await aws.queue("never");
    const send = { QueueUrl: queue.url, MessageBody: "late" };
    const branch = {
      StartAt: "Sleep",
      States: {
        Sleep: { Type: "Wait", Seconds: 1, Next: "Send" },
        Send: { Type: "Task", Resource: "arn:aws:states:::sqs:sendMessage", Parameters: send, End: true },
      },
    };
    const arn = await machine("stopped", { Tell: { Type: "Parallel", Branches: [branch], End: true } });
    const { executionArn } = await start(arn);
    await sleep(500); // until it is in its branch

    await aws.sfn.send(new StopExecutionCommand({ executionArn }));

    expect(await aws.messages(queue.url, 2)).toEqual([]);
    expect((await ended(executionArn)).status).toBe("ABORTED");
  });

  it("is counted as running, and the local AWS as busy, until it ends", async () => {
    const arn = await machine("busy", sleeps);
    const { executionArn } = await start(arn);
    const activity = async () => {
      const answer = await fetch(`${aws.endpoint}/_sandbox/activity`);
      return (await answer.json()) as { idle: boolean; executions: string[] };
    };

    const during = await activity();
    await aws.sfn.send(new StopExecutionCommand({ executionArn }));
    const after = await activity();

    expect(during).toMatchObject({ idle: false, executions: expect.arrayContaining([executionArn]) });
    expect(after.executions).not.toContain(executionArn);
  });
});

describe("a task", () => {
  const retry = (error: string, more: object = {}) => [
    { ErrorEquals: [error], IntervalSeconds: 1, MaxAttempts: 3, BackoffRate: 2, ...more },
  ];
  const invoke = (name: string, retries: object[]) => ({
    Call: {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke",
      Parameters: { FunctionName: name },
      Retry: retries,
      End: true,
    },
  });
  const attempts = async (name: string) =>
    (await aws.journal()).filter((entry) => entry.kind === "invocation" && JSON.stringify(entry).includes(`:${name}"`));
  async function lambda(name: string, source: string) {
    const trusted = await aws.role(`runs-${name}`, "lambda.amazonaws.com");
    const Code = { ZipFile: code(`exports.handler = ${source}`) };
    const settings = { FunctionName: name, Role: trusted, Runtime: "nodejs24.x" as const, Handler: "index.handler" };
    await aws.lambda.send(new CreateFunctionCommand({ ...settings, Code }));
  }

  it("is retried by its error's own name, no longer apart than MaxDelaySeconds", async () => {
    await lambda("names-error", "async () => { const e = new Error('no'); e.name = 'SlackRefused'; throw e; }");
    const arn = await machine(
      "by-name",
      invoke("names-error", retry("SlackRefused", { BackoffRate: 100, MaxDelaySeconds: 2 })),
    );
    const began = Date.now();

    const end = await ended((await start(arn)).executionArn);

    // 1, 2 and 2 seconds at a tenth of their length, on a machine however busy; without the bound, 1, 100 and 10,000.
    expect(Date.now() - began).toBeLessThan(20_000);
    expect(end).toMatchObject({ status: "FAILED", error: "SlackRefused" });
    expect(await attempts("names-error")).toHaveLength(4);
  });

  it("fails with Lambda.TooManyRequestsException when its function is throttled", async () => {
    await lambda("throttled", "async () => 'ok'");
    const throttle = { FunctionName: "throttled", ReservedConcurrentExecutions: 0 };
    await aws.lambda.send(new PutFunctionConcurrencyCommand(throttle));
    const many = retry("Lambda.TooManyRequestsException", { IntervalSeconds: 5 });
    const arn = await machine("throttles", invoke("throttled", many));

    const { executionArn } = await start(arn);
    setTimeout(() => aws.lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName: "throttled" })), 700);

    expect((await ended(executionArn)).status).toBe("SUCCEEDED");
  });

  it("that waits for its token fails without a heartbeat, and lives with one", async () => {
    const queue = await aws.queue("tokens");
    const arn = await machine("heartbeats", {
      Ask: {
        Type: "Task",
        Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        Parameters: { QueueUrl: queue.url, "MessageBody.$": "$$.Task.Token" },
        HeartbeatSeconds: 2,
        End: true,
      },
    });
    const began = Date.now();
    const { executionArn } = await start(arn);
    const [message] = await aws.messages(queue.url);

    setTimeout(() => aws.sfn.send(new SendTaskHeartbeatCommand({ taskToken: message?.Body })), 1_500);

    expect(await ended(executionArn)).toMatchObject({ status: "FAILED", error: "States.HeartbeatTimeout" });
    expect(Date.now() - began).toBeGreaterThan(3_300);
  });
});

describe("a definition", () => {
  const roleArn = () => role;
  const create = (name: string, definition: unknown) =>
    aws.sfn.send(new CreateStateMachineCommand({ name, roleArn: roleArn(), definition: JSON.stringify(definition) }));

  it.each([
    ["a type that is none", { StartAt: "A", States: { A: { Type: "Nope", End: true } } }, /Type must be one of/],
    ["no start", { States: { A: { Type: "Succeed" } } }, /StartAt/],
    ["a way to nowhere", { StartAt: "A", States: { A: { Type: "Pass", Next: "B" } } }, /Missing 'Next' target: B/],
    [
      "a state that nothing leads to",
      { StartAt: "A", States: { A: { Type: "Succeed" }, B: { Type: "Succeed" } } },
      /"B" is not reachable/,
    ],
    ["neither Next nor End", { StartAt: "A", States: { A: { Type: "Pass" } } }, /Next and End/],
    ["an unknown field", { StartAt: "A", States: { A: { Type: "Pass", End: true, Retries: [] } } }, /Field Retries/],
    [
      "a longest delay that is no longer than the first",
      {
        StartAt: "A",
        States: {
          A: {
            Type: "Task",
            Resource: "arn:aws:states:::lambda:invoke",
            Retry: [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 5, MaxDelaySeconds: 5 }],
            End: true,
          },
        },
      },
      /MaxDelaySeconds/,
    ],
    [
      "a path that is none",
      { StartAt: "A", States: { A: { Type: "Pass", Parameters: { "x.$": "detail" }, End: true } } },
      /valid JSONPath/,
    ],
  ])("is refused with %s, at creation and at a change", async (what, definition, reason) => {
    const name = what.replaceAll(" ", "-");
    const arn = await machine(`changed-${name}`, { Done: { Type: "Succeed" } });

    const created = await refusal(create(name, definition));
    const changed = await refusal(
      aws.sfn.send(new UpdateStateMachineCommand({ stateMachineArn: arn, definition: JSON.stringify(definition) })),
    );

    expect([created.name, changed.name]).toEqual(["InvalidDefinition", "InvalidDefinition"]);
    expect(created.message).toMatch(reason);
  });

  it("is accepted with every kind of state, and ValidateStateMachineDefinition agrees", async () => {
    const definition = readFileSync("test/fixtures/aws/every-state.asl.json", "utf8");

    const created = await aws.sfn.send(new CreateStateMachineCommand({ name: "every", roleArn: role, definition }));
    const valid = await aws.sfn.send(new ValidateStateMachineDefinitionCommand({ definition }));
    const invalid = await aws.sfn.send(new ValidateStateMachineDefinitionCommand({ definition: "{}" }));

    expect(created.stateMachineArn).toBe(`arn:aws:states:${region}:${account}:stateMachine:every`);
    expect(valid).toMatchObject({ result: "OK", diagnostics: [] });
    expect(invalid).toMatchObject({ result: "FAIL", diagnostics: [{ code: "SCHEMA_VALIDATION_FAILED" }] });
  });
});
