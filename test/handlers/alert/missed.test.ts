import { describe, expect, it } from "vitest";
import { onlyAlert } from "./told";
import { aFinding, createWorld } from "./world";
import type { WorldOptions } from "./worldOptions";

type Turn = "closes" | "opens";

/** An alert that every channel has told goes on so while Backlog takes nothing, and Backlog takes messages again after it. */
async function missedByBacklog(turns: readonly Turn[], settings: Partial<WorldOptions> = {}) {
  const options: WorldOptions = Object.assign(settings, { crashAt: new Set<number>() });
  const world = createWorld(options);
  const goOn = async (next: readonly Turn[]) => {
    for (const turn of next) {
      world.report(aFinding({ record: turn === "closes" ? "ARCHIVED" : "ACTIVE", updatedAt: world.now() }));
      await world.drain();
    }
  };
  await goOn(["opens"]);
  options.broken = "backlog";
  await goOn(turns);
  options.broken = undefined;
  // Past every back-off.
  await world.sweepLater(25);
  await world.drain();
  const inBacklog = () => world.messages.filter(({ channel }) => channel === "backlog");
  const words = () => inBacklog().map(({ notice, parent }) => [notice.kind, parent]);
  const [first] = world.messages.flatMap(({ channel }, i) => (channel === "backlog" ? [String(i + 1)] : []));
  return { world, goOn, words, first };
}

describe("an occurrence that a channel misses", () => {
  it("leaves the alert in the message of the one before it", async () => {
    const { world, goOn, words, first } = await missedByBacklog(["closes", "opens", "closes", "opens"]);
    await goOn(["closes"]);

    expect(onlyAlert(world)).toMatchObject({ state: "closed", occurrence: 3, continuesFrom: 1 });
    expect(words()).toEqual([
      ["opened", undefined],
      ["reopened", first],
      ["closed", first],
    ]);
  });

  it("is closed in the message that still says open", async () => {
    const { words, first } = await missedByBacklog(["closes", "opens", "closes"]);

    expect(words()).toEqual([
      ["opened", undefined],
      ["closed", first],
    ]);
  });

  it("leaves no message open, however long it was closed before it opened again", async () => {
    const { world, words, first } = await missedByBacklog(["closes", "opens"], { reopenWithinSeconds: 0 });

    expect(onlyAlert(world)).toMatchObject({ occurrence: 2, continuesFrom: 2 });
    expect(words()).toEqual([
      ["opened", undefined],
      ["reopened", first],
    ]);
  });

  it("leaves the next one a message of its own where the one before was told to its end", async () => {
    const { goOn, words } = await missedByBacklog(["closes"], { reopenWithinSeconds: 0 });
    await goOn(["opens"]);

    expect(words().map(([kind]) => kind)).toEqual(["opened", "closed", "opened"]);
  });

  it("is taken back from the issue that it went on in", async () => {
    const { world } = await missedByBacklog(["closes", "opens", "closes", "opens"]);

    world.closeIssues(0);
    await world.takeBackLater();
    await world.drain();

    expect(onlyAlert(world)).toMatchObject({ state: "closed", outcome: "resolved", occurrence: 3 });
  });

  it("is closed in its message where a digest told that it opened again", async () => {
    const settings: Partial<WorldOptions> = { digestOf: () => (settings.broken ? "quiet" : undefined) };
    const { world, goOn, words, first } = await missedByBacklog(["closes", "opens"], settings);
    await goOn(["closes"]);

    expect(onlyAlert(world)).toMatchObject({ state: "closed", occurrence: 2, digest: "quiet" });
    expect(words()).toEqual([
      ["opened", undefined],
      ["closed", first],
    ]);
  });
});
