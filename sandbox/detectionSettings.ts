import { ACCOUNTS, HOME_REGION, UNITS } from "./organization";

/**
 * What the sandbox deploys of detection: the settings of `settings/detection.ts`, by their full keys, which every stack takes. All
 * features that do not exclude one another are on, so that the end-to-end tests see each of them deployed.
 */
export const detectionSettings: Record<string, unknown> = {
  "hakken:inspector": { scan: ["EC2", "LAMBDA", "LAMBDA_CODE"] },
  // The sandbox deploys as root of each account, which a service control policy binds like everybody else.
  "hakken:serviceControlPolicy": { targets: [UNITS.Workloads], exempt: ["arn:aws:iam::*:root"] },
  "hakken:securityHub": {
    policies: [
      {
        name: "workloads",
        standards: ["fsbp", "cis-3.0"],
        disabledControls: [{ control: "IAM.6", reason: "root users have no credentials" }],
        parameters: [{ control: "IAM.7", name: "MaxPasswordAge", value: 60, reason: "our password rules" }],
        targets: [UNITS.Workloads],
      },
      { name: "everyone" },
    ],
  },
  "hakken:securityHubV2": { targets: ["root"], disabledIn: [ACCOUNTS.dev] },
  "hakken:guardDuty": {
    plans: { RUNTIME_MONITORING: { enabledIn: [UNITS.Workloads] } },
    agents: ["EC2_AGENT_MANAGEMENT", "EKS_ADDON_MANAGEMENT"],
    // As GuardDuty's double has it, where one region lacks a plan.
    absentPlans: { AI_PROTECTION: ["ap-northeast-3"] },
    trustedIps: ["203.0.113.7"],
    threatIps: ["198.51.100.0/24"],
    export: true,
  },
  // A stack of its own makes the recorder of this one.
  "hakken:memberRecorders": { excludedAccounts: [ACCOUNTS.prod] },
  "hakken:recorderHistoryDays": 2555,
  "hakken:invitedAccounts": [{ account: ACCOUNTS.partner, email: "aws@partner.example.com" }],
  "hakken:trail": { retentionDays: 2555 },
  "hakken:suppressions": [
    {
      name: "accepted-by-the-team",
      title: "Accepted by the team *",
      account: ACCOUNTS.prod,
      reason: "risk_accepted",
      owner: "platform team",
      note: "SEC-123",
      expires: "2099-12-31",
    },
    {
      name: "public-on-purpose",
      control: ["S3.2", "S3.8"],
      resourceId: "arn:aws:s3:::acme-public-*",
      region: HOME_REGION,
      reason: "no_fix",
      owner: "web team",
      note: "The company's own pages",
    },
  ],
};
