import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Sendable } from "../../sandbox/client";
import { type Item, type Journey, sendAndWatch } from "../../sandbox/journey";
import { ACCOUNTS } from "../../sandbox/organization";
import { sendablesIn } from "../../sandbox/sendables";
import { faultsOf } from "../../sandbox/verdict";
import { DEFAULTS } from "./estate";
import type { Stage } from "./stage";

const project = join(__dirname, "../..");

/** Every shape that products really send. */
export function shapes(stage: () => Stage): void {
  /** How often a finding was met, in whatever file. */
  const met = new Map<string, number>();

  it("tells each finding that matches the settings once in each channel, and no other", async () => {
    const own = [join(project, "sandbox/samples"), join(project, "test/fixtures/events")];
    const { items, unreadable } = itemsIn(own, met);

    const journeys = await sendAll(stage(), items);

    expect(unreadable).toEqual([]);
    expect(faultsOf(journeys, DEFAULTS.severities)).toEqual([]);
    expect(journeys.filter(({ workflow }) => workflow === "NOTIFIED").length).toBeGreaterThan(10);
  });

  const others = process.env.HAKKEN_EVENTS;
  it.runIf(others)("does so with every finding of HAKKEN_EVENTS", async () => {
    // What is neither a finding nor an event can't be sent, and is not what this is about.
    const { items } = itemsIn([others ?? ""], met);

    const journeys = await sendAll(stage(), items);

    expect(faultsOf(journeys, DEFAULTS.severities)).toEqual([]);
    expect(journeys).not.toEqual([]);
  });
}

/** Sends findings and events, and gives the findings' journeys. Events of other kinds arrive nowhere. */
async function sendAll(stage: Stage, items: Item[]): Promise<Journey[]> {
  const { journeys } = await sendAndWatch(items, { client: stage.client, patience: 250_000 });
  for (const journey of journeys.filter(({ finding }) => !finding)) {
    expect(journey, journey.file).toMatchObject({ rules: [] });
  }
  return journeys.filter(({ finding }) => finding);
}

/** The findings and events in folders' files. A finding that several files hold is made several. */
function itemsIn(folders: readonly string[], met: Map<string, number>): { items: Item[]; unreadable: string[] } {
  const unreadable: string[] = [];
  const items = folders.flatMap(filesIn).flatMap((file) => {
    try {
      return inEvents(readFileSync(file, "utf8"))
        .filter((what) => !isOfStranger(what))
        .map((what) => ({ file, what: distinct(what, met) }));
    } catch {
      unreadable.push(file);
      return [];
    }
  });
  return { items, unreadable };
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => join(folder, name));

/** Bare OCSF comes as Security Hub V2's event. */
const inEvents = (text: string): Sendable[] => {
  const isBareOcsf = /"class_uid"/.test(text) && !/"detail-type"/.test(text);
  return sendablesIn(isBareOcsf ? JSON.stringify({ ...V2_EVENT, detail: { findings: [JSON.parse(text)] } }) : text);
};

/** AWS Health tells of accounts that it knows: the sandbox's, which only its own samples name. */
const isOfStranger = (what: Sendable): boolean =>
  "event" in what &&
  what.event.source === "aws.health" &&
  !Object.values<string>(ACCOUNTS).includes(
    (what.event.detail as { affectedAccount?: string } | undefined)?.affectedAccount ?? "",
  );

const V2_EVENT = {
  source: "aws.securityhub",
  "detail-type": "Findings Imported V2",
  account: "222222222222",
  region: "ap-northeast-1",
};

function distinct(what: Sendable, met: Map<string, number>): Sendable {
  if (!("finding" in what)) return what;
  const { finding } = what;
  const name = JSON.stringify([finding.ProductArn, finding.Id]);
  const times = met.get(name) ?? 0;
  met.set(name, times + 1);
  return times === 0 ? what : { finding: { ...finding, Id: `${finding.Id}-${times}` } };
}
