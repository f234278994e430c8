import {
  CreateEventBusCommand,
  DisableRuleCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import { CreateKeyCommand, DisableKeyCommand, KMSClient, ScheduleKeyDeletionCommand } from "@aws-sdk/client-kms";
import { CreateTopicCommand, ListSubscriptionsByTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Local, REGION, startLocal } from "./local";
import { pipelineArgs } from "./pipeline";
import { pipelineZips, type Zip } from "./zips";

let local: Local;
let zips: Record<string, Zip>;
beforeAll(async () => {
  local = await startLocal();
  zips = await pipelineZips(pipelineArgs(local.inboxUrl));
});
afterAll(() => local.stop());

const zip = (name: string) => zips[name] as Zip;
const nothing = { keys: [], topics: [], consumers: {}, rules: {}, deadLetters: {}, elsewhere: [] };
const linesOf = (log = "") =>
  log
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
const check = (event: object) => local.run(zip("self-check"), { ...nothing, ...event });

describe("the self-check", () => {
  it("finds keys that are disabled, about to be deleted or gone, and says how to mend them", async () => {
    const kms = new KMSClient(local.client);
    const key = async () => (await kms.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? "";
    const [good, disabled, leaving] = [await key(), await key(), await key()];
    await kms.send(new DisableKeyCommand({ KeyId: disabled }));
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId: leaving, PendingWindowInDays: 7 }));
    const gone = good.replace(/[^/]+$/, "00000000-0000-0000-0000-000000000000");

    const { result, log } = await check({ keys: [good, disabled, leaving, gone] });

    const { problems } = result as { problems: { what: string; reason: string }[] };
    expect(problems.map(({ what }) => what).sort()).toEqual([disabled, leaving, gone].sort());
    expect(problems.find(({ what }) => what === leaving)?.reason).toMatch(
      /^it will be deleted on .*cancel-key-deletion/,
    );
    expect(problems.find(({ what }) => what === disabled)?.reason).toContain("kms enable-key");
    expect(linesOf(log).at(-1)).toMatchObject({ step: "self-check", outcome: "checked", checks: 4, keysAtRisk: 3 });
  });

  it("finds addresses that are not subscribed, and takes no offence at those that have confirmed", async () => {
    const sns = new SNSClient(local.client);
    const { TopicArn: arn = "" } = await sns.send(new CreateTopicCommand({ Name: "checked" }));
    await sns.send(new SubscribeCommand({ TopicArn: arn, Protocol: "email", Endpoint: "new@example.com" }));
    // The inbox opens the mail and confirms.
    const confirmed = async () =>
      (await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: arn }))).Subscriptions?.[0]?.SubscriptionArn;
    await vi.waitFor(async () => expect(await confirmed()).toContain("arn:"));

    const { result, log } = await check({ topics: [{ arn, addresses: ["New@example.com", "left@example.com"] }] });

    const problem = { kind: "address lost", what: `left@example.com of ${arn}` };
    expect(result).toEqual({ problems: [{ ...problem, reason: expect.stringContaining("not subscribed") }] });
    expect(linesOf(log).at(-1)).toMatchObject({ addressesLost: 1, addressesUnconfirmed: 0 });
  });

  it("finds rules that are off, without a target, or gone, in any region; and consumers that are gone", async () => {
    const events = new EventBridgeClient({ ...local.client, region: "us-east-1" });
    for (const Name of ["good", "off", "bare"]) {
      await events.send(new PutRuleCommand({ Name, EventPattern: '{"source":["x"]}' }));
      const Arn = `arn:aws:sqs:us-east-1:${local.client.credentials.accessKeyId}:q`;
      if (Name !== "bare") await events.send(new PutTargetsCommand({ Rule: Name, Targets: [{ Id: "1", Arn }] }));
    }
    await events.send(new DisableRuleCommand({ Name: "off" }));
    // Of the same name on another bus, and off there alone.
    await events.send(new CreateEventBusCommand({ Name: "bus" }));
    await events.send(new PutRuleCommand({ Name: "good", EventBusName: "bus", EventPattern: '{"source":["x"]}' }));
    await events.send(new DisableRuleCommand({ Name: "good", EventBusName: "bus" }));

    const { result, log } = await check({
      rules: { "us-east-1": ["good", "bus/good", "off", "bare", "gone"], [REGION]: ["good"] },
      consumers: { opening: "12345678-1234-1234-1234-123456789012" },
    });

    const { problems } = result as { problems: { what: string; reason: string }[] };
    expect(problems.map(({ what }) => what).sort()).toEqual([
      "the consumer of opening",
      `the rule bare in us-east-1`,
      `the rule bus/good in us-east-1`,
      `the rule gone in us-east-1`,
      `the rule good in ${REGION}`,
      `the rule off in us-east-1`,
    ]);
    expect(linesOf(log).at(-1)).toMatchObject({ partsSwitchedOff: 6 });
  });

  it("counts regions with events that could not be forwarded", async () => {
    const sqs = new SQSClient({ ...local.client, region: "us-east-1" });
    const queue = async (QueueName: string) => (await sqs.send(new CreateQueueCommand({ QueueName }))).QueueUrl ?? "";
    const [full, empty] = [await queue("full"), await queue("empty")];
    await sqs.send(new SendMessageCommand({ QueueUrl: full, MessageBody: "{}" }));

    const { log } = await check({ deadLetters: { "us-east-1": full } });
    const { log: none } = await check({ deadLetters: { "us-east-1": empty } });

    expect(linesOf(log).at(-1)).toMatchObject({ notForwarded: 1 });
    expect(linesOf(none).at(-1)).toMatchObject({ notForwarded: 0 });
  });

  it("counts other accounts' events that could not be forwarded, and passes over queues that it can't see", async () => {
    const MANAGEMENT = "111111111111";
    const credentials = { ...local.client.credentials, accessKeyId: MANAGEMENT };
    const kept = async (region: string, isSeen: boolean) => {
      const sqs = new SQSClient({ ...local.client, region, credentials });
      const QueueName = `watch-forward-dead-letters-${region}`;
      const Resource = `arn:aws:sqs:${region}:${MANAGEMENT}:${QueueName}`;
      const Principal = { AWS: `arn:aws:iam::${local.client.credentials.accessKeyId}:root` };
      const allow = { Effect: "Allow", Principal, Action: ["sqs:GetQueueUrl", "sqs:GetQueueAttributes"], Resource };
      const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [allow] });
      const { QueueUrl } = await sqs.send(
        new CreateQueueCommand({ QueueName, ...(isSeen && { Attributes: { Policy } }) }),
      );
      return async () => await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "{}" }));
    };
    const bury = await kept(REGION, true);
    await (await kept("us-east-1", false))();
    const regions = [REGION, "us-east-1", "eu-west-1"];
    const elsewhere = [{ name: "watch-forward-dead-letters", accounts: [MANAGEMENT], regions }];

    const { log: none } = await check({ elsewhere });
    await bury();
    const { result, log } = await check({ elsewhere });

    expect(linesOf(none).at(-1)).toMatchObject({ outcome: "checked", checks: 3, notForwarded: 0 });
    const what = (region: string) => `watch-forward-dead-letters-${region} of account ${MANAGEMENT}`;
    const { problems } = result as { problems: { kind: string; what: string }[] };
    expect(problems.map(({ kind, what }) => `${kind}: ${what}`).sort()).toEqual([
      `not forwarded: ${what(REGION)}`,
      `unseen: ${what("eu-west-1")}`,
      `unseen: ${what("us-east-1")}`,
    ]);
    expect(linesOf(log).at(-1)).toMatchObject({ notForwarded: 1 });
  });

  it("looks at all else where something can't be looked at, and then fails; but fails no deployment", async () => {
    const events = { topics: [{ arn: "arn:aws:sns:nowhere", addresses: ["a@example.com"] }], keys: ["not-a-key"] };

    const scheduled = await check(events);
    const deployed = await check({ ...events, tf: { action: "create" } });
    const destroyed = await check({ ...events, tf: { action: "delete" } });

    expect(scheduled.error?.message).toMatch(/^1 of 2 checks could not be made/);
    expect(linesOf(scheduled.log)).toContainEqual(expect.objectContaining({ outcome: "checked", keysAtRisk: 1 }));
    expect(deployed.error).toBeUndefined();
    expect(linesOf(deployed.log)).toContainEqual(expect.objectContaining({ outcome: "failed" }));
    expect(destroyed.result).toEqual({ problems: [] });
  });
});

describe("the alarm notice", () => {
  it("tells a call that silences, with who made it", async () => {
    const event = {
      "detail-type": "AWS API Call via CloudTrail",
      account: "222222222222",
      detail: {
        eventName: "DisableSecurityHub",
        eventSource: "securityhub.amazonaws.com",
        eventTime: "2026-11-22T08:00:00Z",
        awsRegion: "us-east-1",
        userIdentity: { arn: "arn:aws:sts::222222222222:assumed-role/admin/mallory" },
      },
    };

    const { error, log } = await local.run(zip("alarm-notice"), event);

    expect(error).toBeUndefined();
    const told = local.inbox.store.entries.slack.map(({ text }) => text).join("\n");
    expect(told).toContain("DisableSecurityHub");
    expect(told).toContain("assumed-role/admin/mallory");
    expect(told).toContain("docs/runbook/switched-off.md#switched-off");
    expect(linesOf(log)).toMatchObject([
      { step: "alarm-notice", outcome: "told", about: "[SILENCED] DisableSecurityHub" },
    ]);
  });
});
