import { describe, expect, it } from "vitest";
import type { AlertRecord, FindingRecord } from "../../../handlers/alert/record";
import { reopenFailing } from "../../../handlers/alert/reopenFailing";
import { control, lastInSlack, onlyAlert, toldOf, workflows } from "./told";
import { aFinding, type World } from "./world";
import type { WorldOptions } from "./worldOptions";

const LONG_AGO = "2026-01-01T00:00:00.000Z";
const START = Date.parse("2026-03-01T00:00:00Z");

it("tells what Security Hub refused also where time is up before it is through", async () => {
  let clock = START;
  const asked: string[] = [];
  const members = (alertKey: string) => [{ id: alertKey, failingSince: LONG_AGO } as FindingRecord];
  const ports = {
    store: {
      closedButFailing: async () => ["first", "second"].map((alertKey) => ({ alertKey }) as AlertRecord),
      members: async (alertKey: string) => members(alertKey),
    },
    findings: {
      get: async (ids: readonly { id: string }[]) =>
        ids.map(({ id }) => aFinding({ id, compliance: "FAILED", workflow: "RESOLVED" })),
      setWorkflow: async (marked: readonly { id: string }[]) => {
        clock += 60_000;
        asked.push(...marked.map(({ id }) => id));
        return marked.map(() => "ConcurrentUpdateError");
      },
    },
    later: async () => undefined,
    now: () => new Date(clock).toISOString(),
    ...{ afterSeconds: 86_400, note: "still failing", budgetMs: 30_000 },
  };

  await expect(reopenFailing(ports)).rejects.toThrow("1 findings NEW: first: ConcurrentUpdateError");
  expect(asked).toEqual(["first"]);
});

const failing = async (world: World) => (await world.store.closedButFailing("~")).map(({ alertKey }) => alertKey);

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
