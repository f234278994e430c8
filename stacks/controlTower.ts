import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../settings";

const CONFIG = "config.amazonaws.com";

/** The regions that Control Tower has hakken leave out, as `region: reason`; said in the log too. None without Control Tower. */
export function skippedRegions({ controlTower, regions }: Settings): string[] | undefined {
  if (!controlTower) return undefined;
  const skipped = controlTower.skippedRegions
    // One that is about to be left is still there for one more run.
    .filter(({ region }) => !regions.includes(region))
    .map(({ region, reason }) => `${region}: ${reason}`);
  if (skipped.length > 0) {
    void pulumi.log.info(`hakken:controlTower: nothing is made in any account in ${skipped.join("; ")}.`);
  }
  return skipped;
}

/**
 * Throws pulumi.RunError where the audit account is no administrator of AWS Config: under Control Tower that is not hakken's to
 * register, nor to end with its stack. From landing zone 4.0 on, Control Tower does it. To be asked before anything is made.
 * https://docs.aws.amazon.com/controltower/latest/userguide/config.html
 */
export async function checkConfigAdministrator(auditAccountId: string, provider: aws.Provider): Promise<void> {
  const { delegatedAdministrators } = await aws.organizations.getDelegatedAdministrators(
    { servicePrincipal: CONFIG },
    { provider },
  );
  const ids = delegatedAdministrators.map(({ id }) => id);
  if (ids.includes(auditAccountId)) return;
  throw new pulumi.RunError(
    `hakken:controlTower: the audit account, ${auditAccountId}, is no administrator of AWS Config; ${ids.length > 0 ? `that is ${ids.join(", ")}` : "nobody is"}. ` +
      "Landing zone 4.0 makes its AWS Config account one: update the landing zone, or make the stack audit that account's. " +
      `Or register it yourself, with the management account's credentials: aws organizations enable-aws-service-access --service-principal ${CONFIG}, ` +
      `then aws organizations register-delegated-administrator --account-id ${auditAccountId} --service-principal ${CONFIG}.`,
  );
}
