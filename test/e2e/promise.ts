import { expect, it } from "vitest";
import { messageIn } from "./cloud";
import { type Death, fault, kill, killed, passHiddenTime } from "./faults";
import { raisedAndTold } from "./outages";
import { runByRule, SWEEP, unheard } from "./recovery";
import type { Stage } from "./stage";
import { minutesAgo, ONCE, Tale } from "./tale";

/** Each of a service's faults, on a finding of its own. */
const OF_A_CHANNEL = [
  { channel: "slack", fault: "429", retryAfter: 5 },
  { channel: "slack", fault: "500" },
  { channel: "slack", fault: "timeout-before" },
  { channel: "slack", fault: "timeout-after" },
  { channel: "backlog", fault: "429", retryAfter: 5 },
  { channel: "backlog", fault: "500" },
  { channel: "backlog", fault: "timeout-before" },
  { channel: "backlog", fault: "timeout-after" },
] as const;

/** A function of each kind dies in the middle of its work; which finding that hits is left to chance. */
const DEATHS: Death[] = [
  { function: "intake", action: "dynamodb:PutItem", passing: 3, times: 2 },
  { function: "intake", action: "states:StartExecution", passing: 3, times: 2 },
  { function: "slack", action: "dynamodb:UpdateItem", passing: 7, times: 3 },
  { function: "backlog", action: "dynamodb:UpdateItem", passing: 7, times: 3 },
  { function: "settle", action: "securityhub:BatchUpdateFindings", passing: 1, times: 2 },
];

/** Seconds: some of it comes again only after half a minute, several times. */
const PATIENCE = 240;

/** The pipeline's promise, with all that can fail failing at once. */
export function promise(stage: () => Stage): void {
  it("tells thirty findings once each, or keeps them in a queue with an alarm, whatever fails", async () => {
    const lost = await unheardOf(stage());
    const refused = Tale.of(stage(), "Refused for good");
    // However often: one whose function dies after it was refused asks again.
    await refused.fault({ channel: "backlog", fault: "refused" });
    const faulty = OF_A_CHANNEL.map((one) => ({ one, tale: Tale.of(stage(), `${one.fault} of ${one.channel}`) }));
    for (const { one, tale } of faulty) await tale.fault({ ...one, times: 1 });
    const plain = Array.from({ length: 19 }, (_, i) => Tale.of(stage(), `In the crowd ${i}`));
    await securityHubFails(stage());
    for (const death of DEATHS) await kill(stage(), death);
    const before = await diedOf(stage());

    const heardOf = [refused, ...faulty.map(({ tale }) => tale), ...plain];
    await Promise.all(heardOf.map((tale) => tale.report()));
    const toldOnce = heardOf.slice(1);
    const stop = passHiddenTime(stage());
    try {
      await refused.becomes("parked", ({ parkedAt }) => parkedAt !== undefined, PATIENCE);
      await Promise.all(toldOnce.map((tale) => tale.settled(1, PATIENCE)));
      await runByRule(stage(), SWEEP);
      await Promise.all(lost.map((tale) => tale.settled(1, PATIENCE)));
      await stage().rest();
    } finally {
      stop();
    }

    for (const tale of [...toldOnce, ...lost]) {
      expect(await tale.told(), tale.title).toEqual(ONCE);
      expect(await tale.workflow(), tale.title).toBe("NOTIFIED");
    }
    expect(await refused.told()).toEqual({ ...ONCE, backlog: [] });
    expect(await refused.workflow()).toBe("NEW");
    await messageIn(stage().cloud, "failed-alerts", (body) => body.includes(refused.alertKey));
    await raisedAndTold(stage(), "failed-alerts");
    // All of it did happen.
    await killed(stage());
    expect((await diedOf(stage())) - before).toBeGreaterThanOrEqual(5);
    for (const { tale } of faulty) await tale.hit();
  });
}

/** Two findings whose events no rule took, old enough for the sweeper. */
async function unheardOf(stage: Stage): Promise<Tale[]> {
  const tales = [1, 2].map((i) => Tale.of(stage, `Unheard of ${i}`, { UpdatedAt: minutesAgo(40) }));
  await unheard(stage, "opening", () => Promise.all(tales.map((tale) => tale.report())));
  return tales;
}

async function securityHubFails(stage: Stage): Promise<void> {
  for (const operation of ["GetFindings", "BatchUpdateFindings"]) {
    await fault(stage, "securityhub", operation, { kind: "throttled" }, 6);
    await fault(stage, "securityhub", operation, { kind: "error", status: 500 }, 1);
    await fault(stage, "securityhub", operation, { kind: "lostReply" }, 1);
  }
  await fault(stage, "securityhub", "BatchUpdateFindings", { kind: "unprocessed", code: "InternalException" }, 1);
}

/** How many invocations have ended by their function's death. */
async function diedOf({ client }: Stage): Promise<number> {
  const journal = await client.journal(0);
  return journal.filter((entry) => entry.kind === "invocation" && entry.error?.startsWith("Runtime.ExitError")).length;
}
