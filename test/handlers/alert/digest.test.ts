import { describe, expect, it } from "vitest";
import type { Mute } from "../../../handlers/alert/gate";
import { aFinding, createWorld, type World } from "./world";

it("tells what was there before the start, however long its titles, in overviews that the table can hold", async () => {
  const world = createWorld({ crashAt: new Set(), digestOf: () => "quiet" });
  const long = { title: "検出結果".repeat(256), accountName: "本番".repeat(25) };
  for (let n = 0; n < 600; n++) world.report(aFinding({ id: `finding-${n}`, ...long }), 1);
  await world.drain();

  await world.digestTomorrow();

  const overviews = world.digests.filter(({ channel, part }) => channel === "slack" && part.kind === "overview");
  expect(overviews.map(({ part }) => part.entries.length)).toEqual([500, 100]);
});

describe("in a time of maintenance", () => {
  // The world begins with 2026; its digest is a day after what it was told.
  const maintenance = { from: "2026-01-01T12:00:00.000Z", until: "2026-01-03T12:00:00.000Z" };
  const toldOn = (world: World) =>
    world.digests
      .filter(({ channel, part }) => channel === "slack" && part.number === 1)
      .map(({ part }) => [
        part.at.slice(0, 10),
        part.entries.map(({ alertKey }) => world.alerts.get(alertKey)?.finding.id),
      ]);
  const worldWith = async (mute: Mute) => {
    const world = createWorld({ crashAt: new Set(), digestOf: () => "vulnerability", mutes: [mute] });
    for (const accountId of ["111122223333", "444455556666"])
      world.report(aFinding({ id: `of-${accountId}`, accountId }));
    await world.drain();
    for (let day = 0; day < 3; day++) await world.digestTomorrow();
    return world;
  };

  it("waits where all alerts do, and tells everything after it", async () => {
    const world = await worldWith(maintenance);

    expect(toldOn(world)).toEqual([["2026-01-04", ["of-111122223333", "of-444455556666"]]]);
  });

  it("comes where some alerts wait, and leaves them to a later one", async () => {
    const world = await worldWith({ ...maintenance, match: { accounts: ["111122223333"] } });

    expect(toldOn(world)).toEqual([
      ["2026-01-02", ["of-444455556666"]],
      ["2026-01-03", []],
      ["2026-01-04", ["of-111122223333"]],
    ]);
  });
});
