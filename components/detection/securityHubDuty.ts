import type { ServiceDuty } from "./Reconciler";

/** Security Hub's configuration policies: handlers/reconcile/securityHub.ts. What waits for one policy, `Reconciler.invocation` makes. */
export function securityHubDuty(homeRegion: string): ServiceDuty<"securityHub"> {
  return {
    kind: "securityHub",
    settings: { homeRegion },
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
    ],
  };
}
