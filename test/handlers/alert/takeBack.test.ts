import { describe, expect, it } from "vitest";
import { slowDown } from "../../../handlers/alert/errors";
import type { Finding } from "../../../handlers/alert/types";
import { aFinding, createWorld, type WorldOptions } from "./world";

const control = (changes: Partial<Finding> = {}): Finding =>
  aFinding({
    ...{ compliance: "FAILED", control: "S3.8", title: "S3 buckets should block public access" },
    ...{ resources: [{ type: "AwsS3Bucket", id: "arn:aws:s3:::one" }], resourceCount: 1 },
    ...changes,
  });

/** A world in which these findings were told. */
async function toldOf(findings: readonly Finding[], options: Partial<WorldOptions> = {}) {
  const world = createWorld({ crashAt: new Set(), ...options });
  for (const finding of findings) world.report(finding);
  await world.drain();
  return world;
}
type World = Awaited<ReturnType<typeof toldOf>>;

const workflows = (world: World) => [...world.hub.values()].map(({ workflow }) => workflow);
const onlyAlert = (world: World) => {
  const [alert, ...others] = world.alerts.values();
  if (!alert || others.length > 0) throw new Error(`there are ${world.alerts.size} alerts, not one`);
  return alert;
};
const lastInSlack = (world: World) => world.messages.filter(({ channel }) => channel === "slack").at(-1)?.notice;
const failing = async (world: World) => (await world.store.closedButFailing("~")).map(({ alertKey }) => alertKey);

describe("an issue that a person has closed", () => {
  it.each([
    [0, "RESOLVED", "resolved"],
    [1, "SUPPRESSED", "suppressed"],
  ] as const)("closes the findings of its alert: resolution %i sets them %s", async (resolution, status, outcome) => {
    const world = await toldOf([control({ id: "one" }), control({ id: "two", region: "us-east-1" })]);
    world.closeIssues(resolution);

    await world.takeBackLater();
    await world.drain();

    expect(workflows(world)).toEqual([status, status]);
    expect(onlyAlert(world)).toMatchObject({ state: "closed", outcome });
    expect(lastInSlack(world)).toMatchObject({ kind: "closed", outcome, findings: 2 });
    expect(world.takenBack).toEqual([expect.objectContaining({ status, set: 2, left: [] })]);
  });

  it("does so although the control was checked again meanwhile, which moves UpdatedAt", async () => {
    const world = await toldOf([control()]);
    world.report(control({ workflow: "NOTIFIED", updatedAt: world.now() }));
    await world.drain();
    world.closeIssues();

    await world.takeBackLater();

    expect(workflows(world)).toEqual(["RESOLVED"]);
  });

  it.each<[string, Partial<Finding>]>([
    ["worse by now", { severity: "CRITICAL" }],
    ["more resources by now", { resourceCount: 2 }],
    ["seen again after the issue was closed", { activity: 2, lastSeen: "2027-01-01T00:00:00.000Z" }],
  ])("leaves alone what has changed since, and opens the issue again: %s", async (reason, changes) => {
    const lost = new Set(Array.from({ length: 50 }, (_, i) => i + 2));
    const finding = aFinding({ activity: 1, lastSeen: "2026-01-01T00:00:00.000Z" });
    const world = await toldOf([finding], { lostEvents: lost });
    world.closeIssues();
    world.report({ ...finding, workflow: "NOTIFIED", updatedAt: world.now(), ...changes });

    await world.takeBackLater();

    expect(workflows(world)).toEqual(["NOTIFIED"]);
    expect(world.takenBack).toEqual([
      expect.objectContaining({ set: 0, left: [{ id: "finding-1", reason, isOpen: true }] }),
    ]);
    expect([...world.issues.values()]).toMatchObject([{ isClosed: false, resolution: undefined }]);
  });

  it("closes what had been told in it, and not what joined after it was closed", async () => {
    const world = await toldOf([control({ id: "one" })]);
    world.closeIssues();
    world.report(control({ id: "two", resources: [{ type: "AwsS3Bucket", id: "arn:aws:s3:::two" }] }));
    await world.drain();

    await world.takeBackLater();
    await world.drain();

    expect(workflows(world)).toEqual(["RESOLVED", "NOTIFIED"]);
    expect(onlyAlert(world)).toMatchObject({ state: "open", open: 1 });
    expect([...world.issues.values()]).toMatchObject([{ isClosed: false }]);
  });

  it.each(["SUPPRESSED", "RESOLVED"] as const)("leaves a person's %s, set while it was read", async (workflow) => {
    let world: World | undefined;
    world = await toldOf([control()], {
      turn: async (label, call) => {
        const [finding] = world?.hub.values() ?? [];
        if (label === "closing" && finding) finding.workflow = workflow;
        return call();
      },
    });
    world.closeIssues(workflow === "RESOLVED" ? 1 : 0);

    await world.takeBackLater();

    expect(workflows(world)).toEqual([workflow]);
    expect(world.takenBack).toMatchObject([{ set: 0, left: [{ reason: workflow, isOpen: false }] }]);
  });

  it("is none where hakken has closed it itself", async () => {
    const world = await toldOf([control()]);
    world.closeIssues();
    for (const issue of world.issues.values()) if (issue.closing) issue.closing.isOwn = true;

    await world.takeBackLater();

    expect(workflows(world)).toEqual(["NOTIFIED"]);
    expect(world.takenBack).toEqual([]);
  });

  it("counts for the occurrence that it was filed for, and no later one", async () => {
    const world = await toldOf([control()], { reopenWithinSeconds: 0 });
    world.report(control({ compliance: "PASSED", workflow: "RESOLVED", updatedAt: world.now() }));
    await world.drain();
    world.report(control({ updatedAt: world.now() }));
    await world.drain();
    const [first] = world.issues.values();
    // As if a person had closed the first one, and not hakken.
    if (first?.closing) first.closing.isOwn = false;

    await world.takeBackLater();

    expect(world.issues.size).toBe(2);
    expect(workflows(world)).toEqual(["NOTIFIED"]);
  });

  it("is not taken for the next occurrence while that is not yet told in it", async () => {
    const late: { world?: World } = {};
    const world = await toldOf([control()], {
      turn: async (label, call) => {
        if (label === "send backlog") await late.world?.takeBackLater();
        return call();
      },
    });
    world.closeIssues();
    await world.takeBackLater();
    await world.drain();
    late.world = world;
    world.report(control({ updatedAt: world.now() }));

    await world.drain();

    expect(onlyAlert(world)).toMatchObject({ state: "open", occurrence: 2, continues: true });
    expect(world.takenBack).toHaveLength(1);
    expect(workflows(world)).toEqual(["NOTIFIED"]);
  });

  it("is read again where the event of its closing was lost", async () => {
    const world = await toldOf([control()], { lostEvents: new Set([2]) });
    world.closeIssues();
    await world.takeBackLater();
    await world.drain();
    const before = onlyAlert(world).state;

    await world.takeBackLater();
    await world.drain();

    expect([before, onlyAlert(world).state]).toEqual(["open", "closed"]);
  });

  it("closes its findings once, wherever the poll is killed", async () => {
    const whole = await toldOf([control({ id: "one" }), control({ id: "two" })]);
    const before = whole.calls();
    whole.closeIssues();
    await whole.takeBackLater();
    const calls = whole.calls() - before;

    expect(calls).toBeGreaterThan(6);
    for (let k = 0; k < calls; k++) {
      const world = await toldOf([control({ id: "one" }), control({ id: "two" })], { crashAt: new Set([before + k]) });
      world.closeIssues();
      await world.takeBackLater();
      await world.drain();

      expect(workflows(world)).toEqual(["RESOLVED", "RESOLVED"]);
      expect(onlyAlert(world).state).toBe("closed");
      expect(world.messages.filter(({ notice }) => notice.kind === "closed")).toHaveLength(2);
    }
  });
});

