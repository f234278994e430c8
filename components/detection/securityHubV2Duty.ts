import type { ServiceDuty } from "./Reconciler";

export interface SecurityHubV2DutyArgs {
  homeRegion: string;
  /** Where the organization's policy switches V2 on, the home region too. Empty where it is not hakken's, or no longer. */
  regions: readonly string[];
  adminAccountId: string;
}

/**
 * Security Hub V2 in the administrator's account: handlers/reconcile/securityHubV2.ts. One run of it looks at every region. Also where
 * there is none (any more): the function must still know what it is asked to let go of.
 */
export function securityHubV2Duty({
  homeRegion,
  regions,
  adminAccountId,
}: SecurityHubV2DutyArgs): ServiceDuty<"securityHubV2"> {
  return {
    kind: "securityHubV2",
    settings: { homeRegion, regions: [...regions] },
    regions: regions.length > 0 ? { [homeRegion]: {} } : {},
    statements:
      regions.length > 0
        ? [
            {
              Sid: "LookAtSecurityHubV2",
              Action: ["securityhub:DescribeSecurityHubV2"],
              // A region has one, whose id AWS makes up.
              Resource: regions.map((region) => `arn:aws:securityhub:${region}:${adminAccountId}:hubv2/*`),
            },
          ]
        : [],
  };
}
