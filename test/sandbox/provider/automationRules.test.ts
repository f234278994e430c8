import { SecurityHub } from "@aws-sdk/client-securityhub";
import * as aws from "@pulumi/aws";
import type { Stack } from "@pulumi/pulumi/automation";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ACCOUNTS, type OrganizationCloud, startOrganization, values } from "./cloud";

const HOME = "ap-northeast-1";

let cloud: OrganizationCloud;
let stack: Stack;

beforeAll(async () => {
  cloud = await startOrganization({
    regions: [HOME],
  });
  await hub().enableSecurityHub({ EnableDefaultStandards: false });
});
afterAll(() => cloud?.close());

const hub = () => new SecurityHub(cloud.as(ACCOUNTS.audit));
const rules = async () => (await hub().listAutomationRules({})).AutomationRulesMetadata ?? [];

const program =
  ({
    order = 500,
    control = "S3.8",
    tag = "security",
    imported,
  }: {
    order?: number;
    control?: string;
    tag?: string;
    imported?: string;
  }) =>
  async () => {
    const provider = new aws.Provider("audit", { region: HOME, profile: "audit" });
    const rule = new aws.securityhub.AutomationRule(
      "rule",
      {
        ruleName: "known",
        description: "known",
        ruleOrder: order,
        criteria: {
          complianceSecurityControlIds: [{ comparison: "EQUALS", value: control }],
          resourceTags: [{ comparison: "EQUALS", key: "Env", value: "dev" }],
          updatedAts: [{ start: "2000-01-01T00:00:00.000Z", end: "2027-03-31T14:59:59.999Z" }],
        },
        actions: [
          {
            type: "FINDING_FIELDS_UPDATE",
            findingFieldsUpdate: {
              workflow: { status: "SUPPRESSED" },
              note: { text: "SEC-123", updatedBy: "hakken-known" },
            },
          },
        ],
        tags: { Owner: tag },
        region: HOME,
      },
      { provider, ...(imported && { import: imported }) },
    );
    return { arn: rule.arn, id: rule.id, status: rule.ruleStatus };
  };

it("makes a rule, changes it in place, imports it, and deletes it", async () => {
  stack = await cloud.stack("rules", program({}));
  const made = values((await stack.up()).outputs);
  const same = await stack.preview({ refresh: true, expectNoChanges: true });

  stack = await cloud.stack("rules", program({ order: 501, control: "S3.2", tag: "platform" }));
  const changed = await stack.up();
  const now = await hub().batchGetAutomationRules({ AutomationRulesArns: [String(made.arn)] });
  const { Tags } = await hub().listTagsForResource({ ResourceArn: String(made.arn) });

  const other = await cloud.stack(
    "imported",
    program({ order: 501, control: "S3.2", tag: "platform", imported: String(made.arn) }),
  );
  const imported = await other.up();
  const unchanged = await other.preview({ expectNoChanges: true });
  await stack.destroy();

  expect(made).toMatchObject({ id: made.arn, status: "ENABLED" });
  expect(made.arn).toMatch(/^arn:aws:securityhub:ap-northeast-1:222222222222:automation-rule\//);
  expect(same.changeSummary).toEqual({ same: 3 });
  expect(changed.summary.resourceChanges).toEqual({ same: 2, update: 1 });
  expect(now.Rules).toMatchObject([
    {
      RuleOrder: 501,
      Criteria: {
        ComplianceSecurityControlId: [{ Comparison: "EQUALS", Value: "S3.2" }],
        ResourceTags: [{ Comparison: "EQUALS", Key: "Env", Value: "dev" }],
        UpdatedAt: [{ Start: "2000-01-01T00:00:00.000Z", End: "2027-03-31T14:59:59.999Z" }],
      },
    },
  ]);
  expect(Tags).toEqual({ Owner: "platform" });
  expect(imported.summary.resourceChanges).toMatchObject({ import: 1 });
  expect(unchanged.changeSummary).toEqual({ same: 3 });
  expect(await rules()).toEqual([]);
  // Six runs of the engine.
}, 180_000);
