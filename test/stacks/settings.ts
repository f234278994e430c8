import * as pulumi from "@pulumi/pulumi";
import type { AuditSettings, PlainSettings } from "../../settings";

const regions = {
  homeRegion: "ap-northeast-1",
  regions: ["ap-northeast-1", "ap-northeast-3", "us-east-1"],
  linkedRegions: ["ap-northeast-3", "us-east-1"],
  stacks: {},
} satisfies Partial<AuditSettings>;

/** Settings of the stack audit, account 444455556666. */
export const auditSettings = (): AuditSettings => ({
  ...regions,
  role: "audit",
  account: "444455556666",
  profile: "audit",
  severities: ["HIGH", "CRITICAL"],
  language: "ja",
  slack: { apiUrl: "https://slack.com/api", channel: "C0123456789", token: pulumi.secret("xoxb-1") },
  alarms: { addresses: ["sre@example.com"] },
  requiredChannels: ["slack"],
});

export const plainSettings = (role: PlainSettings["role"], account: string): PlainSettings => ({
  ...regions,
  role,
  account,
});

/** What data sources answer in an organization whose accounts have no role of AWS Config yet. */
export const aws = {
  "aws:iam/getRoles:getRoles": () => ({ names: [] }),
  "aws:organizations/getOrganization:getOrganization": () => ({ roots: [{ id: "r-abcd" }] }),
};

/** The outputs of other stacks, by full name. */
export const outputs = (stacks: Record<string, Record<string, unknown>>) => ({
  "pulumi:pulumi:StackReference": ({ name }: Record<string, unknown>) => ({ outputs: stacks[String(name)] ?? {} }),
});
