import { DescribeSecurityHubV2Command, SecurityHubClient } from "@aws-sdk/client-securityhub";
import { type Service, untilNoneLeft } from "./duty";

export interface SecurityHubV2DutySettings {
  /** Where findings are gathered. Nothing can be until V2 is on there. */
  homeRegion: string;
  /** Every region where the organization's policy switches V2 on, the home region too. */
  regions: string[];
}

/** AWS names no time that a policy takes; with several regions, it is on in one before it is in another. */
const PATIENCE_MILLISECONDS = 10 * 60_000;

/**
 * Security Hub V2 of the administrator's account, which the policy of AWS Organizations switches on like any other, some time after it
 * was attached. A deployment waits for the home region's, where AWS refuses an aggregator before; then and hourly it tells the
 * regions where V2 is off. Nothing is released: what the policy switched on stays so.
 */
export const securityHubV2Service = ({ homeRegion, regions }: SecurityHubV2DutySettings): Service => {
  const clients = new Map(regions.map((region) => [region, new SecurityHubClient({ region, maxAttempts: 8 })]));
  const offIn = async (some: readonly string[]): Promise<string[]> => {
    const on = await Promise.all(some.map((region) => isOn(clients.get(region))));
    return some.filter((_region, index) => !on[index]);
  };
  return {
    ensure: async (_duty, run) => {
      if (!run.scheduled) {
        const deadline = Math.min(run.deadline, Date.now() + PATIENCE_MILLISECONDS);
        await untilNoneLeft("Security Hub V2 being off", { ...run, deadline }, () => offIn([homeRegion]));
      }
      const warnings = (await offIn(regions)).map(
        (region) =>
          `Security Hub V2 is off in ${region} of the administrator's account, so that nobody sees its findings there: the policy may take some hours; after that look whether another policy of AWS Organizations has it off, and whether the region has V2 (hakken:securityHubV2.absentRegions).`,
      );
      return { done: {}, warnings: run.scheduled ? warnings : [] };
    },
    release: async () => ({ done: {}, warnings: [] }),
  };
};

async function isOn(client: SecurityHubClient | undefined): Promise<boolean> {
  if (!client) return false;
  try {
    await client.send(new DescribeSecurityHubV2Command({}));
    return true;
  } catch (error) {
    // AWS's answer where V2 is off.
    if (error instanceof Error && error.name === "ResourceNotFoundException") return false;
    throw error;
  }
}
