import { DescribeSecurityHubV2Command, SecurityHubClient } from "@aws-sdk/client-securityhub";
import { type Run, type Service, sleep } from "./duty";

export interface SecurityHubV2DutySettings {
  /** Where findings are gathered. Nothing can be until V2 is on there. */
  homeRegion: string;
  /** Every region where the organization's policy switches V2 on, the home region too. */
  regions: string[];
}

/** How long a deployment waits, in milliseconds. AWS names no time that a policy takes: one region has it before another. */
const PATIENCE = { home: 10 * 60_000, others: 2 * 60_000 };

/**
 * Security Hub V2 of the administrator's account, which the policy of AWS Organizations switches on like any other, some time after it
 * was attached. A deployment waits for the home region's, where AWS refuses an aggregator before, and throws where it does not come
 * on; then, and hourly, the regions where it is off are told. Nothing is released: what the policy switched on stays so.
 */
export const securityHubV2Service = ({ homeRegion, regions }: SecurityHubV2DutySettings): Service => {
  const clients = new Map(regions.map((region) => [region, new SecurityHubClient({ region, maxAttempts: 8 })]));
  const offIn = async (some: readonly string[]): Promise<string[]> => {
    const on = await Promise.all(some.map((region) => isOn(clients.get(region))));
    return some.filter((_region, index) => !on[index]);
  };
  /** Those of the regions where it is still off when the time is up. */
  const offAfter = async (milliseconds: number, some: readonly string[], run: Run): Promise<string[]> => {
    const end = Math.min(run.deadline, Date.now() + milliseconds);
    for (let pause = 200; ; pause = Math.min(pause * 2, 10_000)) {
      const off = await offIn(some);
      if (off.length === 0 || Date.now() + pause > end) return off;
      await sleep(pause);
    }
  };
  return {
    ensure: async (_duty, run) => {
      if (!run.scheduled && (await offAfter(PATIENCE.home, [homeRegion], run)).length > 0) {
        throw new Error(
          `Security Hub V2 is not on yet in ${homeRegion} of the administrator's account, where its findings are to be gathered: AWS has not applied the policy, or another policy of AWS Organizations has it off. Run it again later.`,
        );
      }
      const off = await offAfter(run.scheduled ? 0 : PATIENCE.others, regions, run);
      return {
        done: {},
        warnings: off.map(
          (region) =>
            `Security Hub V2 is off in ${region} of the administrator's account, so that nobody sees its findings there: the policy may take some time; after that look whether another policy of AWS Organizations has it off, and whether the region has V2 (hakken:securityHubV2.absentRegions).`,
        ),
      };
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
