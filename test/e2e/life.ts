import { expect, it } from "vitest";
import type { Stage } from "./stage";
import { minutesAgo, REOPENED, Tale, TOLD_WHEN_OVER } from "./tale";

/** An alert's life after it was told. */
export function life(stage: () => Stage): void {
  it("tells a finding again that was archived and became active again", async () => {
    const tale = await Tale.of(stage(), "Archived and back").report();
    await tale.settled();
    await tale.report({ RecordState: "ARCHIVED", UpdatedAt: minutesAgo(10) });
    await tale.closed();
    await tale.settled();

    await tale.report({ RecordState: "ACTIVE", UpdatedAt: minutesAgo(9) });
    await tale.settled(2);
    await stage().rest();

    expect(await tale.told()).toEqual(REOPENED);
    expect(await tale.workflow()).toBe("NOTIFIED");
  });

  it("tells a control again that passed and failed again", async () => {
    const tale = await Tale.of(stage(), "Passed and failed", {}, "told-fsbp-critical").report();
    const { Compliance } = tale.finding;
    await tale.settled();
    await tale.report({ Compliance: { ...Compliance, Status: "PASSED" }, UpdatedAt: minutesAgo(10) });
    await tale.closed();
    await tale.settled();

    await tale.report({ Compliance: { ...Compliance, Status: "FAILED" }, UpdatedAt: minutesAgo(9) });
    await tale.settled(2);
    await stage().rest();

    expect(await tale.told()).toEqual(REOPENED);
    expect(await tale.workflow()).toBe("NOTIFIED");
  });

  it("tells a finding again that a person suppressed and un-suppressed", async () => {
    const tale = await Tale.of(stage(), "Un-suppressed").report();
    await tale.settled();
    await tale.setWorkflow("SUPPRESSED");
    await tale.closed();
    await tale.settled();

    await tale.setWorkflow("NEW");
    await tale.settled(2);
    await stage().rest();

    expect(await tale.told()).toEqual(REOPENED);
    expect(await tale.workflow()).toBe("NOTIFIED");
  });

  it("tells a rise where the alert was told: in the thread, on the issue, by another mail", async () => {
    const tale = await Tale.of(stage(), "Risen").report();
    await tale.settled();

    await tale.report({ Severity: { Label: "CRITICAL", Normalized: 90 }, UpdatedAt: minutesAgo(10) });
    await tale.becomes("told twice", ({ settled, running }) => settled === 2 && !running);
    await stage().rest();

    expect(await tale.told()).toEqual({
      slack: ["message", "update", "reply"],
      backlog: ["message", "update", "comment"],
      mail: ["message", "message"],
    });
    expect(await tale.issue()).toMatchObject({
      fields: {
        priority: "高",
        categories: ["AWS"],
        assignee: "佐藤",
        dueDate: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      },
      notified: ["鈴木"],
      updates: [{ text: expect.stringMatching(/^limitDate: \S{10} → \S{10}$/) }],
      comments: [{ notified: ["鈴木"] }],
    });
    const [, update, reply] = await tale.pieces("slack");
    expect(update?.text).toMatch(/CRITICAL/);
    expect(reply?.text).toMatch(/CRITICAL/);
  });

  it("leaves SUPPRESSED that a person set before hakken came to set NOTIFIED", async () => {
    const tale = Tale.of(stage(), "Suppressed meanwhile");
    await tale.fault({ channel: "slack", fault: "429", retryAfter: 8, times: 1 });
    await tale.report();
    await tale.hit();
    await tale.becomes("told but for Slack", ({ told }) => Boolean(told.backlog && told.mail && !told.slack));

    await tale.setWorkflow("SUPPRESSED");
    await tale.settled();
    await stage().rest();

    expect(await tale.workflow()).toBe("SUPPRESSED");
    expect(await tale.told()).toEqual(TOLD_WHEN_OVER);
    expect((await tale.record())?.state).toBe("closed");
  });

  it("says in one message that an alert opened and closed before a channel could tell it", async () => {
    const tale = Tale.of(stage(), "Over before it was told");
    await tale.fault({ channel: "slack", fault: "429", retryAfter: 45, times: 1 });
    await tale.report();
    await tale.hit();
    await tale.becomes("told but for Slack", ({ told }) => Boolean(told.backlog && told.mail && !told.slack));

    await tale.report({ RecordState: "ARCHIVED", UpdatedAt: minutesAgo(10) });
    await tale.closed();
    await tale.settled();
    await stage().rest();

    expect(await tale.told()).toEqual(TOLD_WHEN_OVER);
    const [message] = await tale.pieces("slack");
    expect(message?.text).toContain("通知する前にクローズしました");
  });
}
