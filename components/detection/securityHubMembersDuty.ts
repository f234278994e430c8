import type { CustomControl } from "../../handlers/reconcile/securityHubParameters";
import type { ServiceDuty } from "./Reconciler";

export interface SecurityHubMembersDutyArgs {
  adminAccountId: string;
  /** Where it is the administrator. */
  regions: readonly string[];
  /** What the administrator's own controls have besides AWS's defaults, by region. */
  parameters: Readonly<Record<string, readonly CustomControl[]>>;
  /** The organization's configuration, which goes after the members have been let go. */
  after: NonNullable<ServiceDuty["after"]>;
}

/** Security Hub's members under LOCAL: handlers/reconcile/securityHubMembers.ts. */
export function securityHubMembersDuty(args: SecurityHubMembersDutyArgs): ServiceDuty<"securityHubMembers"> {
  const { adminAccountId, regions, parameters, after } = args;
  return {
    kind: "securityHubMembers",
    settings: { adminAccountId, parameters },
    regions: Object.fromEntries(regions.map((region) => [region, {}])),
    statements: [
      {
        Sid: "EnrolInSecurityHub",
        Action: [
          "securityhub:CreateMembers",
          "securityhub:DescribeOrganizationConfiguration",
          "securityhub:DisassociateMembers",
          "securityhub:ListMembers",
          "securityhub:UpdateOrganizationConfiguration",
        ],
        // Members and the organization's configuration have no ARN, and regions that are taken out must be released still.
        Resource: ["*"],
      },
      {
        // Also where the settings have none any more: what was set is set back.
        Sid: "SetParameters",
        Action: [
          "securityhub:BatchGetSecurityControls",
          "securityhub:ListSecurityControlDefinitions",
          "securityhub:UpdateSecurityControl",
        ],
        Resource: ["*"],
      },
    ],
    after,
  };
}
