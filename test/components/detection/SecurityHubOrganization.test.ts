import * as pulumi from "@pulumi/pulumi";
import { expect, it } from "vitest";
import { type PolicyWithTargets, SecurityHubOrganization } from "../../../components/detection/SecurityHubOrganization";
import { recorded } from "../../pulumi/recorded";

const region = "ap-northeast-1";
const fsbp = "arn:aws:securityhub:ap-northeast-1::standards/aws-foundational-security-best-practices/v/1.0.0";
const none = { disabledControls: [], parameters: [] };
const timeouts = { create: "15m", update: "15m" };

const policies: PolicyWithTargets[] = [
  {
    ...none,
    name: "hakken",
    description: "Best practices",
    enabled: true,
    targets: ["ou-abcd-security", "111122223333"],
  },
  {
    name: "workloads",
    enabled: true,
    standards: ["fsbp", "cis-1.2", "pci-4.0.1"],
    disabledControls: [{ control: "IAM.6", reason: "root users have no credentials" }],
    parameters: [
      { control: "IAM.7", name: "MaxPasswordAge", value: 60, reason: "our rules" },
      { control: "IAM.7", name: "RequireSymbols", value: false, reason: "length counts" },
      { control: "APIGateway.1", name: "loggingLevel", value: "INFO", type: "enum", reason: "more than errors" },
      { control: "EC2.19", name: "authorizedTcpPorts", value: [443], reason: "web alone" },
      { control: "S3.11", name: "eventTypes", value: ["s3:ObjectCreated:Put"], type: "enumList", reason: "new ones" },
    ],
    targets: ["ou-abcd-workloads"],
  },
  { ...none, name: "off", enabled: false, targets: ["ou-abcd-sandbox0"] },
];

const made = (release?: ConstructorParameters<typeof SecurityHubOrganization>[1]["release"]) =>
  recorded(
    () =>
      new SecurityHubOrganization("securityhub", {
        homeRegion: region,
        linking: { mode: "SPECIFIED_REGIONS", regions: ["ap-northeast-3", "us-east-1"] },
        policies,
        release,
      }),
  );

it("links the regions, then CENTRAL, then policies, then each one's associations, all from the home region", async () => {
  const { resources } = await made();

  const association = (targetId: string, policy: string) => ({
    type: "aws:securityhub/configurationPolicyAssociation:ConfigurationPolicyAssociation",
    name: `securityhub-association-${targetId}`,
    inputs: { policyId: `securityhub-policy-${policy}-id`, targetId, region },
    after: [`securityhub-policy-${policy}`],
    timeouts,
  });
  const policy = (name: string, description: string, configurationPolicy: object) => ({
    type: "aws:securityhub/configurationPolicy:ConfigurationPolicy",
    name: `securityhub-policy-${name}`,
    inputs: { name, description, configurationPolicy, region },
    after: ["securityhub-central"],
  });
  const custom = (name: string, value: object) => ({ name, valueType: "CUSTOM", ...value });
  expect(resources).toEqual([
    { type: "hakken:detection:SecurityHubOrganization", name: "securityhub", inputs: {} },
    {
      type: "aws:securityhub/findingAggregator:FindingAggregator",
      name: "securityhub-aggregator",
      inputs: { linkingMode: "SPECIFIED_REGIONS", specifiedRegions: ["ap-northeast-3", "us-east-1"], region },
    },
    association("111122223333", "hakken"),
    association("ou-abcd-sandbox0", "off"),
    association("ou-abcd-security", "hakken"),
    association("ou-abcd-workloads", "workloads"),
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
    policy("hakken", "Best practices", {
      serviceEnabled: true,
      enabledStandardArns: [fsbp],
      securityControlsConfiguration: { disabledControlIdentifiers: [] },
    }),
    policy("off", "Security Hub is off", { serviceEnabled: false }),
    policy(
      "workloads",
      "fsbp, cis-1.2, pci-4.0.1. Off: IAM.6 (root users have no credentials). Changed: IAM.7 MaxPasswordAge 60 (our rules), IAM.7 RequireSymbols false (length counts), APIGateway.1 loggingLevel INFO (more than errors), EC2.19 authorizedTcpPorts 443 (web alone), S3.11 eventTypes s3:ObjectCreated:Put (new ones)",
      {
        serviceEnabled: true,
        enabledStandardArns: [
          fsbp,
          "arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0",
          "arn:aws:securityhub:ap-northeast-1::standards/pci-dss/v/4.0.1",
        ],
        securityControlsConfiguration: {
          disabledControlIdentifiers: ["IAM.6"],
          securityControlCustomParameters: [
            {
              securityControlId: "IAM.7",
              parameters: [
                custom("MaxPasswordAge", { int: { value: 60 } }),
                custom("RequireSymbols", { bool: { value: false } }),
              ],
            },
            { securityControlId: "APIGateway.1", parameters: [custom("loggingLevel", { enum: { value: "INFO" } })] },
            { securityControlId: "EC2.19", parameters: [custom("authorizedTcpPorts", { intList: { values: [443] } })] },
            {
              securityControlId: "S3.11",
              parameters: [custom("eventTypes", { enumList: { values: ["s3:ObjectCreated:Put"] } })],
            },
          ],
        },
      },
    ),
  ]);
});

it("puts what waits for the end of associations between each policy and its own", async () => {
  class Release extends pulumi.CustomResource {
    constructor(name: string, opts: pulumi.CustomResourceOptions) {
      super("test:index:Release", name, {}, opts);
    }
  }

  const { resources } = await made((name, _policyId, opts) => new Release(name, opts));

  const after = (name: string) => resources.find((one) => one.name === name)?.after;
  expect(after("securityhub-release-workloads")).toEqual(["securityhub-policy-workloads"]);
  expect(after("securityhub-association-ou-abcd-workloads")).toContain("securityhub-release-workloads");
  expect(after("securityhub-association-111122223333")).toContain("securityhub-release-hakken");
});

it.each([
  ["ALL_REGIONS", [], { linkingMode: "ALL_REGIONS", region }],
  [
    "ALL_REGIONS_EXCEPT_SPECIFIED",
    ["eu-south-1"],
    { linkingMode: "ALL_REGIONS_EXCEPT_SPECIFIED", specifiedRegions: ["eu-south-1"], region },
  ],
] as const)("gathers findings with %s", async (mode, regions, inputs) => {
  const { resources } = await recorded(
    () => new SecurityHubOrganization("securityhub", { homeRegion: region, linking: { mode, regions }, policies: [] }),
  );

  expect(resources.find(({ name }) => name === "securityhub-aggregator")?.inputs).toEqual(inputs);
});