describe("the cursor", () => {
  const two = [aFinding({ id: "one" }), aFinding({ id: "two" })];

  it("goes to the last change of what was seen to, and what is older is not looked at again", async () => {
    const world = await toldOf(two);
    world.closeIssues();
    await world.takeBackLater();
    const last = [...world.issues.values()].map(({ updatedAt }) => updatedAt).sort()[1];
    const asked: string[] = [];

    await world.takeBackLater({
      issues: { ...world.port, closedSince: async (time) => asked.splice(0, 1, time) && [] },
    });

    expect(world.cursor.time).toBe(last);
    expect(Date.parse(last ?? "") - Date.parse(asked[0] ?? "")).toBe(3_600_000);
  });

  it("begins a day ago", async () => {
    const world = await toldOf([]);
    const asked: string[] = [];

    await world.takeBackLater({
      issues: { ...world.port, closedSince: async (time) => asked.splice(0, 1, time) && [] },
    });

    const hours = (Date.parse(world.now()) - Date.parse(asked[0] ?? "")) / 3_600_000;
    expect(hours).toBeCloseTo(25, 1);
  });

  it("stays before an issue that fails, while the others are taken back", async () => {
    const world = await toldOf(two);
    world.closeIssues();
    const [first, second] = [...world.issues.keys()];
    const closing = async (key: string) => {
      if (key === first) throw new Error("Backlog answered GET issues with HTTP 500");
      return world.port.closing(key);
    };

    const failed = await world.takeBackLater({ issues: { ...world.port, closing } }).catch((error: Error) => error);

    expect(String(failed)).toContain(`1 of 2 closed issues could not be taken back: ${first}: Error: Backlog answered`);
    expect(workflows(world).sort()).toEqual(["NOTIFIED", "RESOLVED"]);
    expect((world.cursor.time ?? "") < (world.issues.get(second ?? "")?.updatedAt ?? "")).toBe(true);
    await world.takeBackLater();
    expect(workflows(world)).toEqual(["RESOLVED", "RESOLVED"]);
  });

  it("stays where Backlog asks for patience, which is no failure, and where time is up", async () => {
    const world = await toldOf(two);
    world.closeIssues();
    const closing = async () => {
      throw slowDown(30, "Backlog asks to slow down");
    };

    await world.takeBackLater({ issues: { ...world.port, closing } });
    const patient = world.cursor.time;
    await world.takeBackLater({ budgetMs: 0 });

    expect(workflows(world)).toEqual(["NOTIFIED", "NOTIFIED"]);
    expect(world.cursor.time).toBe(patient);
    await world.takeBackLater();
    expect(workflows(world)).toEqual(["RESOLVED", "RESOLVED"]);
  });
});

