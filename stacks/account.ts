import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../settings";
import { isInvited } from "../settings/invitedAccounts";

/** The session name of `hakken:deployRoleArn`, by which CloudTrail shows what hakken did. */
const SESSION_NAME = "hakken";

/**
 * The one provider of a stack, once it is known to be the right organization's. Resources name their region themselves: a
 * provider a region would start a process of its own. Refuses credentials of any account but the stack's.
 */
export async function accountProvider(settings: Settings): Promise<aws.Provider> {
  const { homeRegion, profile, account, deployRoleArn, tags } = settings;
  const provider = new aws.Provider("account", {
    region: homeRegion,
    profile,
    allowedAccountIds: [account],
    ...(deployRoleArn && { assumeRoles: [{ roleArn: deployRoleArn, sessionName: SESSION_NAME }] }),
    ...(Object.keys(tags).length > 0 && { defaultTags: { tags } }),
  });
  await (isInvited(settings) ? checkIsOutside : checkOrganization)(settings, provider);
  sayWhatIsAbsent(settings);
  return provider;
}

/** A name that a resource's physical name is made of, with `hakken:namePrefix`. */
export function prefixed({ namePrefix }: Settings, name: string): string {
  return namePrefix ? `${namePrefix}-${name}` : name;
}

/** Every account of an organization may ask which one it is in; more than its id is for administrators. */
async function checkOrganization({ organizationId, account }: Settings, provider: aws.Provider): Promise<void> {
  if (!organizationId) return;
  const fail = (what: string) => new pulumi.RunError(`hakken:organizationId: ${what}`);
  const { id } = await aws.organizations
    .getOrganization({ returnOrganizationOnly: true }, { provider })
    .catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      throw fail(
        `account ${account} can't be asked for its organization, which must be ${organizationId}; it takes organizations:DescribeOrganization. AWS says: ${reason}`,
      );
    });
  if (id !== organizationId) {
    throw fail(
      `account ${account} belongs to ${id}, not to ${organizationId}. Nothing was made: correct hakken:account or hakken:organizationId.`,
    );
  }
}

/** An account of the organization can't be invited: AWS refuses it in the middle of a deployment. */
async function checkIsOutside({ organizationId, account }: Settings, provider: aws.Provider): Promise<void> {
  if (!organizationId) return;
  const its = await aws.organizations
    .getOrganization({ returnOrganizationOnly: true }, { provider })
    // It may belong to no organization, or to one that doesn't let it ask: outside in any case.
    .catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      void pulumi.log.debug(`hakken: account ${account} can't be asked for its organization: ${reason}`);
      return undefined;
    });
  if (its?.id === organizationId) {
    throw new pulumi.RunError(
      `hakken:invitedAccounts: account ${account} belongs to ${organizationId}, whose accounts need no invitation: remove it there.`,
    );
  }
}

function sayWhatIsAbsent({ account, absentRegions }: Settings): void {
  if (absentRegions.length === 0) return;
  void pulumi.log.info(
    `hakken:absentRegions: nothing is made for account ${account} in ${absentRegions.join(", ")}, which it does not have.`,
  );
}
