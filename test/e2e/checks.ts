import { expect, it } from "vitest";
import { runByRule } from "./recovery";
import type { Stage } from "./stage";
import { Tale } from "./tale";

const HOURS = 60;
const CHECK = { rule: "check-schedule", function: "check" };
const SUPPRESSION_END = { rule: "suppression-end-schedule", function: "suppression-end" };
/** No account of the sandbox's organization, and no member of its Security Hub. */
const STRANGER = "987654321098";

/** What is compared hourly with what Security Hub and AWS Organizations say. */
export function checks(stage: () => Stage): void {
  it("makes good what was lost: a rise, and the end of an account", async () => {
    const [grown, left, resolved] = await Promise.all(
      ["Grew unnoticed", "Its account left", "Resolved by a person"].map((title) => Tale.of(stage(), title).report()),
    );
    if (!grown || !left || !resolved) throw new Error("three findings were reported");
    await Promise.all([grown, left, resolved].map((tale) => tale.settled()));
    const { resourceCount } = (await grown.known()) ?? {};
    // Looked for by name, since GuardDuty's go on after it.
    await resolved.setWorkflow("RESOLVED");
    await resolved.closed();

    await grown.misremember("resourceCount", 0);
    await left.misremember("accountId", STRANGER);
    await Promise.all([grown, left].map((tale) => tale.age("checkedAt", 25 * HOURS)));
    await runByRule(stage(), CHECK);
    await left.closed();
    await grown.becomes("told again", ({ settled }) => settled === 2);
    await stage().rest();

    expect(await grown.known()).toMatchObject({ resourceCount });
    expect(await left.record()).toMatchObject({ outcome: "left" });
    expect(await resolved.record()).toMatchObject({ state: "closed", outcome: "resolved" });
  });

  it("sets back to NEW, and tells, what a suppression held that is there no more", async () => {
    const tale = await Tale.of(stage(), "Suppressed once").report();
    await tale.settled();
    const note = { Text: "risk_accepted: SEC-99 (team, for good)", UpdatedBy: "hakken-taken-out" };
    await tale.setWorkflow("SUPPRESSED", note);
    await tale.closed();

    await runByRule(stage(), SUPPRESSION_END);
    await tale.settled(2);
    await stage().rest();

    expect(await tale.workflow()).toBe("NOTIFIED");
    expect((await tale.stored()).Note).toMatchObject({
      UpdatedBy: "hakken",
      Text: expect.stringContaining(`hakken-taken-out had noted: ${note.Text}`),
    });
  });
}
