import { describe, expect, it } from "vitest";
import { slowDown } from "../../../handlers/alert/errors";
import type { Finding } from "../../../handlers/alert/types";
import { control, lastInSlack, onlyAlert, toldOf, workflows } from "./told";
import { aFinding, type World } from "./world";

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

    expect(onlyAlert(world)).toMatchObject({ state: "open", occurrence: 2, continuesFrom: 1 });
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
