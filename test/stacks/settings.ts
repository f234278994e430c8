import * as pulumi from "@pulumi/pulumi";
import type { AuditSettings, PlainSettings } from "../../settings";
import { refusal } from "../pulumi/recorded";
import { detectionDefaults } from "../settings/configs";

const regions = {
  ...detectionDefaults,
  // Tried where it belongs: memberStacks.test.ts.
  memberRecorders: { enabled: false, excludedAccounts: [] },
  homeRegion: "ap-northeast-1",
  regions: ["ap-northeast-1", "ap-northeast-3", "us-east-1"],
  linkedRegions: ["ap-northeast-3", "us-east-1"],
  absentRegions: [],
  removeRegions: [],
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
  findingSource: "cspm",
  severities: ["HIGH", "CRITICAL"],
  groupBy: { controls: "control", vulnerabilities: "vulnerability" },
  groupWait: 30,
  groupInterval: 300,
  reopenWithin: 604_800,
  reopenFailingAfter: 1_209_600,
  routes: [],
  hourlyBudget: { slack: 100, mail: 100 },
  start: "quiet",
  vulnerabilities: "exploitable",
  digest: { at: "09:00", timeZone: "Asia/Tokyo" },
  mute: [],
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
  "aws:organizations/getPolicies:getPolicies": () => ({ ids: [] }),
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
  alarms: { topicArn: "arn:of:alarm-topic", namePrefix: "alerts-alarm-" },
  silencedBus: "arn:aws:events:ap-northeast-1:444455556666:event-bus/alerts-management",
  healthBus: "arn:aws:events:ap-northeast-1:444455556666:event-bus/alerts-health",
  watcher: "arn:aws:iam::444455556666:role/alerts-self-check-role",
};

/** An organization's units by id, "r-abcd" being the root: what each stands below, and its accounts with their states. */
type Units = Record<string, { parent?: string; accounts?: Record<string, string> }>;

/** What data sources answer of an organization. */
export const organizationAnswers = (units: Units = { "r-abcd": { accounts: { "111122223333": "ACTIVE" } } }) => {
  const below = (parent: unknown) =>
    Object.keys(units).filter((id) => id !== "r-abcd" && (units[id]?.parent ?? "r-abcd") === parent);
  const everyBelow = (parent: unknown): string[] => below(parent).flatMap((id) => [id, ...everyBelow(id)]);
  const children = (ids: string[]) => ids.map((id) => ({ id, name: `unit ${id}`, arn: `arn:${id}` }));
  const accounts = (ids: unknown[]) => ({
    accounts: ids.flatMap((id) =>
      Object.entries(units[String(id)]?.accounts ?? {}).map(([account, state]) => ({
        id: account,
        state,
        status: state,
      })),
    ),
  });
  const unit = "aws:organizations/getOrganizationalUnit";
  return {
    [`${unit}s:getOrganizationalUnits`]: ({ parentId }: Record<string, unknown>) => ({
      children: children(below(parentId)),
    }),
    [`${unit}DescendantOrganizationalUnits:getOrganizationalUnitDescendantOrganizationalUnits`]: ({
      parentId,
    }: Record<string, unknown>) => ({ childrens: children(everyBelow(parentId)) }),
    [`${unit}ChildAccounts:getOrganizationalUnitChildAccounts`]: ({ parentId }: Record<string, unknown>) =>
      accounts([parentId]),
    [`${unit}DescendantAccounts:getOrganizationalUnitDescendantAccounts`]: ({ parentId }: Record<string, unknown>) =>
      accounts([parentId, ...everyBelow(parentId)]),
  };
};
