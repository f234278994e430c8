import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isClosedButFailing } from "../../../handlers/alert/failing";
import type { AlertRecord } from "../../../handlers/alert/record";
import type { Channel, Finding } from "../../../handlers/alert/types";
import { alike, expectAsInSecurityHub, isLive, next, steps } from "./history";
import { aFinding, createWorld, type Message, type World } from "./world";

const isOpen = (f: Finding) => f.record === "ACTIVE" && f.workflow === "NEW" && f.compliance !== "PASSED";
const crashes = fc.uniqueArray(fc.nat(150), { maxLength: 6 }).map((at) => new Set(at));
const aborted = fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { maxLength: 2 }).map((nth) => new Set(nth));

const timings = fc.constantFrom(
  { groupWaitSeconds: 0, groupIntervalSeconds: 0 },
  { groupWaitSeconds: 30, groupIntervalSeconds: 300 },
);

/** Messages that open an occurrence, by channel and occurrence; a mail that says of itself that it is a repeat aside. */
function openings(messages: readonly Message[], channel: Channel) {
  const isOpening = ({ notice: { kind, repeated } }: Message) =>
    (kind === "opened" || kind === "reopened" || kind === "openedAndClosed") && !repeated;
  return messages.filter((m) => m.channel === channel && isOpening(m)).map(({ notice }) => notice.occurrence);
}

/** Every alert is settled; or it was reported to the failed-alerts queue, as one whose mail was left open twice. */
function expectNothingIsLost(world: World) {
  const isReported = ({ alertKey }: AlertRecord) => world.failed.some((failure) => failure.alertKey === alertKey);
  for (const alert of world.alerts.values()) {
    const members = [...world.records.values()].filter(({ alertKey }) => alertKey === alert.alertKey);
    expect(alert.open, "open findings counted").toBe(members.filter(({ state }) => state === "open").length);
    expect(alert.state).toBe(alert.open > 0 ? "open" : "closed");
    expect(alert.findings).toBe(members.length);
    if (isReported(alert)) continue;
    expect(alert.running).toBeUndefined();
    expect(alert.settled, "settled").toBe(alert.desired);
  }
  for (const finding of world.hub.values()) {
    const alert = world.alertOf(finding);
    if (isOpen(finding)) expect(alert && isReported(alert), "still NEW, and in no queue").toBeTruthy();
  }
}

function expectToldOnce(world: World) {
  for (const channel of ["slack", "backlog", "mail"] as const) {
    const told = openings(world.messages, channel);
    expect(new Set(told).size, `${channel} told ${told}`).toBe(told.length);
    const repeats = world.messages.filter((m) => m.channel === channel && m.notice.repeated);
    if (channel !== "mail") expect(repeats).toEqual([]);
  }
}

/** What the last word in a channel says is how it is: closed or open, with all its resources. */
function expectLastWord(world: World, channel: Channel) {
  for (const alert of world.alerts.values()) {
    const { notice } = world.messages.filter((m) => m.channel === channel).at(-1) ?? {};
    const isClosed = notice?.kind === "closed" || notice?.kind === "openedAndClosed";
    expect(isClosed ? "closed" : "open", `last word in ${channel}`).toBe(alert.state);
    if (alert.state === "closed") continue;
    const open = [...world.records.values()].filter(({ state }) => state === "open");
    const resources = open.flatMap((finding) => finding.resources.map(({ id }) => id));
    expect(notice?.finding.resources.map(({ id }) => id)).toEqual(expect.arrayContaining(resources));
    expect(notice?.finding.resources.length).toBe(notice?.finding.resourceCount);
  }
}

/** A person closes the issues; nothing had changed since they were told, so that nothing is left. */
async function takeBackAll(world: World, step: "close" | "wontFix") {
  world.closeIssues(step === "wontFix" ? 1 : 0);
  await world.takeBackLater();
  await world.drain();
  expect([...world.hub.values()].filter(isLive), "open after its issue was closed").toEqual([]);
}