describe("a control that still fails, though somebody has set it RESOLVED", () => {
  const closed = async (options: Partial<WorldOptions> = {}) => {
    const world = await toldOf([control()], options);
    world.closeIssues();
    await world.takeBackLater();
    await world.drain();
    return world;
  };

  it.each([
    [7, 2, "opened"],
    [30, 1, "reopened"],
  ] as const)(
    "is known as such, and is told again after a fortnight; reopenWithin %i days: %i issues",
    async (days, issues, kind) => {
      const world = await closed({ reopenWithinSeconds: days * 86_400 });
      const known = await failing(world);
      await world.reopenFailingLater(1);
      const early = workflows(world);

      await world.reopenFailingLater(14);
      await world.drain();

      expect(known).toEqual([onlyAlert(world).alertKey]);
      expect(early).toEqual(["RESOLVED"]);
      expect(lastInSlack(world)).toMatchObject({ kind, occurrence: 2 });
      expect(world.issues.size).toBe(issues);
      expect(workflows(world)).toEqual(["NOTIFIED"]);
      expect(await failing(world)).toEqual([]);
    },
  );

  it("is over once the control passes, is suppressed or is gone, even where no event tells of it", async () => {
    for (const change of [{ compliance: "PASSED" }, { workflow: "SUPPRESSED" }, undefined] as const) {
      for (const lostEvents of [new Set<number>(), new Set([3, 4])]) {
        const world = await closed({ lostEvents });
        if (change) world.report(control({ workflow: "RESOLVED", updatedAt: world.now(), ...change }));
        else world.remove(control());
        await world.drain();

        await world.reopenFailingLater();
        await world.drain();

        expect(await failing(world)).toEqual([]);
        expect(onlyAlert(world)).toMatchObject({ state: "closed", occurrence: 1 });
        expect(workflows(world)).not.toContain("NEW");
      }
    }
  });

  it("is one by Security Hub's console too, beside findings that are open", async () => {
    const world = await toldOf([control({ id: "one" }), control({ id: "two" })]);
    world.report(control({ id: "one", workflow: "RESOLVED" }));
    await world.drain();

    expect(onlyAlert(world)).toMatchObject({ state: "open", open: 1, failing: 1 });
    await world.reopenFailingLater();
    await world.drain();

    expect(onlyAlert(world)).toMatchObject({ state: "open", open: 2, occurrence: 1 });
    expect(onlyAlert(world).failing).toBeUndefined();
  });

  it("stays known where word of what it was before comes late", async () => {
    const world = await closed();
    world.queue.push({ report: { finding: control({ workflow: "SUPPRESSED" }), eventTime: world.now() } });

    await world.drain();

    expect(await failing(world)).toEqual([onlyAlert(world).alertKey]);
  });

  it("is told again by the time of each finding, not of its alert", async () => {
    const world = await toldOf([control({ id: "one" }), control({ id: "two" })]);
    world.report(control({ id: "one", workflow: "RESOLVED" }));
    await world.drain();
    await world.reopenFailingLater(12);
    world.report(control({ id: "two", workflow: "RESOLVED" }));
    await world.drain();

    await world.reopenFailingLater(2);
    await world.drain();

    expect(workflows(world)).toEqual(["NOTIFIED", "RESOLVED"]);
    expect(onlyAlert(world)).toMatchObject({ state: "open", open: 1, failing: 1 });
  });

  it("is not where it has no control, or is SUPPRESSED", async () => {
    const world = await toldOf([aFinding()]);
    world.report(aFinding({ workflow: "RESOLVED" }));
    const suppressed = await toldOf([control()]);
    suppressed.report(control({ workflow: "SUPPRESSED" }));
    await Promise.all([world.drain(), suppressed.drain()]);

    expect([await failing(world), await failing(suppressed)]).toEqual([[], []]);
  });
});
