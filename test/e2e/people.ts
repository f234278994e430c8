import { expect, it } from "vitest";
import { run } from "./floods";
import { takeAwayRecheck, unheard } from "./recovery";
import type { Stage } from "./stage";
import { CLOSED, minutesAgo, Tale } from "./tale";

/** What people do in Backlog. */
export function people(stage: () => Stage): void {
  it("sets RESOLVED what a person closes in Backlog, and opens again what still fails after a fortnight", async () => {
    const tale = await Tale.of(stage(), "Closed in Backlog", {}, "told-fsbp-critical").report();
    const { told } = await tale.settled();
    await closeAs(stage(), "sato", told.backlog?.reference ?? "");

    await run(stage(), "backlog-poll");
    await tale.closed();
    await tale.settled();
    const resolved = await tale.stored();
    await tale.age("failingSince", 15 * 24 * 60);
    await run(stage(), "reopen-failing");
    await tale.settled(2);
    await takeAwayRecheck(stage());
    await stage().rest();

    expect(resolved).toMatchObject({ Workflow: { Status: "RESOLVED" }, Note: { UpdatedBy: "hakken" } });
    expect(resolved.Note?.Text).toContain(told.backlog?.reference);
    expect(await tale.workflow()).toBe("NOTIFIED");
    expect((await tale.pieces("backlog")).filter(({ kind }) => kind === "message")).toHaveLength(1);
  });

  it("closes an alert whose issue a person closes when it was over by then, though nobody heard of that", async () => {
    const tale = await Tale.of(stage(), "Over, and closed in Backlog").report();
    const { told } = await tale.settled();
    await unheard(stage(), "closing", () => tale.report({ RecordState: "ARCHIVED", UpdatedAt: minutesAgo(10) }));
    const before = await tale.record();
    await closeAs(stage(), "sato", told.backlog?.reference ?? "");

    await run(stage(), "backlog-poll");
    await tale.closed();
    await tale.settled();
    await stage().rest();

    expect(before?.state).toBe("open");
    expect((await tale.told()).slack).toEqual(CLOSED.slack);
    // Nobody's word on it: it is over.
    expect(await tale.workflow()).toBe("NOTIFIED");
  });
}

async function closeAs({ inboxUrl, run: { backlogApiKey } }: Stage, userId: string, issue: string): Promise<void> {
  const answer = await fetch(`${inboxUrl}/backlog/api/v2/issues/${issue}?apiKey=${backlogApiKey}-${userId}`, {
    method: "PATCH",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ statusId: "4", resolutionId: "0" }),
  });
  expect(answer.status).toBe(200);
}
