import type { ControlFindings } from "../../handlers/reconcile/securityHubControlFindings";
import type { ServiceDuty } from "./Reconciler";

export interface SecurityHubDutyArgs {
  homeRegion: string;
  adminAccountId: string;
  /** The administrator's, the home region among them. */
  regions: readonly string[];
  /** How the administrator has controls reported. */
  controlFindings: ControlFindings;
}

/** Security Hub's configuration policies: handlers/reconcile/securityHub.ts. What waits for one policy, `Reconciler.invocation` makes. */
export function securityHubDuty(args: SecurityHubDutyArgs): ServiceDuty<"securityHub"> {
  const { homeRegion, adminAccountId, regions, controlFindings } = args;
  return {
    kind: "securityHub",
    settings: { homeRegion, regions, controlFindings },
    regions: { [homeRegion]: {} },
    statements: [
      {
        Sid: "ReleasePolicies",
        Action: [
          "securityhub:ListConfigurationPolicyAssociations",
          "securityhub:StartConfigurationPolicyDisassociation",
        ],
        // Whose policies are made after the function, and are released by their ids; a list is of no resource.
        Resource: ["*"],
      },
      {
        Sid: "ReportControls",
        Action: ["securityhub:DescribeHub", "securityhub:UpdateSecurityHubConfiguration"],
        Resource: regions.map((region) => `arn:aws:securityhub:${region}:${adminAccountId}:hub/default`),
      },
    ],
  };
}
