import type { AwsSecurityFinding } from "@aws-sdk/client-securityhub";
import { expect, it } from "vitest";
import type { Stage } from "./stage";
import { CLOSED, minutesAgo, NOWHERE, ONCE, Tale } from "./tale";

/** Events come at least once, and in any order. */
export function repeats(stage: () => Stage): void {
  it("tells a finding once that its provider reports again and again, with our own NOTIFIED in between", async () => {
    // The rule lets NOTIFIED through where it may mean a rise: above the lowest severity.
    const Severity = { Label: "CRITICAL" as const, Normalized: 90 };
    const tale = await Tale.of(stage(), "Reported again", { Severity }).report();
    await tale.report({ UpdatedAt: minutesAgo(19) });
    await tale.settled();

    await tale.report();
    await tale.report({ UpdatedAt: minutesAgo(18) });
    await stage().rest();

    expect(await tale.told()).toEqual(ONCE);
    expect(await tale.workflow()).toBe("NOTIFIED");
  });

  it("tells a finding once although each event is delivered twice into two intakes at once", async () => {
    const tale = await Tale.of(stage(), "Delivered twice").report();
    await deliverAgain(stage(), await tale.stored());
    await tale.settled();
    const notified = await tale.stored();

    await deliverAgain(stage(), notified);
    await stage().rest();

    expect(notified.Workflow?.Status).toBe("NOTIFIED");
    expect(await tale.told()).toEqual(ONCE);
  });

  it("closes what it told by an event that came after a person had suppressed the finding", async () => {
    // Nothing is known of it when its closing comes.
    const tale = await Tale.of(stage(), "Over before its event", { Severity: { Label: "MEDIUM" } }).report();
    await tale.setWorkflow("SUPPRESSED");
    await stage().rest();

    const late = eventOf({ ...tale.finding, Severity: { Label: "HIGH", Normalized: 70 } });
    const { sqs, queueUrl } = stage().cloud;
    await sqs.sendMessage({ QueueUrl: queueUrl("intake-opening"), MessageBody: late });
    await tale.closed();
    await tale.settled();
    await stage().rest();

    expect(await tale.told()).toEqual(CLOSED);
    expect(await tale.workflow()).toBe("SUPPRESSED");
  });

  it("keeps a malformed message in the dead letters with its reason, and tells the rest of its batch", async () => {
    const good = await Tale.of(stage(), "Beside a bad one", { Severity: { Label: "MEDIUM" } }).report();
    const told = eventOf({ ...good.finding, Severity: { Label: "HIGH", Normalized: 70 } });
    const bad = { notJson: '{"detail-type": ', noFinding: JSON.stringify({ ...JSON.parse(told), detail: {} }) };

    const records = [bad.notJson, told, bad.noFinding].map(recordOf);
    const answer = await invokeIntake(stage(), records);
    await stage().rest();

    expect(answer).toEqual({ batchItemFailures: [] });
    expect(await good.told()).toEqual(ONCE);
    const buried = await deadLetters(stage());
    expect(buried.get(bad.notJson)).toMatch(/^SyntaxError: .*JSON/);
    expect(buried.get(bad.noFinding)).toMatch(/^UnreadableEvent: ./);
  });

  it("tells nobody of a finding whose severity is not among the settings'", async () => {
    const tale = await Tale.of(stage(), "Medium", { Severity: { Label: "MEDIUM", Normalized: 40 } }).report();

    await stage().rest();

    expect(await tale.told()).toEqual(NOWHERE);
    expect(await tale.workflow()).toBe("NEW");
  });
}

/** Twice into the queue, and twice into the function at the same time. */
async function deliverAgain(stage: Stage, finding: AwsSecurityFinding): Promise<void> {
  const { sqs, queueUrl } = stage.cloud;
  const body = eventOf(finding);
  const send = () => sqs.sendMessage({ QueueUrl: queueUrl("intake-opening"), MessageBody: body });
  const invoke = async () => expect(await invokeIntake(stage, [recordOf(body)])).toEqual({ batchItemFailures: [] });
  await Promise.all([send(), send(), invoke(), invoke()]);
}

/** What EventBridge hands over for a finding, as Security Hub has it. */
const eventOf = (finding: AwsSecurityFinding): string =>
  JSON.stringify({
    version: "0",
    id: "0f6a1c52-9d54-4f6c-8a7b-1f0f3a2f8c11",
    "detail-type": "Security Hub Findings - Imported",
    source: "aws.securityhub",
    account: "222222222222",
    time: new Date().toISOString(),
    region: "ap-northeast-1",
    resources: [`${finding.ProductArn}/${finding.Id}`],
    detail: { findings: [finding] },
  });

let messages = 0;
const recordOf = (body: string) => ({
  messageId: `message-${++messages}`,
  body,
  attributes: {},
  messageAttributes: {},
});

async function invokeIntake({ cloud }: Stage, Records: object[]): Promise<unknown> {
  const { Payload, FunctionError } = await cloud.lambda.invoke({
    FunctionName: cloud.functionName("intake"),
    Payload: JSON.stringify({ Records }),
  });
  const text = Payload?.transformToString() ?? "";
  if (FunctionError) throw new Error(text);
  return JSON.parse(text);
}

/** Reasons by bodies. */
async function deadLetters({ cloud }: Stage): Promise<Map<string, string | undefined>> {
  const { Messages = [] } = await cloud.sqs.receiveMessage({
    QueueUrl: cloud.queueUrl("intake-dead-letters"),
    MaxNumberOfMessages: 10,
    VisibilityTimeout: 0,
    MessageAttributeNames: ["REASON"],
  });
  return new Map(Messages.map(({ Body = "", MessageAttributes }) => [Body, MessageAttributes?.REASON?.StringValue]));
}
