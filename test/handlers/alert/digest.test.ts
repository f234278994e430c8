import { expect, it } from "vitest";
import { aFinding, createWorld } from "./world";

it("tells what was there before the start, however long its titles, in overviews that the table can hold", async () => {
  const world = createWorld({ crashAt: new Set(), digestOf: () => "quiet" });
  const long = { title: "検出結果".repeat(256), accountName: "本番".repeat(25) };
  for (let n = 0; n < 600; n++) world.report(aFinding({ id: `finding-${n}`, ...long }), 1);
  await world.drain();

  await world.digestTomorrow();

  const overviews = world.digests.filter(({ channel, part }) => channel === "slack" && part.kind === "overview");
  expect(overviews.map(({ part }) => part.entries.length)).toEqual([500, 100]);
});
