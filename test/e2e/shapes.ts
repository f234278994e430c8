import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Sendable } from "../../sandbox/client";
import { filesAt } from "../../sandbox/commands/context";
import { type Item, type Journey, sendAndWatch } from "../../sandbox/journey";
import { sendablesIn } from "../../sandbox/sendables";
import { faultsOf } from "../../sandbox/verdict";
import { DEFAULTS, type Stage } from "./stage";

const project = join(__dirname, "../..");
const fixtures = join(project, "test/fixtures/events");
const samples = join(project, "sandbox/samples");

/** Every shape that products really send. */
export function shapes(stage: () => Stage): void {
  it("tells each finding that matches the settings once in each channel, and no other", async () => {
    const items = [...itemsIn([samples]), ...itemsIn([fixtures])];

    const { journeys, refused } = await sendAll(stage(), items);

    expect(refused).toEqual([]);
    expect(faultsOf(journeys, DEFAULTS.severities)).toEqual([]);
    expect(journeys.filter(({ workflow }) => workflow === "NOTIFIED").length).toBeGreaterThan(10);
  });

  const others = process.env.HAKKEN_EVENTS;
  it.runIf(others)("does so with every finding of HAKKEN_EVENTS", async () => {
    const { journeys } = await sendAll(stage(), itemsIn([others ?? ""]));

    // What Security Hub would not take is told nowhere either, which the count of all messages shows.
    expect(faultsOf(journeys, DEFAULTS.severities)).toEqual([]);
  });
}

/** Sends findings and events, and parts the findings' journeys from what was refused. Events of other kinds arrive nowhere. */
async function sendAll(stage: Stage, items: Item[]): Promise<{ journeys: Journey[]; refused: string[] }> {
  const { journeys } = await sendAndWatch(items, { client: stage.client, patience: 300_000 });
  for (const journey of journeys.filter(({ finding, refused }) => !finding && !refused)) {
    expect(journey, journey.file).toMatchObject({ rules: [] });
  }
  return {
    journeys: journeys.filter(({ finding, refused }) => finding && !refused),
    refused: journeys.flatMap(({ file, refused }) => (refused ? [`${file}: ${refused}`] : [])),
  };
}

/** The findings and events in files. Bare OCSF comes as Security Hub V2's event; a finding that several files hold is made several. */
function itemsIn(paths: readonly string[]): Item[] {
  const seen = new Map<string, number>();
  return filesAt(paths).flatMap((file) => {
    const text = readFileSync(file, "utf8");
    return sendablesIn(isOcsf(text) ? asEvent(text) : text).map((what) => ({ file, what: distinct(what, seen) }));
  });
}

function distinct(what: Sendable, seen: Map<string, number>): Sendable {
  if (!("finding" in what)) return what;
  const { finding } = what;
  const name = JSON.stringify([finding.ProductArn, finding.Id]);
  const times = seen.get(name) ?? 0;
  seen.set(name, times + 1);
  return times === 0 ? what : { finding: { ...finding, Id: `${finding.Id}-${times}` } };
}

const isOcsf = (text: string): boolean => /"(class_uid|activity_id)"/.test(text) && !/"detail-type"/.test(text);

const asEvent = (text: string): string =>
  JSON.stringify({
    source: "aws.securityhub",
    "detail-type": "Findings Imported V2",
    account: "222222222222",
    region: "ap-northeast-1",
    detail: { findings: [JSON.parse(text)] },
  });
