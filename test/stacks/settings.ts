import * as pulumi from "@pulumi/pulumi";
import type { AuditSettings, PlainSettings } from "../../settings";
import { refusal } from "../pulumi/recorded";
import { detectionDefaults } from "../settings/configs";

const regions = {
  ...detectionDefaults,
  homeRegion: "ap-northeast-1",
  regions: ["ap-northeast-1", "ap-northeast-3", "us-east-1"],
  linkedRegions: ["ap-northeast-3", "us-east-1"],
  absentRegions: [],
  stacks: {},
  protect: true,
  tags: {},
} satisfies Partial<AuditSettings>;

/** Settings of the stack audit, account 444455556666. */
export const auditSettings = (): AuditSettings => ({
  ...regions,
  role: "audit",
  account: "444455556666",
  profile: "audit",
  severities: ["HIGH", "CRITICAL"],
  language: "ja",
  slack: { apiUrl: "https://slack.com/api", channel: "C0123456789", token: { value: pulumi.secret("xoxb-1") } },
  alarms: { addresses: ["sre@example.com"] },
  requiredChannels: ["slack"],
  queueRetentionDays: 14,
});

export const plainSettings = (role: PlainSettings["role"], account: string): PlainSettings => ({
  ...regions,
  role,
  account,
});

/** What data sources answer in an organization whose accounts have no role of AWS Config yet. */
export const aws = {
  "aws:iam/getRoles:getRoles": () => ({ names: [] }),
  "aws:organizations/getOrganization:getOrganization": () => ({
    masterAccountId: "111122223333",
    roots: [{ id: "r-abcd" }],
  }),
};

/** The outputs of other stacks, by full name. */
export const outputs = (stacks: Record<string, Record<string, unknown>>, secretOutputNames: string[] = []) => ({
  "pulumi:pulumi:readStackOutputs": ({ name }: Record<string, unknown>) => {
    const outputs = stacks[String(name)];
    if (!outputs) throw refusal(`unknown stack "${name}"`);
    return { name, outputs, secretOutputNames };
  },
});

/** The outputs of the stack audit, account 444455556666, in the regions of these settings. */
export const auditOutputs = {
  accountId: "444455556666",
  homeRegion: "ap-northeast-1",
  detectorIds: { "ap-northeast-1": "d1", "ap-northeast-3": "d2", "us-east-1": "d3" },
  absentRegions: [] as string[],
};
