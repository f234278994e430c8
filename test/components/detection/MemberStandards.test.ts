import { describe, expect, it } from "vitest";
import type { LocalStandards } from "../../../components/detection/localStandards";
import { MemberStandards } from "../../../components/detection/MemberStandards";
import { hubTemplate, standardsTemplate } from "../../../components/detection/memberStandardsTemplate";
import { parsed, wantedIn } from "../../../sandbox/doubles/cloudformation/template";
import { recorded } from "../../pulumi/recorded";

const HOME = "ap-northeast-1";
const TYPES = ["AWS::SecurityHub::Hub", "AWS::SecurityHub::Standard", "AWS::SecurityHub::SecurityControl"];
const home: LocalStandards = {
  standards: ["fsbp", "cis-1.2"],
  disabledControls: [
    { control: "IAM.6", reason: "no root", ids: { "cis-1.2": "1.14" } },
    { control: "S3.8", reason: "public site", standards: ["nist-800-53"] },
  ],
  parameters: [{ control: "IAM.7", name: "MaxPasswordAge", value: 60, reason: "our rules; NIST" }],
};
const other: LocalStandards = { standards: ["fsbp", "nist-800-53"], disabledControls: [], parameters: [] };

/** What stands in one account and region, by what is in the template under which name. */
const inRegion = (template: string, region: string) =>
  wantedIn(parsed(template, TYPES), { account: "333344445555", region, parameters: {} }).map((one) => [
    one.logicalId,
    one.properties,
  ]);
const FSBP = "aws-foundational-security-best-practices/v/1.0.0";
const control = (region: string, path: string) => `arn:aws:securityhub:${region}:333344445555:control/${path}`;

describe("the template of the members' standards", () => {
  it("has in each region what that region is to have, under the same names", () => {
    const template = standardsTemplate({ [HOME]: home, "ap-northeast-3": home, "us-east-1": other });

    for (const region of [HOME, "ap-northeast-3"])
      expect(inRegion(template, region)).toEqual([
        [
          "Fsbp",
          {
            StandardsArn: `arn:aws:securityhub:${region}::standards/${FSBP}`,
            DisabledStandardsControls: [{ StandardsControlArn: control(region, `${FSBP}/IAM.6`), Reason: "no root" }],
          },
        ],
        [
          "Cis12",
          {
            StandardsArn: "arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0",
            DisabledStandardsControls: [
              {
                StandardsControlArn: control(region, "cis-aws-foundations-benchmark/v/1.2.0/1.14"),
                Reason: "no root",
              },
            ],
          },
        ],
        [
          "ControlIAM7",
          {
            SecurityControlId: "IAM.7",
            Parameters: { MaxPasswordAge: { ValueType: "CUSTOM", Value: { Integer: 60 } } },
            LastUpdateReason: "our rules NIST",
          },
        ],
      ]);
    expect(inRegion(template, "us-east-1")).toEqual([
      ["Fsbp", { StandardsArn: `arn:aws:securityhub:us-east-1::standards/${FSBP}` }],
      ["Nist80053", { StandardsArn: "arn:aws:securityhub:us-east-1::standards/nist-800-53/v/5.0.0" }],
    ]);
  });

  it("has no conditions where all regions are alike, and at most ten alternatives in each where they are not", () => {
    const alike = standardsTemplate({ [HOME]: other, "us-east-1": other });
    const many = Array.from({ length: 25 }, (_, index) => `r-${index}`);
    const template = standardsTemplate({
      ...Object.fromEntries(many.map((region) => [region, home])),
      [HOME]: { ...other, standards: ["fsbp"] },
    });

    expect(JSON.parse(alike).Conditions).toBeUndefined();
    const longest = (value: unknown): number =>
      typeof value !== "object" || value === null
        ? 0
        : Math.max(
            0,
            ...Object.entries(value).map(([key, inner]) =>
              Math.max(key === "Fn::Or" ? (inner as unknown[]).length : 0, longest(inner)),
            ),
          );
    expect(longest(JSON.parse(template).Conditions)).toBe(10);
    for (const region of many) expect(inRegion(template, region)).toHaveLength(3);
    expect(inRegion(template, HOME)).toHaveLength(1);
  });

  it("is refused where CloudFormation would refuse it for its size", () => {
    const disabledControls = Array.from({ length: 400 }, (_, index) => ({
      control: `S3.${index}`,
      reason: "x".repeat(20),
    }));

    expect(() => standardsTemplate({ [HOME]: { ...other, disabledControls } })).toThrow(/CloudFormation takes 51200/);
  });

  it("keeps Security Hub on where its stack goes", () => {
    expect(JSON.parse(hubTemplate())).toEqual({
      Resources: {
        Hub: { Type: "AWS::SecurityHub::Hub", DeletionPolicy: "Retain", Properties: { EnableDefaultStandards: false } },
      },
    });
  });
});

const made = async (standards: Record<string, LocalStandards>) => {
  const args = { stackSetName: "hakken", homeRegion: HOME, unitIds: ["r-abcd"], excludedAccounts: ["444455556666"] };
  const { resources } = await recorded(() => new MemberStandards("member-standards", { ...args, standards }));
  return resources.map(({ type, name, inputs, after }) => [
    type.split(":")[2],
    name,
    inputs.regions ?? inputs.autoDeployment,
    after,
  ]);
};

it("makes Security Hub and then its standards, in the accounts that there are and in those that join", async () => {
  const automatic = { enabled: true, retainStacksOnAccountRemoval: false };
  const hub = [
    ["MemberStandards", "member-standards", undefined, undefined],
    ["StackSet", "member-standards-hub", automatic, undefined],
    ["StackInstances", "member-standards-hub-instances", [HOME, "us-east-1"], ["member-standards-hub"]],
  ];
  const nothing = { standards: [], disabledControls: [], parameters: [] };

  expect(await made({ [HOME]: nothing, "us-east-1": nothing })).toEqual(hub);
  expect(await made({ [HOME]: home, "us-east-1": other })).toEqual([
    ...hub,
    [
      "StackSet",
      "member-standards-standards",
      { ...automatic, dependsOnStackSets: ["arn:of:member-standards-hub"] },
      ["member-standards-hub"],
    ],
    [
      "StackInstances",
      "member-standards-standards-instances",
      [HOME, "us-east-1"],
      ["member-standards-hub-instances", "member-standards-standards"],
    ],
  ]);
});
