import { expect, it } from "vitest";
import type { Channel } from "../../handlers/alert/types";
import { messageIn, until } from "./cloud";
import type { Stage } from "./stage";
import { ONCE, Tale } from "./tale";

/** Services that fail. */
export function outages(stage: () => Stage): void {
  it.each(["slack", "backlog"] as const)("waits as long as %s asks for, and tells it once", async (channel) => {
    const tale = Tale.of(stage(), `Throttled by ${channel}`);
    await tale.fault({ channel, fault: "429", retryAfter: 6, times: 1 });
    const begun = Date.now();

    await tale.report();
    await tale.settled();
    await stage().rest();

    const [message] = await tale.pieces(channel);
    expect(Date.parse(message?.at ?? "") - begun).toBeGreaterThan(6_000);
    expect(await tale.told()).toEqual(ONCE);
    expect(await tale.workflow()).toBe("NOTIFIED");
  });

  it.each([
    ["slack", "timeout-after"],
    ["backlog", "timeout-after"],
    ["slack", "timeout-before"],
    ["backlog", "timeout-before"],
    ["slack", "500"],
    ["backlog", "500"],
  ] as const)("tells it once in %s after a %s", async (channel, fault) => {
    const tale = Tale.of(stage(), `${fault} of ${channel}`);
    await tale.fault({ channel, fault, times: 1 });

    await tale.report();
    await tale.settled();
    await stage().rest();

    expect(await failuresOf(stage(), channel)).toBeGreaterThan(0);
    expect(await tale.told()).toEqual(ONCE);
    expect(await tale.workflow()).toBe("NOTIFIED");
  });

  it("delivers in the other channels when one fails for good, keeps the finding NEW, and raises an alarm", async () => {
    const tale = Tale.of(stage(), "Refused by Backlog");
    // A warm function reads the project anew, and tries once more.
    await tale.fault({ channel: "backlog", fault: "refused", times: 2 });

    await tale.report();
    await tale.becomes("parked", ({ parkedAt }) => parkedAt !== undefined);
    await stage().rest();

    expect(await tale.told()).toEqual({ ...ONCE, backlog: [] });
    expect(await tale.workflow()).toBe("NEW");
    const failed = await messageIn(stage().cloud, "failed-alerts", (body) => body.includes(tale.alertKey));
    expect(JSON.parse(failed.Body ?? "")).toMatchObject({
      alertKey: tale.alertKey,
      findingId: tale.finding.Id,
      failures: [{ channel: "backlog", error: "Refused", cause: expect.stringContaining("400") }],
    });
    await raisedAndTold(stage(), "failed-alerts");
  });

  it("raises an alarm on the dead letters, mails it, and tells it in Slack too", async () => {
    const { sqs, queueUrl } = stage().cloud;
    await sqs.sendMessage({ QueueUrl: queueUrl("intake-opening"), MessageBody: "no JSON" });

    await messageIn(stage().cloud, "intake-dead-letters", (body) => body === "no JSON");

    await raisedAndTold(stage(), "intake-dead-letters");
  });
}

/** An alarm by what it watches: raised, mailed by its topic, told the second way. */
export async function raisedAndTold({ client }: Stage, what: string): Promise<void> {
  const name = new RegExp(`alerts-alarm-${what}-[0-9a-f]{7}`);
  await until(`an alarm on ${what}`, async () =>
    (await client.journal(0)).find((entry) => entry.kind === "alarm" && entry.to === "ALARM" && name.test(entry.name)),
  );
  const told = await until(`the alarm on ${what} in Slack and mail`, async () => {
    const { slack, mail } = await client.inbox();
    const post = slack.find(({ text }) => name.test(text));
    const letter = mail.find(({ to, subject }) => to === "sre@example.com" && name.test(subject));
    return post && letter && { post };
  });
  expect(told.post.text).toContain("hakken の通知に問題が起きています");
}

/** Told the second way alone: a mail about it would come for each alarm that is made. */
export async function recovered({ client }: Stage, what: string): Promise<void> {
  const name = new RegExp(`復旧しました: alerts-alarm-${what}-[0-9a-f]{7}`);
  await until(`the recovery of the alarm on ${what} in Slack`, async () =>
    (await client.inbox()).slack.some(({ text }) => name.test(text)),
  );
}

/** How often a channel's function failed: that the fault did hit. */
async function failuresOf({ client, cloud }: Stage, channel: Channel): Promise<number> {
  const name = cloud.functionName(channel);
  const journal = await client.journal(0);
  return journal.filter((entry) => entry.kind === "invocation" && entry.function.includes(name) && entry.error).length;
}
