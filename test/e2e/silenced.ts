import { EventBridge } from "@aws-sdk/client-eventbridge";
import { KMS } from "@aws-sdk/client-kms";
import { SQS } from "@aws-sdk/client-sqs";
import { expect, it } from "vitest";
import { ACCOUNTS, HOME_REGION } from "../../sandbox/organization";
import { until } from "./cloud";
import type { Stage } from "./stage";

const WHO = `arn:aws:sts::${ACCOUNTS.audit}:assumed-role/admin/mallory`;

/** Calls that switch detection or hakken's own parts off, as CloudTrail tells EventBridge of them in the region of the call. */
export function silenced(stage: () => Stage): void {
  it.each(["us-east-1", HOME_REGION])(
    "detection switched off in %s is told both ways, with who did it",
    async (region) => {
      const eventName = region === HOME_REGION ? "DisableSecurityHub" : "DeleteDetector";
      const service = region === HOME_REGION ? "securityhub" : "guardduty";

      await reported(stage(), region, service, { eventName });

      await toldBothWays(stage(), eventName, region);
    },
  );

  it.each([
    ["guardduty", HOME_REGION, "StopMonitoringMembers"],
    ["health", "us-east-1", "DisableHealthServiceAccessForOrganization"],
  ])("what the management account switches off by %s in %s is told both ways", async (service, region, eventName) => {
    await reported(stage(), region, service, { eventName }, "management");

    await toldBothWays(stage(), eventName, region);
  });

  it("a key of hakken's about to be deleted is told both ways", async () => {
    const { Aliases = [] } = await new KMS(stage().as("audit")).listAliases({});
    const id = Aliases.find(({ AliasName }) => AliasName === "alias/hakken-alerts-key")?.TargetKeyId;
    const ARN = `arn:aws:kms:${HOME_REGION}:${ACCOUNTS.audit}:key/${id}`;

    await reported(stage(), HOME_REGION, "kms", { eventName: "ScheduleKeyDeletion", resources: [{ ARN }] });

    await toldBothWays(stage(), "ScheduleKeyDeletion", HOME_REGION);
  });

  it("what the management account could not forward for a day is noticed here", async () => {
    const region = "us-east-1";
    const there = new SQS(stage().as("management", region));
    const { QueueUrl } = await there.getQueueUrl({ QueueName: `watch-forward-dead-letters-${region}` });
    await there.sendMessage({ QueueUrl, MessageBody: '{"detail-type":"AWS API Call via CloudTrail"}' });

    const problems = await selfChecked(stage());

    // No queue of those that the other stacks made is one that it can't see.
    expect(problems).toEqual([
      expect.objectContaining({ kind: "not forwarded", what: expect.stringContaining(ACCOUNTS.management) }),
    ]);
    await there.purgeQueue({ QueueUrl });
  });
}

/** What the self-check finds, looking at what its rule has it look at. */
async function selfChecked({ cloud: { events, lambda, ruleName, functionName } }: Stage): Promise<unknown> {
  const { Targets = [] } = await events.listTargetsByRule({ Rule: ruleName("self-check") });
  const { Payload, FunctionError } = await lambda.invoke({
    FunctionName: functionName("self-check"),
    Payload: Targets[0]?.Input,
  });
  const answer = Buffer.from(Payload ?? "").toString();
  expect(FunctionError, answer).toBeUndefined();
  return JSON.parse(answer).problems;
}

async function reported(
  stage: Stage,
  awsRegion: string,
  service: string,
  more: object,
  account: "audit" | "management" = "audit",
): Promise<void> {
  const detail = {
    eventSource: `${service}.amazonaws.com`,
    eventTime: new Date().toISOString(),
    awsRegion,
    userIdentity: { type: "AssumedRole", arn: WHO },
    sourceIPAddress: "203.0.113.7",
    ...more,
  };
  const entry = { Source: `aws.${service}`, DetailType: "AWS API Call via CloudTrail", Detail: JSON.stringify(detail) };
  const { FailedEntryCount } = await new EventBridge(stage.as(account, awsRegion)).putEvents({ Entries: [entry] });
  expect(FailedEntryCount).toBe(0);
}

async function toldBothWays({ client }: Stage, eventName: string, region: string): Promise<void> {
  const told = await until(`${eventName} in Slack and mail`, async () => {
    const { slack, mail } = await client.inbox();
    const post = slack.find(({ text }) => text.includes(`操作がありました: ${eventName}`));
    const letter = mail.find(({ to, text }) => to === "sre@example.com" && text.includes(`call: ${eventName} of `));
    return post && letter && { post, letter };
  });
  for (const { text } of [told.post, told.letter]) {
    expect(text).toContain(WHO);
    expect(text).toContain(region);
    expect(text).toContain("docs/runbook/switched-off.md#switched-off");
  }
}
