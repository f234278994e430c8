import { expect, it } from "vitest";
import { run } from "./floods";
import type { Stage } from "./stage";
import { Tale } from "./tale";

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
    await stage().rest();

    expect(resolved).toMatchObject({ Workflow: { Status: "RESOLVED" }, Note: { UpdatedBy: "hakken" } });
    expect(resolved.Note?.Text).toContain(told.backlog?.reference);
    expect(await tale.workflow()).toBe("NOTIFIED");
    expect((await tale.pieces("backlog")).filter(({ kind }) => kind === "message")).toHaveLength(1);
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
