import type { NotificationPipelineArgs } from "../../components/notification/NotificationPipeline";
import { HEALTH_SEVERITIES } from "../../handlers/alert/healthChoice";

/** A pipeline with every channel, whose services are at one URL. */
export const pipelineArgs = (url: string): NotificationPipelineArgs => ({
  region: "ap-northeast-1",
  accountId: "222222222222",
  language: "en",
  severities: ["HIGH", "CRITICAL"],
  grouping: { controls: "control", vulnerabilities: "vulnerability", routes: [] },
  timing: { groupWaitSeconds: 0, groupIntervalSeconds: 0 },
  reopenWithinSeconds: 7 * 86_400,
  floods: {
    hourlyBudget: { slack: 1000, mail: 1000 },
    mutes: [],
    digest: { start: "loud", vulnerabilities: "all" },
    digestTime: { at: "00:00", timeZone: "UTC" },
  },
  regions: ["ap-northeast-1"],
  customActionArn: "arn:aws:securityhub:ap-northeast-1:222222222222:action/custom/TellByHakken",
  reopenFailingAfterSeconds: 14 * 86_400,
  slack: { apiUrl: `${url}/slack/api`, channel: "C0SECURITY", token: { value: "xoxb-1" } },
  backlog: {
    spaceUrl: `${url}/backlog`,
    apiKey: { value: "key-1" },
    project: "SEC",
    issueType: "タスク",
    priorities: { CRITICAL: "high", HIGH: "high", MEDIUM: "normal", LOW: "low", INFORMATIONAL: "low" },
    categories: ["AWS"],
    assignee: "sato",
    notifiedUsers: ["suzuki"],
    dueDays: { CRITICAL: 1, HIGH: 7 },
    textFormat: "markdown",
    closeFindings: true,
    suppressResolutions: [1, 2],
  },
  mail: { addresses: ["security@example.com"] },
  accessPortal: { url: "https://d-1234567890.awsapps.com/start", roleName: "SecurityAudit" },
  health: {
    choice: {
      include: [],
      exclude: [{ category: ["accountNotification"] }],
      severities: HEALTH_SEVERITIES,
      told: ["HIGH", "CRITICAL"],
      securityHub: { regions: ["ap-northeast-1", "us-east-1"], exceptAccounts: [] },
    },
    forwarding: { organizationId: "o-a1b2c3d4e5", accountIds: ["999900001111"] },
  },
  managementAccountId: "111111111111",
  requiredChannels: ["slack", "backlog", "mail"],
  alarmAddresses: ["sre@example.com"],
});
