import { SecurityHub } from "@aws-sdk/client-securityhub";
import { expect, it } from "vitest";
import { DEFAULT_ESTATE } from "../../sandbox/estate";
import { ACCOUNTS, type AccountName, HOME_REGION, rootOf } from "../../sandbox/organization";
import type { Stage } from "./stage";

/** Security Hub V2, as sandbox/detectionSettings.ts asks for it: in the whole organization, but for one account. */
export function v2(stage: () => Stage): void {
  const hub = (account: AccountName, region: string = HOME_REGION) =>
    new SecurityHub({ endpoint: stage().endpoint, region, credentials: rootOf(ACCOUNTS[account]) });
  const whereOn = async (account: AccountName) => {
    const on = await Promise.all(
      DEFAULT_ESTATE.regions.map((region) =>
        hub(account, region)
          .describeSecurityHubV2({})
          .then(
            ({ HubV2Arn }) => HubV2Arn !== undefined,
            (error: Error) => {
              if (error.name !== "ResourceNotFoundException") throw error;
              return false;
            },
          ),
      ),
    );
    return DEFAULT_ESTATE.regions.filter((_region, index) => on[index]);
  };

  it.each(["management", "audit", "prod"] as const)("has Security Hub V2 on in every region of %s", async (account) => {
    expect(await whereOn(account)).toEqual(DEFAULT_ESTATE.regions);
  });

  it.each(["dev", "partner"] as const)(
    "has it off in %s, an exception, or of another organization",
    async (account) => {
      expect(await whereOn(account)).toEqual([]);
    },
  );

  it("gathers V2's findings in the home region", async () => {
    const { AggregatorsV2: [one] = [] } = await hub("audit").listAggregatorsV2({});
    const { AggregationRegion, LinkedRegions } = await hub("audit").getAggregatorV2({
      AggregatorV2Arn: one?.AggregatorV2Arn,
    });

    expect(AggregationRegion).toBe(HOME_REGION);
    expect([HOME_REGION, ...(LinkedRegions ?? [])].sort()).toEqual([...DEFAULT_ESTATE.regions].sort());
  });
}
