import { describe, expect, it } from "vitest";
import { HEALTH_SEVERITIES, type HealthChoice } from "../../../handlers/alert/healthChoice";
import { observationsOf } from "../../../handlers/alert/normalise";
import type { Received } from "../../../handlers/alert/receive";
import { fixture, type Loose } from "../fixtures";
import { createWorld, type World } from "./world";

const ACCOUNT = "111122223333";
/** Security Hub is on in every account but these. */
const choice = (...exceptAccounts: string[]): HealthChoice => ({
  include: [],
  exclude: [],
  severities: HEALTH_SEVERITIES,
  told: ["HIGH", "CRITICAL"],
  securityHub: { regions: ["us-east-1"], exceptAccounts },
});
const aWorld = () => createWorld({ crashAt: new Set() });

/** Takes in what an event of AWS Health says, as intake does; and lets it be told. */
async function take(world: World, event: Loose, chosen = choice()): Promise<string[]> {
  const received = await world.receive(observationsOf(event, chosen));
  await world.drain();
  return received.map((one: Received) => (one instanceof Error ? one.message : one.outcome));
}

const kindsTold = (world: World) =>
  world.messages.filter(({ channel }) => channel === "slack").map(({ notice }) => notice.kind);

/** Keys that are out in the open: Security Hub has a finding of it. */
const exposed = (statusCode = "open"): Loose => {
  const event = fixture("health-event-abuse-global");
  Object.assign(event.detail, { service: "RISK", eventTypeCode: "AWS_RISK_CREDENTIALS_EXPOSED", statusCode });
  return event;
};

describe("what Security Hub has a finding of", () => {
  it("is left to it, and said to be", async () => {
    const world = aWorld();

    const outcomes = await take(world, exposed());

    expect(outcomes).toEqual(["left to Security Hub, which has a finding of it"]);
    expect(kindsTold(world)).toEqual([]);
  });

  it("is told of an account without Security Hub", async () => {
    const world = aWorld();

    const outcomes = await take(world, exposed(), choice(ACCOUNT));

    expect(outcomes).toEqual(["opened"]);
    expect(kindsTold(world)).toEqual(["opened"]);
  });

  it("closes what was told of the account before it had Security Hub, and opens it no more", async () => {
    const world = aWorld();
    await take(world, exposed(), choice(ACCOUNT));
    await take(world, exposed("closed"));

    const outcomes = await take(world, exposed());

    expect(kindsTold(world)).toEqual(["opened", "closed"]);
    expect(outcomes).toEqual(["left to Security Hub, which has a finding of it"]);
  });
});

/** An event that AWS Health goes on telling: what it says at that hour, in two accounts where asked for. */
const planned = (hour: number, changes: Loose = {}): Loose => {
  const event = fixture("health-event-issue-page1of2");
  const lastUpdatedTime = new Date(Date.parse("2026-01-01T00:00:00Z") + hour * 3_600_000).toISOString();
  const startTime = "2026-03-01T00:00:00Z";
  Object.assign(event.detail, { lastUpdatedTime, startTime, page: "1", totalPages: "1" }, entities("a", "b"), changes);
  return event;
};
const entities = (...ids: string[]) => ({
  affectedEntities: ids.map((id) => ({ entityValue: id, status: "PENDING" })),
});
const described = (latestDescription: string) => ({ eventDescription: [{ language: "en_US", latestDescription }] });

