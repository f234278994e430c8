import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { MemberHistory } from "../components/baseline/MemberHistory";
import { MemberStacks } from "../components/baseline/MemberStacks";
import type { MemberResource } from "../components/baseline/memberTemplate";
import type { FailedStack } from "../components/baseline/stacksEverywhere";
import type { AuditSettings, PlainSettings } from "../settings";
import { hasStackSets } from "../settings/betweenRecorders";
import { prefixed } from "./account";
import type { AuditOutputs } from "./audit";
import { told } from "./failedStacks";
import { outputsOf } from "./outputs";

const STACK_SETS = "member.org.stacksets.cloudformation.amazonaws.com";

/** The bucket that member accounts' recorders deliver to, in the audit account; none where there are no such recorders. */
export async function memberHistory(
  settings: AuditSettings,
  provider: aws.Provider,
): Promise<pulumi.Output<string> | undefined> {
  const { homeRegion, organizationId, recorderHistoryDays, protect } = settings;
  if (!hasStackSets(settings)) return undefined;
  const organization = async () =>
    (await aws.organizations.getOrganization({ returnOrganizationOnly: true }, { provider })).id;
  const { bucketName } = new MemberHistory(
    "member-history",
    {
      organizationId: organizationId ?? (await organization()),
      region: homeRegion,
      bucketName: prefixed(settings, "member-recorders"),
      historyDays: recorderHistoryDays,
    },
    { provider, protect },
  );
  return bucketName;
}

/**
 * The bucket that member accounts' recorders are to deliver to, of the stack audit; none where there are no such recorders. Throws
 * pulumi.RunError where it is not there yet, or StackSets may not reach the organization's accounts: only CloudFormation itself can
 * let them, for which Pulumi has no resource. To be asked before anything is made.
 */
export async function memberBucketOf(
  settings: PlainSettings,
  organization: aws.organizations.GetOrganizationResult,
): Promise<string | undefined> {
  if (!hasStackSets(settings)) return undefined;
  refuseWithoutStackSets(organization, "hakken:memberRecorders", "set hakken:memberRecorders to { enabled: false }");
  const { memberBucket } = await outputsOf<Required<Pick<AuditOutputs, "memberBucket">>>(
    "audit",
    ["memberBucket"],
    settings,
  );
  return memberBucket;
}

/** Throws pulumi.RunError where StackSets may not reach the organization's accounts: says how to let them, or to go without (`otherwise`). */
export function refuseWithoutStackSets(
  { awsServiceAccessPrincipals = [] }: aws.organizations.GetOrganizationResult,
  key: string,
  otherwise: string,
): void {
  if (awsServiceAccessPrincipals.includes(STACK_SETS)) return;
  throw new pulumi.RunError(
    `${key}: StackSets may not reach the organization's accounts yet. Let them, once, with the management account's credentials: aws cloudformation activate-organizations-access. It makes nothing in any account. Or ${otherwise}.`,
  );
}

interface MemberStacksOf {
  auditAccountId: string;
  /** The organization's root. */
  rootId: string;
  /** What `memberBucketOf` gave. */
  bucketName: string;
  /** What every member account gets besides its recorder. Default: nothing. */
  resources?: readonly MemberResource[];
}

/** The stacks of member accounts, with their recorders and `resources`. Gives those that failed. */
export function memberStacks(
  settings: PlainSettings,
  { auditAccountId, rootId, bucketName, resources }: MemberStacksOf,
  opts: pulumi.ComponentResourceOptions,
): pulumi.Output<FailedStack[]> {
  const { homeRegion, regions, memberRecorders } = settings;
  const { failed } = new MemberStacks(
    "members",
    {
      stackSetName: prefixed(settings, "hakken"),
      homeRegion,
      // Those that this account has: StackSets can't reach a region of others that the account which keeps it lacks.
      regions,
      // The root reaches accounts that stand in no unit too, as each does that is made by AWS Organizations.
      unitIds: memberRecorders.units ?? [rootId],
      excludedAccounts: [...new Set([auditAccountId, ...memberRecorders.excludedAccounts])].sort(),
      bucketName,
      resources,
    },
    opts,
  );
  return failed.apply((all) => told(all, WHAT_TO_DO));
}

const WHAT_TO_DO =
  "hakken:memberRecorders: as of the last operation, some accounts did not get their stacks. An account with a recorder of its own belongs into excludedAccounts; what else stands in the way, remove, then retry the operation in CloudFormation's console and run pulumi refresh.";
