import { describe, expect, it } from "vitest";
import type { Channel } from "../../../handlers/alert/types";
import { aFinding, createWorld } from "./world";
import type { WorldOptions } from "./worldOptions";

/** An alert that Backlog refused, and a person who has mended that and redrives it. `k`: intake is killed after that call of it. */
async function mended(options: Partial<WorldOptions> & { k?: number } = {}) {
  const crashAt = new Set<number>();
  const settings: WorldOptions = { crashAt, broken: "backlog", ...options };
  const world = createWorld(settings);
  world.report(aFinding());
  await world.drain();
  const reports = world.failed.length;
  const before = world.calls();
  if (options.k !== undefined) crashAt.add(before + options.k);
  return { world, reports, mend: () => (settings.broken = undefined), before };
}
const toldIn = (world: ReturnType<typeof createWorld>, channel: Channel) =>
  world.messages.filter((message) => message.channel === channel).map(({ notice }) => notice.kind);
const alertIn = (world: ReturnType<typeof createWorld>) => [...world.alerts.values()][0];

describe("a redrive", () => {
  it("wakes what was parked at once, in the channel that has not told it alone", async () => {
    const { world, mend } = await mended();
    const parked = alertIn(world)?.parkedAt;

    mend();
    world.redrive();
    await world.drain();

    expect(parked).toBeDefined();
    for (const channel of ["slack", "backlog", "mail"] as const) expect(toldIn(world, channel)).toEqual(["opened"]);
    expect(alertIn(world)).toMatchObject({ settled: 1, desired: 1 });
    expect(world.hub.values().next().value?.workflow).toBe("NOTIFIED");
  });

  it("tells an alert that is settled where a channel that is not required gave it up", async () => {
    const { world, mend, reports } = await mended({ required: ["slack"] });
    const settled = { ...alertIn(world) };

    mend();
    world.redrive();
    await world.drain();

    expect(settled).toMatchObject({ settled: 1, desired: 1 });
    expect(reports).toBe(1);
    expect(toldIn(world, "backlog")).toEqual(["opened"]);
    expect(toldIn(world, "slack")).toEqual(["opened"]);
    expect(alertIn(world)?.running).toBeUndefined();
  });

  it("leaves alone what has been told in the meantime, and what is not known", async () => {
    const { world, mend } = await mended();
    mend();
    await world.sweepLater();
    await world.drain();
    const calls = world.calls();

    world.redrive();
    world.queue.push({ redrive: "unknown" });
    await world.drain();

    expect(toldIn(world, "backlog")).toEqual(["opened"]);
    // It is looked at once, and so is the unknown one.
    expect(world.calls() - calls).toBe(2);
  });

  it("is reported again where it fails again, be it the same version", async () => {
    const { world, reports } = await mended();

    world.redrive();
    await world.drain();

    expect(reports).toBe(1);
    expect(world.failed).toHaveLength(1);
    expect(alertIn(world)?.parkedAt).toBeDefined();
  });

  it("goes on with an alert that is settled where the execution that it started was ended", async () => {
    const { world, mend } = await mended({ required: ["slack"], aborted: new Set([2]) });
    mend();
    world.redrive();
    await world.drain();
    const { alertKey = "", running } = alertIn(world) ?? {};

    world.queue.push({ redrive: alertKey });
    await world.drain();

    expect(running).toMatch(/-2$/);
    expect(alertIn(world)).toMatchObject({ settled: 1, desired: 1, attempt: 3 });
    expect(alertIn(world)?.running).toBeUndefined();
  });

  it.each<{ required: Channel[] }>([{ required: ["slack", "backlog"] }, { required: ["slack"] }])(
    "loses and repeats nothing where anything is killed after any of its calls ($required)",
    async ({ required }) => {
      for (let k = 0; k < 30; k++) {
        const { world, mend } = await mended({ k, required });
        mend();

        world.redrive();
        await world.drain();

        expect(toldIn(world, "backlog"), `killed after call ${k}`).toEqual(["opened"]);
        expect(alertIn(world)).toMatchObject({ settled: 1, desired: 1 });
        expect(alertIn(world)?.running).toBeUndefined();
      }
    },
  );
});
