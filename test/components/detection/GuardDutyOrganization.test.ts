import { expect, it } from "vitest";
import { GuardDutyOrganization, type OrganizationPlan } from "../../../components/detection/GuardDutyOrganization";
import { recorded } from "../../pulumi/recorded";

const configuration = (region: string, detectorId: string, auto: string) => ({
  type: "aws:guardduty/organizationConfiguration:OrganizationConfiguration",
  name: `guardduty-${region}`,
  inputs: { autoEnableOrganizationMembers: auto, detectorId, region },
});
const plan = (region: string, detectorId: string, name: string, autoEnable: string, after: string, more = {}) => ({
  type: "aws:guardduty/organizationConfigurationFeature:OrganizationConfigurationFeature",
  name: `guardduty-${region}-${name}`,
  inputs: { name, autoEnable, detectorId, region, ...more },
  after: [after],
});

it("switches accounts and plans on as asked, one write of a region's configuration after the other", async () => {
  const s3: OrganizationPlan = { name: "S3_DATA_EVENTS", autoEnable: "ALL", additional: [] };
  const rds: OrganizationPlan = { name: "RDS_LOGIN_EVENTS", autoEnable: "NONE", additional: [] };
  const args = {
    detectorIds: { "ap-northeast-1": "d-home", "us-east-1": "d-linked" },
    autoEnable: "NEW" as const,
    plansIn: (region: string) => (region === "us-east-1" ? [s3] : [s3, rds]),
  };

  const { resources, result } = await recorded(() => new GuardDutyOrganization("guardduty", args));

  expect(resources).toEqual([
    { type: "hakken:detection:GuardDutyOrganization", name: "guardduty", inputs: {} },
    configuration("ap-northeast-1", "d-home", "NEW"),
    plan("ap-northeast-1", "d-home", "RDS_LOGIN_EVENTS", "NONE", "guardduty-ap-northeast-1-S3_DATA_EVENTS"),
    plan("ap-northeast-1", "d-home", "S3_DATA_EVENTS", "ALL", "guardduty-ap-northeast-1"),
    configuration("us-east-1", "d-linked", "NEW"),
    plan("us-east-1", "d-linked", "S3_DATA_EVENTS", "ALL", "guardduty-us-east-1"),
  ]);
  expect(Object.keys(result.configured)).toEqual(["ap-northeast-1", "us-east-1"]);
});

it.each([
  ["NEW", ["NONE", "NEW"]],
  ["NONE", ["NONE", "NONE"]],
] as const)(
  "installs the agents asked for under %s, and says of the others that they are off",
  async (autoEnable, says) => {
    const additional = [
      { name: "ECS_FARGATE_AGENT_MANAGEMENT", on: false },
      { name: "EC2_AGENT_MANAGEMENT", on: true },
    ];
    const args = {
      detectorIds: { "ap-northeast-1": "d-home" },
      autoEnable: "ALL" as const,
      plansIn: () => [{ name: "RUNTIME_MONITORING", autoEnable, additional }],
    };

    const { resources } = await recorded(() => new GuardDutyOrganization("guardduty", args));

    expect(resources.slice(2)).toEqual([
      plan("ap-northeast-1", "d-home", "RUNTIME_MONITORING", autoEnable, "guardduty-ap-northeast-1", {
        additionalConfigurations: [
          { name: "ECS_FARGATE_AGENT_MANAGEMENT", autoEnable: says[0] },
          { name: "EC2_AGENT_MANAGEMENT", autoEnable: says[1] },
        ],
      }),
    ]);
  },
);
