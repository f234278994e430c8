import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AlertRecord, alertKeyOf } from "../../../handlers/alert/record";
import type { Channel, Finding } from "../../../handlers/alert/types";
import { aFinding, createWorld, type Message } from "./world";

/** What happens to a finding, in Security Hub's own terms. */
type Step = "fail" | "update" | "pass" | "archive" | "unarchive" | "worse" | "suppress" | "unsuppress";

/** Security Hub's rules for a finding's next state; undefined where the step can't happen. */
function next(finding: Finding, step: Step, updatedAt: string): Finding | undefined {
  const changed = { ...finding, updatedAt };
  const over = finding.record === "ARCHIVED" || finding.compliance === "PASSED";
  switch (step) {
    case "update":
      return over ? undefined : changed;
    case "worse":
      return over || finding.severity === "CRITICAL" ? undefined : { ...changed, severity: "CRITICAL" };
    case "pass":
      return finding.compliance === "PASSED" ? undefined : { ...changed, compliance: "PASSED", workflow: "RESOLVED" };
    case "fail":
      // PASSED -> FAILED resets NOTIFIED and RESOLVED to NEW, but keeps what a person has suppressed.
      if (finding.compliance !== "PASSED") return undefined;
      return { ...changed, compliance: "FAILED", workflow: finding.workflow === "SUPPRESSED" ? "SUPPRESSED" : "NEW" };
    case "archive":
      return finding.record === "ARCHIVED" ? undefined : { ...changed, record: "ARCHIVED" };
    case "unarchive":
      if (finding.record === "ACTIVE") return undefined;
      return { ...changed, record: "ACTIVE", workflow: finding.workflow === "SUPPRESSED" ? "SUPPRESSED" : "NEW" };
    case "suppress":
      // A person's change never moves updatedAt.
      return finding.workflow === "SUPPRESSED" ? undefined : { ...finding, workflow: "SUPPRESSED" };
    case "unsuppress":
      return finding.workflow === "SUPPRESSED" ? { ...finding, workflow: "NEW" } : undefined;
  }
}

const isOpen = (f: Finding) => f.record === "ACTIVE" && f.workflow === "NEW" && f.compliance !== "PASSED";

const steps = fc.array(
  fc.constantFrom<Step>("fail", "update", "pass", "archive", "unarchive", "worse", "suppress", "unsuppress"),
  {
    maxLength: 7,
  },
);
const crashes = fc.uniqueArray(fc.nat(150), { maxLength: 6 }).map((at) => new Set(at));
const aborted = fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { maxLength: 2 }).map((nth) => new Set(nth));
const first = fc.constantFrom(aFinding(), aFinding({ compliance: "FAILED", id: "control-1" }));

/** Messages that open an occurrence, by channel and occurrence; a mail that says of itself that it is a repeat aside. */
function openings(messages: readonly Message[], channel: Channel) {
  const own = messages.filter((m) => m.channel === channel && m.notice.kind !== "risen" && !m.notice.repeated);
  return own.map(({ notice }) => notice.occurrence);
}

/** Every alert is settled; or it was reported to the failed-alerts queue, as one whose mail was left open twice. */
function expectNothingIsLost(world: ReturnType<typeof createWorld>) {
  const isReported = ({ alertKey }: AlertRecord) => world.failed.some((failure) => failure.alertKey === alertKey);
  for (const alert of world.alerts.values()) {
    if (isReported(alert)) continue;
    expect(alert.running).toBeUndefined();
    expect(alert.settled, "settled").toBe(alert.desired);
  }
  for (const finding of world.hub.values()) {
    const alert = world.alerts.get(alertKeyOf(finding));
    if (isOpen(finding)) expect(alert && isReported(alert), "still NEW, and in no queue").toBeTruthy();
  }
}

function expectToldOnce(world: ReturnType<typeof createWorld>) {
  for (const channel of ["slack", "backlog", "mail"] as const) {
    const told = openings(world.messages, channel);
    expect(new Set(told).size, `${channel} told ${told}`).toBe(told.length);
    const repeats = world.messages.filter((m) => m.channel === channel && m.notice.repeated);
    if (channel !== "mail") expect(repeats).toEqual([]);
  }
}

