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
