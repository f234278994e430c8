import { GuardDuty } from "@aws-sdk/client-guardduty";
import { SecurityHub } from "@aws-sdk/client-securityhub";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AccountName, enabledIn, OPT_IN_REGION, ORGANIZATION } from "../../sandbox/organization";
import { DEFAULT_REGIONS } from "../../settings/regions";
import { type RaisedEstate, raiseEstate } from "./estate";

const REGIONS = [...DEFAULT_REGIONS, OPT_IN_REGION];
let estate: RaisedEstate;

beforeAll(async () => {
  estate = await raiseEstate({ name: "organization", regions: REGIONS });
}, 900_000);

afterAll(() => estate?.close(), 60_000);

const timed = async <T>(what: string, work: Promise<T>): Promise<T> => {
  const from = Date.now();
  const result = await work;
  console.log(`${what}: ${((Date.now() - from) / 1000).toFixed(1)} s`);
  return result;
};

/** What watches an account, by region. */
async function watched(account: AccountName): Promise<Record<string, string>> {
  const enabled = enabledIn(ORGANIZATION[account].optedIn, REGIONS);
  const found = enabled.map(async (region) => {
    const { DetectorIds = [] } = await new GuardDuty(estate.as(account, region)).listDetectors({});
    const hub = await new SecurityHub(estate.as(account, region)).describeHub({}).catch(() => undefined);
    return [region, `${DetectorIds.length} detector, ${hub ? "hub" : "no hub"}`];
  });
  return Object.fromEntries(await Promise.all(found));
}

describe("an organization in 18 regions", { timeout: 600_000 }, () => {
  it.each(["management", "audit", "prod", "dev"] as const)(
    "is watched in every region that %s has",
    async (account) => {
      const found = await watched(account);

      expect(new Set(Object.values(found))).toEqual(new Set(["1 detector, hub"]));
      expect(Object.keys(found)).toHaveLength(account === "dev" ? 17 : 18);
    },
  );

  it("changes nothing when the same is deployed again", async () => {
    const done = await timed("second up", estate.deploy("up"));

    expect(done.flatMap(({ stack, changes }) => changes.map(({ name }) => `${stack} ${name}`))).toEqual([]);
  });

  it("is destroyed, and deployed again", async () => {
    await timed("destroy", estate.deploy("destroy"));
    await timed("up again", estate.deploy("up"));
  });
});
