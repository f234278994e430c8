import { PutEventsCommand, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import { SetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Aws, allow, allowService, policy, region, startAws } from "./authorise";

let aws: Aws;
beforeAll(async () => {
  aws = await startAws();
});
afterAll(() => aws.stop());

const imported = {
  Source: "aws.securityhub",
  DetailType: "Security Hub Findings - Imported",
  Detail: JSON.stringify({ findings: [{ Id: "one", Severity: { Label: "HIGH" } }] }),
};

/** A rule for Security Hub's findings of one severity, with a queue that it may send to. */
async function rule(name: string, severity: string, target: Record<string, unknown> = {}) {
  const pattern = { source: ["aws.securityhub"], detail: { findings: { Severity: { Label: [severity] } } } };
  const made = await aws.events.send(new PutRuleCommand({ Name: name, EventPattern: JSON.stringify(pattern) }));
  const queue = await aws.queue(name);
  const rights = policy([allowService("events.amazonaws.com", "sqs:SendMessage", queue.arn, made.RuleArn)]);
  await aws.sqs.send(new SetQueueAttributesCommand({ QueueUrl: queue.url, Attributes: { Policy: rights } }));
  await aws.events.send(new PutTargetsCommand({ Rule: name, Targets: [{ Id: "queue", Arn: queue.arn, ...target }] }));
  return queue;
}

describe("an event of a service of AWS", () => {
  it("is taken from an account's root alone, never from a role", async () => {
    const someone = await aws.as("speaks-as-aws", [allow("events:PutEvents", "*")]);

    const ours = await aws.events.send(new PutEventsCommand({ Entries: [imported] }));
    const theirs = await someone.events.send(
      new PutEventsCommand({ Entries: [imported, { ...imported, Source: "ours" }] }),
    );

    expect(ours.FailedEntryCount).toBe(0);
    expect(theirs.Entries?.map((entry) => entry.ErrorCode)).toEqual(["NotAuthorizedForSourceException", undefined]);
  });

  it("keeps the time that it is put with", async () => {
    const queue = await rule("keeps-time", "LOW");
    const detail = JSON.stringify({ findings: [{ Id: "old", Severity: { Label: "LOW" } }] });

    await aws.events.send(
      new PutEventsCommand({ Entries: [{ ...imported, Detail: detail, Time: new Date("2026-01-02T03:04:05Z") }] }),
    );

    const [message] = await aws.messages(queue.url);
    expect(JSON.parse(message?.Body ?? "")).toMatchObject({ time: "2026-01-02T03:04:05Z", region, detail: {} });
  });

  it("is journaled with the rules that took it, and when none did", async () => {
    await rule("critical-alone", "CRITICAL");
    const critical = JSON.stringify({ findings: [{ Id: "c", Severity: { Label: "CRITICAL" } }] });
    const medium = JSON.stringify({ findings: [{ Id: "m", Severity: { Label: "MEDIUM" } }] });

    const put = await aws.events.send(
      new PutEventsCommand({ Entries: [critical, medium].map((detail) => ({ ...imported, Detail: detail })) }),
    );

    const journaled = (await aws.journal()).filter((entry) => entry.kind === "event") as unknown as {
      id: string;
      rules: string[];
    }[];
    const rules = put.Entries?.map(({ EventId }) => journaled.find((entry) => entry.id === EventId)?.rules);
    expect(rules).toEqual([["critical-alone"], []]);
  });
});

describe("an event's entry", () => {
  it.each([
    ["a detail that is no JSON", { Detail: "{" }, "MalformedDetail"],
    ["a detail that is no object", { Detail: "[]" }, "MalformedDetail"],
    ["no detail", { Detail: "" }, "InvalidArgument"],
    ["no source", { Source: "" }, "InvalidArgument"],
  ])("is refused with %s, while the rest of the request goes through", async (_, part, code) => {
    const put = await aws.events.send(new PutEventsCommand({ Entries: [{ ...imported, ...part }, imported] }));

    expect(put.FailedEntryCount).toBe(1);
    expect(put.Entries?.map((entry) => entry.ErrorCode)).toEqual([code, undefined]);
  });

  it("is refused above 1 MB", async () => {
    const huge = JSON.stringify({ text: "x".repeat(1024 * 1024) });

    const call = aws.events.send(new PutEventsCommand({ Entries: [{ ...imported, Detail: huge }] }));

    await expect(call).rejects.toThrow(/Total size of the entries/);
  });
});

describe("a target's input", () => {
  it("may take a place in a list, by InputPath and by transformer", async () => {
    const byPath = await rule("by-path", "INFORMATIONAL", { InputPath: "$.detail.findings[0].Id" });
    const transformer = {
      InputPathsMap: { id: "$.detail.findings[0].Id", none: "$.detail.findings[7].Id" },
      InputTemplate: '{"id": <id>, "none": "<none>"}',
    };
    const byTransformer = await rule("by-transformer", "INFORMATIONAL", { InputTransformer: transformer });
    const detail = JSON.stringify({ findings: [{ Id: "first", Severity: { Label: "INFORMATIONAL" } }] });

    await aws.events.send(new PutEventsCommand({ Entries: [{ ...imported, Detail: detail }] }));

    const bodies = [await aws.messages(byPath.url), await aws.messages(byTransformer.url)].map(([one]) => one?.Body);
    expect(bodies).toEqual(['"first"', '{"id": "first", "none": ""}']);
  });
});