describe("the life of an alert", () => {
  it("is told once per occurrence, wherever a handler is killed, when events come one after the other", async () => {
    await fc.assert(
      fc.asyncProperty(first, steps, crashes, aborted, async (start, history, crashAt, aborted) => {
        const world = createWorld({ crashAt, aborted });
        let occurrences = 1;
        world.report(start, 2);
        await world.drain();

        for (const step of history) {
          await world.sweepLater(1);
          await world.drain();
          const finding = [...world.hub.values()][0] as Finding;
          const changed = next(finding, step, world.now());
          if (!changed) continue;
          if (isOpen(changed) && !isOpen(finding)) occurrences++;
          world.report(changed, 2);
          await world.drain();
        }
        for (let hour = 0; hour < 4; hour++) {
          await world.sweepLater(1);
          await world.drain();
        }

        expectNothingIsLost(world);
        expectToldOnce(world);
        for (const channel of ["slack", "backlog"] as const) {
          expect(openings(world.messages, channel)).toEqual(Array.from({ length: occurrences }, (_, i) => i + 1));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("loses nothing and tells nothing twice, when events race each other, arrive twice, or not at all", async () => {
    const lost = fc.uniqueArray(fc.nat(12), { maxLength: 3 }).map((at) => new Set(at));
    await fc.assert(
      fc.asyncProperty(
        first,
        steps,
        crashes,
        lost,
        fc.scheduler(),
        async (start, history, crashAt, lostEvents, scheduler) => {
          let free = false;
          const turn = <T>(label: string, call: () => T): Promise<T> =>
            free ? Promise.resolve().then(call) : scheduler.schedule(Promise.resolve(label), label).then(call);
          const world = createWorld({ crashAt, lostEvents, turn });
          world.report(start, 2);
          let finding = start;
          for (const step of history) {
            const changed = next(finding, step, world.now());
            if (changed) world.report(changed, 2);
            finding = changed ?? finding;
          }

          const drained = world.drain();
          await scheduler.waitFor(drained);
          free = true;
          for (let hour = 0; hour < 4; hour++) {
            await world.sweepLater(1);
            await world.drain();
          }

          expectNothingIsLost(world);
          expectToldOnce(world);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("loses nothing when a handler is killed after its k-th I/O call, for every k", async () => {
    const whole = createWorld({ crashAt: new Set() });
    whole.report(aFinding(), 2);
    await whole.drain();

    for (let k = 0; k < whole.calls(); k++) {
      const world = createWorld({ crashAt: new Set([k]) });
      world.report(aFinding(), 2);
      await world.drain();

      expectNothingIsLost(world);
      expectToldOnce(world);
      expect(openings(world.messages, "slack")).toEqual([1]);
    }
  });

  it("parks an alert that a required channel refuses, tells the others, reports it once and leaves the finding NEW", async () => {
    const world = createWorld({ crashAt: new Set(), broken: "backlog" });
    world.report(aFinding(), 2);
    await world.drain();
    await world.sweepLater(3);
    await world.drain();

    const [alert] = world.alerts.values();
    expect(world.messages.map(({ channel }) => channel).sort()).toEqual(["mail", "slack"]);
    expect([...world.hub.values()][0]?.workflow).toBe("NEW");
    expect(world.failed).toHaveLength(1);
    expect(alert?.parkings).toBe(2);
    expect(alert?.settled).toBe(0);
  });

  it("leaves alone what is NEW but passes or can't be checked", async () => {
    const world = createWorld({ crashAt: new Set() });
    world.report(aFinding({ compliance: "NOT_AVAILABLE" }));
    world.report(aFinding({ id: "prowler-1", compliance: "PASSED" }));
    await world.drain();

    await world.sweepLater();

    expect(world.queue).toEqual([]);
  });

  it("is told once where Security Hub does not show a finding yet when settle reads it", async () => {
    let hidden = false;
    const world = createWorld({
      crashAt: new Set(),
      turn: async (label, call) => {
        if (label !== "getFindings" || hidden) return call();
        hidden = true;
        const shown = [...world.hub];
        world.hub.clear();
        const nothing = call();
        for (const [key, finding] of shown) world.hub.set(key, finding);
        return nothing;
      },
    });
    world.report(aFinding());
    await world.drain();
    await world.sweepLater();
    await world.drain();

    expect(hidden).toBe(true);
    expect([...world.hub.values()][0]?.workflow).toBe("NOTIFIED");
    expect(openings(world.messages, "slack")).toEqual([1]);
  });

  it("leaves what a person suppressed before settle reads it", async () => {
    const suppress = { done: false };
    const world = createWorld({
      crashAt: new Set(),
      turn: async (label, call) => {
        const hub = world.hub.get([...world.hub.keys()][0] ?? "");
        if (label === "getFindings" && hub && !suppress.done) {
          hub.workflow = "SUPPRESSED";
          suppress.done = true;
        }
        return call();
      },
    });
    world.report(aFinding());
    await world.drain();

    expect(suppress.done).toBe(true);
    expect([...world.hub.values()][0]?.workflow).toBe("SUPPRESSED");
  });
});
