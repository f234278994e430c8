import * as aws from "@pulumi/aws";
import { expect, it } from "vitest";
import { type Suppression, Suppressions } from "../../../components/detection/Suppressions";
import { recorded } from "../../pulumi/recorded";

const REGIONS = ["ap-northeast-1", "us-east-1"];
const decision = { reason: "risk_accepted", owner: "platform team", note: "Test data alone, SEC-123" };

const rules = async (suppressions: Suppression[], regions = REGIONS) =>
  (
    await recorded(() => {
      const organization = new aws.securityhub.OrganizationConfiguration("organization", { autoEnable: false });
      return new Suppressions("suppressions", { suppressions, regions, organization });
    })
  ).resources.filter(({ name }) => name !== "organization");

it("makes a rule for each suppression in each of its regions, with all that it names and its end", async () => {
  const everything: Suppression = {
    ...decision,
    name: "everything",
    control: ["S3.8", "S3.2"],
    product: ["Security Hub"],
    account: ["777788889999"],
    resourceId: ["arn:aws:s3:::acme-assets", "arn:aws:s3:::acme-dev-*"],
    resourceTag: { key: "Environment", value: "dev" },
    title: ["S3 *"],
    severity: ["HIGH"],
    expires: "2027-03-31T14:59:59.999Z",
  };
  const onlyThere: Suppression = {
    name: "only-there",
    title: ["Known scanner"],
    region: ["us-east-1", "eu-west-1"],
    reason: "false_positive",
    owner: "CSIRT",
    note: "Our own scanner",
  };

  const resources = await rules([everything, onlyThere]);

  const after = ["organization"];
  const type = "aws:securityhub/automationRule:AutomationRule";
  const text = "risk_accepted: Test data alone, SEC-123 (platform team, until 2027-03-31T14:59:59.999Z)";
  const all = {
    ruleName: "hakken-everything",
    description: text,
    ruleOrder: 649,
    ruleStatus: "ENABLED",
    isTerminal: false,
    criteria: {
      complianceSecurityControlIds: [
        { comparison: "EQUALS", value: "S3.8" },
        { comparison: "EQUALS", value: "S3.2" },
      ],
      productNames: [{ comparison: "EQUALS", value: "Security Hub" }],
      awsAccountIds: [{ comparison: "EQUALS", value: "777788889999" }],
      resourceIds: [
        { comparison: "EQUALS", value: "arn:aws:s3:::acme-assets" },
        { comparison: "PREFIX", value: "arn:aws:s3:::acme-dev-" },
      ],
      resourceTags: [{ comparison: "EQUALS", key: "Environment", value: "dev" }],
      titles: [{ comparison: "PREFIX", value: "S3 " }],
      severityLabels: [{ comparison: "EQUALS", value: "HIGH" }],
      updatedAts: [{ start: "2000-01-01T00:00:00.000Z", end: "2027-03-31T14:59:59.999Z" }],
    },
    actions: [
      {
        type: "FINDING_FIELDS_UPDATE",
        findingFieldsUpdate: {
          workflow: { status: "SUPPRESSED" },
          note: { text, updatedBy: "hakken-everything" },
        },
      },
    ],
  };
  expect(resources).toEqual([
    { type: "hakken:detection:Suppressions", name: "suppressions", inputs: {} },
    { type, name: "suppressions-everything-ap-northeast-1", inputs: { ...all, region: "ap-northeast-1" }, after },
    { type, name: "suppressions-everything-us-east-1", inputs: { ...all, region: "us-east-1" }, after },
    {
      type,
      name: "suppressions-only-there-us-east-1",
      inputs: {
        ruleName: "hakken-only-there",
        description: "false_positive: Our own scanner (CSIRT, for good)",
        ruleOrder: 956,
        ruleStatus: "ENABLED",
        isTerminal: false,
        criteria: { titles: [{ comparison: "EQUALS", value: "Known scanner" }] },
        actions: [
          {
            type: "FINDING_FIELDS_UPDATE",
            findingFieldsUpdate: {
              workflow: { status: "SUPPRESSED" },
              note: { text: "false_positive: Our own scanner (CSIRT, for good)", updatedBy: "hakken-only-there" },
            },
          },
        ],
        region: "us-east-1",
      },
      after,
    },
  ]);
});

it("leaves every other rule as it is when one comes or goes", async () => {
  const named = (name: string): Suppression => ({ ...decision, name, control: ["S3.8"] });
  const names = Array.from({ length: 100 }, (_, index) => `rule-${index}`);

  const before = await rules(names.map(named));
  const after = await rules(["first", ...names.filter((name) => name !== "rule-50").reverse()].map(named));

  const kept = (resources: typeof before) => resources.filter(({ name }) => !/first|rule-50-/.test(name));
  expect(kept(after)).toEqual(kept(before));
  const orders = before.flatMap(({ inputs }) => (inputs.ruleOrder === undefined ? [] : Number(inputs.ruleOrder)));
  expect(orders).toHaveLength(200);
  expect(orders.filter((order) => order < 501 || order > 1000)).toEqual([]);
});

it("keeps to AWS's 512 letters of a note with the longest settings", async () => {
  const longest: Suppression = {
    name: "n".repeat(48),
    title: ["t"],
    reason: "false_positive",
    owner: "o".repeat(80),
    note: "x".repeat(256),
    expires: "2027-03-31T14:59:59.999Z",
  };

  const [, made] = await rules([longest]);
  const description = String(made?.inputs.description);

  expect(description).toContain("x".repeat(256));
  expect(description.length).toBeLessThanOrEqual(512);
});
