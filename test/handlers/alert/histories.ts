import fc from "fast-check";
import { expect } from "vitest";
import { isClosedButFailing } from "../../../handlers/alert/failing";
import type { AlertRecord } from "../../../handlers/alert/record";
import type { Channel, Finding } from "../../../handlers/alert/types";
import { alike, expectAsInSecurityHub, isLive, next, steps } from "./history";
import type { Message } from "./memoryServices";
import { aFinding, type createWorld, type World } from "./world";

/** A world around the handlers' code; or around one whose rules are broken. */
export type CreateWorld = typeof createWorld;

const isOpen = (f: Finding) => f.record === "ACTIVE" && f.workflow === "NEW" && f.compliance !== "PASSED";
const crashes = fc.uniqueArray(fc.nat(150), { maxLength: 6 }).map((at) => new Set(at));
const aborted = fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { maxLength: 2 }).map((nth) => new Set(nth));

const timings = fc.constantFrom(
  { groupWaitSeconds: 0, groupIntervalSeconds: 0 },
  { groupWaitSeconds: 30, groupIntervalSeconds: 300 },
);

/** Messages that open an occurrence, by channel and occurrence; a mail that says of itself that it is a repeat aside. */
export function openings(messages: readonly Message[], channel: Channel) {
  const isOpening = ({ notice: { kind, repeated } }: Message) =>
    (kind === "opened" || kind === "reopened" || kind === "openedAndClosed") && !repeated;
  return messages.filter((m) => m.channel === channel && isOpening(m)).map(({ notice }) => notice.occurrence);
}

/** Every alert is settled; or it was reported to the failed-alerts queue, as one whose mail was left open twice. */
export function expectNothingIsLost(world: World) {
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

export function expectToldOnce(world: World) {
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

/** A person closes the issues; where nothing had changed since they were told, nothing is left. */
async function takeBackAll(world: World, step: "close" | "wontFix") {
  // Where somebody aborted its executions, the sweeper's too, it may not stand there yet: then it is none of what the person closes.
  const isThere = [...world.alerts.values()].every(({ told, desired }) => (told.backlog?.version ?? 0) >= desired);
  world.closeIssues(step === "wontFix" ? 1 : 0);
  await world.takeBackLater();
  await world.drain();
  if (isThere) expect([...world.hub.values()].filter(isLive), "open after its issue was closed").toEqual([]);
}

/** Events come one after the other: so it is known which occurrence each is. */
export function inSequence(createWorld: CreateWorld) {
  return fc.asyncProperty(alike, steps, crashes, aborted, timings, async (start, history, crashAt, aborted, timing) => {
    const world = createWorld({ crashAt, aborted, timing });
    let occurrences = 1;
    for (const finding of start) world.report(finding, 2);
    await world.drain();
    // Without the sweeper, wherever a handler was killed: only an execution that somebody has aborted needs it (R2).
    if (aborted.size === 0) expectNothingIsLost(world);

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
  });
}

/** Events race each other, arrive twice, or not at all. */
export function racing(createWorld: CreateWorld) {
  const lost = fc.uniqueArray(fc.nat(12), { maxLength: 3 }).map((at) => new Set(at));
  return fc.asyncProperty(
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
  );
}

/** More than a budget has room for. */
export function leftToDigests(createWorld: CreateWorld) {
  const many = fc.array(fc.constantFrom("HIGH", "CRITICAL", "HIGH"), { minLength: 1, maxLength: 6 });
  const isQuiet = fc.boolean();
  return fc.asyncProperty(
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
        // A mail that was left open twice is in the failed-alerts queue.
        const failed = world.failed.map(({ alertKey }) => alertKey);
        expect(new Set([...told(true), ...failed])).toEqual(new Set([...world.alerts.keys()]));
        expect(new Set(told(false)).size).toBe(told(false).length);
        if (channel === "slack") expect(new Set(parts.map(({ part }) => part.id)).size).toBe(parts.length);
      }
    },
  );
}

/** A channel refuses an alert for good: the others tell it, it is reported once, parked, and tried again. */
export async function parking(createWorld: CreateWorld) {
  const world = createWorld({ crashAt: new Set(), broken: "backlog" });
  world.report(aFinding(), 2);
  await world.drain();
  await world.sweepLater(3);
  await world.drain();

  const [alert] = world.alerts.values();
  expect(world.messages.map(({ channel }) => channel).sort()).toEqual(["mail", "slack"]);
  expect([...world.hub.values()][0]?.workflow).toBe("NEW");
  expect(world.failed).toHaveLength(1);
  expect(alert).toMatchObject({ parkings: 2, settled: 0 });
}

/** An alert that was reported and told meanwhile is redriven: nothing happens. */
export async function redrivingWhatSettled(createWorld: CreateWorld) {
  const world = createWorld({ crashAt: new Set() });
  world.report(aFinding());
  await world.drain();
  const alert = structuredClone([...world.alerts.values()][0]);
  world.queue.push({ redrive: alert?.alertKey ?? "" });
  await world.drain();

  expect([...world.alerts.values()][0]).toEqual(alert);
  expect(world.messages).toHaveLength(3);
}
