import { expect, it } from "vitest";
import { GuardDutyOrganization } from "../../../components/detection/GuardDutyOrganization";
import { recorded } from "../../pulumi/recorded";

it("switches every account and its plans on, one write of a region's configuration after the other", async () => {
  const args = {
    detectorIds: { "ap-northeast-1": "d-home", "us-east-1": "d-linked" },
    plans: ["S3_DATA_EVENTS", "RDS_LOGIN_EVENTS"],
  };

  const { resources } = await recorded(() => new GuardDutyOrganization("guardduty", args));

  const configuration = (region: string, detectorId: string) => ({
    type: "aws:guardduty/organizationConfiguration:OrganizationConfiguration",
    name: `guardduty-${region}`,
    inputs: { autoEnableOrganizationMembers: "ALL", detectorId, region },
  });
  const plan = (region: string, detectorId: string, name: string, after: string) => ({
    type: "aws:guardduty/organizationConfigurationFeature:OrganizationConfigurationFeature",
    name: `guardduty-${region}-${name}`,
    inputs: { name, autoEnable: "ALL", detectorId, region },
    after: [after],
  });
  expect(resources).toEqual([
    { type: "hakken:detection:GuardDutyOrganization", name: "guardduty", inputs: {} },
    configuration("ap-northeast-1", "d-home"),
    plan("ap-northeast-1", "d-home", "RDS_LOGIN_EVENTS", "guardduty-ap-northeast-1-S3_DATA_EVENTS"),
    plan("ap-northeast-1", "d-home", "S3_DATA_EVENTS", "guardduty-ap-northeast-1"),
    configuration("us-east-1", "d-linked"),
    plan("us-east-1", "d-linked", "RDS_LOGIN_EVENTS", "guardduty-us-east-1-S3_DATA_EVENTS"),
    plan("us-east-1", "d-linked", "S3_DATA_EVENTS", "guardduty-us-east-1"),
  ]);
});