describe("an event of AWS Health that is told again", () => {
  it("is noted where it says the same, in whatever order, and told to nobody", async () => {
    const world = aWorld();
    await take(world, planned(1));

    const outcomes = await take(world, planned(24, entities("b", "a")));

    expect(outcomes).toEqual(["said again"]);
    expect(kindsTold(world)).toEqual(["opened"]);
    const [record] = [...world.records.values()];
    expect(record?.updatedAt).toBe("2026-01-02T00:00:00.000Z");
  });

  it.each<[string, object]>([
    ["another description", described("Moved.")],
    ["another start", { startTime: "2026-04-01T00:00:00Z" }],
    ["an end", { endTime: "2026-04-01T00:00:00Z" }],
    ["other entities, as many as before", entities("b", "c")],
    ["fewer entities", entities("b")],
  ])("is told with %s, once", async (_what, changes) => {
    const world = aWorld();
    await take(world, planned(1));

    const outcomes = [await take(world, planned(2, changes)), await take(world, planned(3, changes))].flat();

    expect(outcomes).toEqual(["updated", "said again"]);
    expect(kindsTold(world)).toEqual(["opened", "risen"]);
    const { finding, added } = world.messages.at(-1)?.notice ?? {};
    const event = planned(2, changes);
    expect(finding?.resources.map(({ id }) => id)).toEqual(
      event.detail.affectedEntities.map((one: Loose) => one.entityValue),
    );
    expect(finding?.description).toBe(event.detail.eventDescription[0].latestDescription);
    expect(added).toBeUndefined();
  });

  it("of several accounts is told where one of them hears something else than it did, and names nothing as new", async () => {
    const world = aWorld();
    const other = { affectedAccount: "777788889999", startTime: "2026-04-01T00:00:00Z" };
    await take(world, planned(1));
    await take(world, planned(2, other));

    const same = [await take(world, planned(3)), await take(world, planned(4, other))].flat();
    const fewer = await take(world, planned(5, { ...other, ...entities("a") }));

    expect([...same, ...fewer]).toEqual(["said again", "said again", "updated"]);
    expect(world.messages.at(-1)?.notice).toMatchObject({ kind: "risen", findings: 2, added: { count: 0 } });
  });

  it("changes nothing when it comes late", async () => {
    const world = aWorld();
    await take(world, planned(5));

    const outcomes = await take(world, planned(4, described("Before.")));

    expect(outcomes).toEqual(["older than what is known"]);
  });

  it("is not told more often than groupInterval", async () => {
    const world = createWorld({ crashAt: new Set(), timing: { groupWaitSeconds: 0, groupIntervalSeconds: 3600 } });
    await take(world, planned(1));
    const before = Date.parse(world.now());

    await take(world, planned(2, entities("b")));

    expect(Date.parse(world.now()) - before).toBeGreaterThan(3_590_000);
    expect(kindsTold(world)).toEqual(["opened", "risen"]);
  });
});

describe("entities that are affected no more", () => {
  const ofStatus = (...statuses: string[]) => ({
    affectedEntities: statuses.map((status, n) => ({ entityValue: `i-${n}`, status })),
  });
  const shown = (world: World) => {
    const { finding, kind, added } = world.messages.at(-1)?.notice ?? {};
    return [kind, finding?.resourceCount, finding?.health?.recovered, added?.count];
  };

  it("are no rise, though all of them have recovered; they are all named once the event is over", async () => {
    const world = aWorld();
    await take(world, planned(1, ofStatus("IMPAIRED", "IMPAIRED", "RESOLVED", "RESOLVED")));
    const none = ofStatus("RESOLVED", "RESOLVED", "RESOLVED", "UNIMPAIRED");

    const outcomes = await take(world, planned(2, none));
    const open = shown(world);
    await take(world, planned(3, { ...none, statusCode: "closed" }));

    expect(outcomes).toEqual(["updated"]);
    expect(open).toEqual(["risen", 0, 4, undefined]);
    expect(shown(world)).toEqual(["closed", 4, undefined, undefined]);
  });

  it("are counted over accounts", async () => {
    const world = aWorld();
    const other = { affectedAccount: "777788889999" };
    await take(world, planned(1, ofStatus("IMPAIRED", "IMPAIRED", "RESOLVED")));
    await take(world, planned(2, { ...ofStatus("RESOLVED", "RESOLVED", "IMPAIRED"), ...other }));

    await take(world, planned(3, { ...ofStatus("RESOLVED", "RESOLVED", "RESOLVED"), ...other }));

    expect(shown(world)).toEqual(["risen", 2, 4, 0]);
  });

  it("are a rise when they are affected again", async () => {
    const world = aWorld();
    await take(world, planned(1, ofStatus("IMPAIRED", "RESOLVED")));

    const outcomes = await take(world, planned(2, ofStatus("IMPAIRED", "IMPAIRED")));

    expect(outcomes).toEqual(["worse than before"]);
  });
});