describe("the life of an alert", () => {
  it("is told once per occurrence, wherever a handler is killed, when events come one after the other", async () => {
    await fc.assert(
      fc.asyncProperty(alike, steps, crashes, aborted, timings, async (start, history, crashAt, aborted, timing) => {
        const world = createWorld({ crashAt, aborted, timing });
        let occurrences = 1;
        for (const finding of start) world.report(finding, 2);
        await world.drain();

        for (const { step, nth } of history) {
          await world.sweepLater(1);
          await world.drain();
          const findings = [...world.hub.values()];
          if (step === "close" || step === "wontFix") {
            await takeBackAll(world, step);
            continue;
          }
          if (step === "fortnight") {
            if (!findings.some(isLive) && findings.some(isClosedButFailing)) occurrences++;
            await world.reopenFailingLater();
            await world.drain();
            continue;
          }
          const finding = findings[nth % findings.length] as Finding;
          const changed = next(finding, step, world.now());
          if (!changed) continue;
          const goesOn = finding.workflow === "RESOLVED" && step === "active";
          const others = findings.filter((other) => other !== finding);
          if (!findings.some(isLive) && [changed, ...others].some((f) => isLive(f) || (f === changed && goesOn))) {
            occurrences++;
          }
          world.report(changed, 2);
          await world.drain();
        }
        for (let hour = 0; hour < 4; hour++) {
          await world.sweepLater(1);
          await world.drain();
        }

        expectNothingIsLost(world);
        expectToldOnce(world);
        expect(world.overwritten).toEqual([]);
        expect(world.alerts.size).toBe(1);
        for (const channel of ["slack", "backlog"] as const) {
          expect(openings(world.messages, channel)).toEqual(Array.from({ length: occurrences }, (_, i) => i + 1));
          expectLastWord(world, channel);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("loses nothing and tells nothing twice, when events race each other, arrive twice, or not at all", async () => {
    const lost = fc.uniqueArray(fc.nat(12), { maxLength: 3 }).map((at) => new Set(at));
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(alike, steps, crashes, lost, timings),
        fc.scheduler(),
        async ([start, history, crashAt, lostEvents, timing], scheduler) => {
          let free = false;
          const turn = <T>(label: string, call: () => T): Promise<T> =>
            free ? Promise.resolve().then(call) : scheduler.schedule(Promise.resolve(label), label).then(call);
          const world = createWorld({ crashAt, lostEvents, turn, timing });
          const findings = [...start];
          for (const finding of findings) world.report(finding, 2);
          for (const { step, nth } of history) {
            const changed = next(findings[nth % findings.length] as Finding, step, world.now());
            if (!changed) continue;
            findings[nth % findings.length] = changed;
            world.report(changed, 2);
          }

          const closing = history.filter(({ step }) => step === "close" || step === "wontFix");
          const persons = async () => {
            for (const { step, nth } of closing) {
              for (let turns = 0; turns < 20 * (nth + 1); turns++) await turn("person", () => undefined);
              world.closeIssues(step === "wontFix" ? 1 : 0);
              await world.takeBackLater();
            }
          };
          await scheduler.waitFor(Promise.all([world.drain(), persons()]));
          free = true;
          await world.takeBackLater();
          await world.drain();
          for (let hour = 0; hour < 4; hour++) {
            await world.sweepLater(1);
            await world.drain();
          }
          for (let day = 0; day < 2; day++) {
            await world.checkLater();
            await world.drain();
          }

          expectNothingIsLost(world);
          expectToldOnce(world);
          expect(world.overwritten).toEqual([]);
          expectAsInSecurityHub(world);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("tells what the budget has no room for in a digest, once, wherever a handler is killed", async () => {
    const many = fc.array(fc.constantFrom("HIGH", "CRITICAL", "HIGH"), { minLength: 1, maxLength: 6 });
    const isQuiet = fc.boolean();
    await fc.assert(
      fc.asyncProperty(
        many,
        crashes,
        fc.integer({ min: 1, max: 2 }),
        isQuiet,
        async (found, crashAt, budget, quiet) => {
          const digestOf = ({ id }: Finding) => (quiet && id === "finding-0" ? ("quiet" as const) : undefined);
          const world = createWorld({ crashAt, hourlyBudget: budget, digestOf });
          for (const [i, severity] of found.entries()) {
            world.report(aFinding({ id: `finding-${i}`, severity: severity as Finding["severity"] }), 2);
          }
          await world.drain();
          for (let day = 0; day < 3; day++) {
            await world.digestTomorrow();
            await world.drain();
            await world.sweepLater(1);
            await world.drain();
          }

          expectNothingIsLost(world);
          for (const channel of ["slack", "mail"] as const) {
            const own = world.messages.filter((m) => m.channel === channel);
            const parts = world.digests.filter((sent) => sent.channel === channel);
            const told = (repeated: boolean) => [
              ...own.flatMap(({ notice }) => (repeated || !notice.repeated ? [notice.alertKey] : [])),
              ...parts.flatMap((sent) =>
                repeated || !sent.repeated ? sent.part.entries.map(({ alertKey }) => alertKey) : [],
              ),
            ];
            expect(new Set(told(true))).toEqual(new Set(world.alerts.keys()));
            expect(new Set(told(false)).size).toBe(told(false).length);
            if (channel === "slack") expect(new Set(parts.map(({ part }) => part.id)).size).toBe(parts.length);
          }
        },
      ),
      { numRuns: 500 },
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
