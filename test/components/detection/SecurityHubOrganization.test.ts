import { expect, it } from "vitest";
import { SecurityHubOrganization } from "../../../components/detection/SecurityHubOrganization";
import { recorded } from "../../pulumi/recorded";

it("links the regions, then CENTRAL, then the policy, then its association with the root, all from the home region", async () => {
  const args = { homeRegion: "ap-northeast-1", linkedRegions: ["ap-northeast-3", "us-east-1"], targetId: "r-abcd" };

  const { resources } = await recorded(() => new SecurityHubOrganization("securityhub", args));

  const region = "ap-northeast-1";
  expect(resources).toEqual([
    { type: "hakken:detection:SecurityHubOrganization", name: "securityhub", inputs: {} },
    {
      type: "aws:securityhub/findingAggregator:FindingAggregator",
      name: "securityhub-aggregator",
      inputs: { linkingMode: "SPECIFIED_REGIONS", specifiedRegions: ["ap-northeast-3", "us-east-1"], region },
    },
    {
      type: "aws:securityhub/configurationPolicyAssociation:ConfigurationPolicyAssociation",
      name: "securityhub-association",
      inputs: { policyId: "securityhub-policy-id", targetId: "r-abcd", region },
      after: ["securityhub-policy"],
      timeouts: { create: "15m", update: "15m" },
    },
    {
      type: "aws:securityhub/organizationConfiguration:OrganizationConfiguration",
      name: "securityhub-central",
      inputs: {
        autoEnable: false,
        autoEnableStandards: "NONE",
        organizationConfiguration: { configurationType: "CENTRAL" },
        region,
      },
      after: ["securityhub-aggregator"],
    },
    {
      type: "aws:securityhub/configurationPolicy:ConfigurationPolicy",
      name: "securityhub-policy",
      inputs: {
        name: "hakken",
        description: "AWS Foundational Security Best Practices in every account and region",
        configurationPolicy: {
          serviceEnabled: true,
          enabledStandardArns: [
            "arn:aws:securityhub:ap-northeast-1::standards/aws-foundational-security-best-practices/v/1.0.0",
          ],
          securityControlsConfiguration: { disabledControlIdentifiers: [] },
        },
        region,
      },
      after: ["securityhub-central"],
    },
  ]);
});
