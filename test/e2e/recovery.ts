import { expect, it } from "vitest";
import { messageIn, until } from "./cloud";
import { raisedAndTold, recovered } from "./outages";
import type { Stage } from "./stage";
import { minutesAgo, ONCE, Tale } from "./tale";

/** What falls by the way is found again. `lost` is a finding whose event no rule took. */
export function recovery(stage: () => Stage, lost: () => Tale): void {
  it("finds by the sweeper an execution that a person aborted, and a finding whose event was lost", async () => {
    const aborted = await abandoned(stage(), "Aborted");
    const failed = await messageIn(stage().cloud, "failed-alerts", (body) => body.includes(aborted.alertKey));
    expect(await lost().record()).toBeUndefined();

    await aborted.age("unsettledSince", 31);
    await runByRule(stage(), SWEEP);
    await Promise.all([aborted.settled(), lost().settled()]);
    await stage().rest();

    expect(JSON.parse(failed.Body ?? "")).toMatchObject({
      detail: { status: "ABORTED", input: JSON.stringify({ alertKey: aborted.alertKey }) },
    });
    await raisedAndTold(stage(), "executions-aborted");
    for (const tale of [aborted, lost()]) {
      expect(await tale.told()).toEqual(ONCE);
      expect(await tale.workflow()).toBe("NOTIFIED");
    }
  });

  it("tells an alert whose execution was aborted when its finding is reported again, too", async () => {
    const tale = await abandoned(stage(), "Aborted, then reported");

    await tale.report({ UpdatedAt: minutesAgo(10) });
    await tale.settled();
    await stage().rest();

    expect(await tale.told()).toEqual(ONCE);
    expect(await tale.workflow()).toBe("NOTIFIED");
  });

  it("keeps what a rule can't deliver in the rules' dead letters, and raises an alarm until they are empty", async () => {
    const { lambda, sqs, functionName, queueUrl } = stage().cloud;
    const FunctionName = functionName("sweeper");
    const { Policy = "" } = await lambda.getPolicy({ FunctionName });
    const [{ Sid: StatementId, Condition }] = JSON.parse(Policy).Statement;
    await lambda.removePermission({ FunctionName, StatementId });

    try {
      await trigger(stage(), SWEEP.rule);
      await messageIn(stage().cloud, "rule-dead-letters", (body) => body.includes(nowOf(SWEEP.rule)));
    } finally {
      const [Action, Principal] = ["lambda:InvokeFunction", "events.amazonaws.com"];
      const SourceArn = Condition.ArnLike["AWS:SourceArn"];
      await lambda.addPermission({ FunctionName, StatementId, Action, Principal, SourceArn });
    }

    await raisedAndTold(stage(), "rule-dead-letters");
    await raisedAndTold(stage(), "sweep-not-delivered");
    await sqs.purgeQueue({ QueueUrl: queueUrl("rule-dead-letters") });
    await recovered(stage(), "rule-dead-letters");
  });
}

/** Has a finding's event pass by: nothing takes it while the rule is off. */
export async function lose(stage: Stage): Promise<Tale> {
  const tale = Tale.of(stage, "Lost", { UpdatedAt: minutesAgo(40) });
  await unheard(stage, "opening", () => tale.report());
  return tale;
}

/** Has the events of what is done pass by. */
export async function unheard({ cloud }: Stage, rule: string, doIt: () => Promise<unknown>): Promise<void> {
  const Name = cloud.ruleName(rule);
  await cloud.events.disableRule({ Name });
  try {
    await doIt();
  } finally {
    await cloud.events.enableRule({ Name });
  }
}

/** A finding that Security Hub set NEW again after hakken had set it NOTIFIED. */
export function renewal(stage: () => Stage): void {
  it("tells a finding again that is still NEW a quarter of an hour after it was set NOTIFIED", async () => {
    const tale = await Tale.of(stage(), "Reset to NEW", { UpdatedAt: minutesAgo(40) }).report();
    await tale.settled();
    const { notifiedAt = "" } = (await tale.known()) ?? {};
    // Events' times are in whole seconds.
    await until("the next second", async () => Date.now() > Date.parse(notifiedAt) + 1_000);

    await tale.setWorkflow("NEW");
    // A quarter of an hour later, without waiting for it: the sweeper hands over what the message would have.
    await takeAwayRecheck(stage());
    const toldBefore = await tale.told();
    await tale.age("notifiedAt", 16);
    await runByRule(stage(), SWEEP);
    await tale.settled(2);
    await stage().rest();

    expect(toldBefore).toEqual(ONCE);
    expect(await tale.told()).toEqual({
      slack: ["message", "update", "reply"],
      backlog: ["message", "comment"],
      mail: ["message", "message"],
    });
    expect(await tale.workflow()).toBe("NOTIFIED");
  });
}

/** Takes away the one message that has intake read a finding again in a quarter of an hour: longer than a test waits. */
export async function takeAwayRecheck({ cloud: { sqs, queueUrl } }: Stage): Promise<void> {
  const QueueUrl = queueUrl("intake-opening");
  await until("the recheck that waits", async () => {
    const AttributeNames = ["ApproximateNumberOfMessagesDelayed" as const];
    const { Attributes } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames });
    return Attributes?.ApproximateNumberOfMessagesDelayed === "1";
  });
  await sqs.purgeQueue({ QueueUrl });
}

/** What a rule runs on a schedule. */
interface Scheduled {
  rule: string;
  function: string;
}

export const SWEEP: Scheduled = { rule: "sweep", function: "sweeper" };
const nowOf = (rule: string) => `hakken.test.${rule}`;

/** Has EventBridge run a function by its rule: one that has a schedule may have a pattern too. */
export async function runByRule(stage: Stage, { rule, function: name }: Scheduled): Promise<void> {
  const { client, cloud } = stage;
  const ran = async () => {
    const journal = await client.journal(0);
    const isIt = (invoked: string) => invoked.includes(cloud.functionName(name));
    return journal.filter((entry) => entry.kind === "invocation" && isIt(entry.function)).length;
  };
  const before = await ran();
  await until(`the function ${name} to run`, async () => {
    await trigger(stage, rule);
    return (await ran()) > before;
  });
}

async function trigger({ cloud: { events, ruleName } }: Stage, rule: string): Promise<void> {
  const { Name, ScheduleExpression, Description } = await events.describeRule({ Name: ruleName(rule) });
  const Source = nowOf(rule);
  await events.putRule({ Name, ScheduleExpression, Description, EventPattern: JSON.stringify({ source: [Source] }) });
  await events.putEvents({ Entries: [{ Source, DetailType: "now", Detail: "{}" }] });
}

/** A finding whose execution a person has stopped while Slack had it wait. */
async function abandoned(stage: Stage, title: string): Promise<Tale> {
  const tale = Tale.of(stage, title);
  await tale.fault({ channel: "slack", fault: "429", retryAfter: 600, times: 1 });
  await tale.report();
  await tale.hit();
  const told = await tale.becomes("told but for Slack", ({ told }) =>
    Boolean(told.backlog && told.mail && !told.slack),
  );
  await abort(stage, told.running);
  return tale;
}

async function abort({ cloud: { sfn } }: Stage, execution: string | undefined): Promise<void> {
  const { stateMachines = [] } = await sfn.listStateMachines({});
  const [machine] = stateMachines;
  const executionArn = `${machine?.stateMachineArn?.replace(":stateMachine:", ":execution:")}:${execution}`;
  await sfn.stopExecution({ executionArn });
}
