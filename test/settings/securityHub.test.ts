import { describe, expect, it } from "vitest";
import { parseSettings } from "../../settings";
import { localIn, policiesOf } from "../../settings/securityHub";
import { management, problemsOf, secrets } from "./configs";

const given = (securityHub: object) => ({ ...management, "hakken:securityHub": JSON.stringify(securityHub) });
const policies = (...all: object[]) => given({ policies: all });
const parsed = (securityHub: object) => parseSettings(given(securityHub), secrets).securityHub;

describe("the setting securityHub", () => {
  it("is one policy for everyone, with one standard, where nothing is said", () => {
    const settings = parseSettings(management, secrets).securityHub;

    expect(settings).toEqual({
      configuration: "CENTRAL",
      linkingMode: "SPECIFIED_REGIONS",
      controlFindings: "SECURITY_CONTROL",
    });
    expect(policiesOf(settings)).toEqual([
      {
        name: "hakken",
        description: "AWS Foundational Security Best Practices",
        enabled: true,
        disabledControls: [],
        parameters: [],
      },
    ]);
  });

  it("takes what is different in a region under LOCAL, and the rest as everywhere", () => {
    const settings = parsed({
      configuration: "LOCAL",
      local: {
        standards: ["cis-5.0"],
        disabledControls: [{ control: "IAM.6", reason: "none" }],
        regions: { "us-east-1": { standards: ["fsbp", "cis-5.0"] } },
      },
    });

    expect(localIn("us-east-1", settings)).toEqual({
      standards: ["fsbp", "cis-5.0"],
      disabledControls: [{ control: "IAM.6", reason: "none" }],
      parameters: [],
    });
    expect(localIn("eu-west-1", settings).standards).toEqual(["cis-5.0"]);
  });

  it.each<[string, Record<string, string>, string[]]>([
    [
      "a difference between regions under CENTRAL",
      policies({ name: "all", regions: { "us-east-1": { standards: ["fsbp"] } } }),
      [
        'hakken:securityHub.policies[0].regions: {"us-east-1":{"standards":["fsbp"]}} is wrong: it must be left out, since central configuration applies a policy in every linked region alike: for a difference between regions take hakken:securityHub.configuration LOCAL and hakken:securityHub.local.regions.',
      ],
    ],
    [
      "LOCAL's part under CENTRAL",
      given({ local: { standards: ["fsbp"] } }),
      [
        "hakken:securityHub.local is of no effect under CENTRAL, where policies apply in every linked region alike: put it into hakken:securityHub.policies, or set hakken:securityHub.configuration to LOCAL.",
      ],
    ],
    [
      "policies under LOCAL",
      given({ configuration: "LOCAL", policies: [{ name: "all" }] }),
      [
        "hakken:securityHub.policies exist under CENTRAL alone: put what they set into hakken:securityHub.local, which is the same for every account, or set hakken:securityHub.configuration to CENTRAL.",
      ],
    ],
    [
      "names and targets that stand there twice",
      policies(
        { name: "a", targets: ["root", "ou-abcd-12345678"] },
        { name: "a", targets: ["ou-abcd-12345678", "111122223333", "111122223333"] },
        { name: "b" },
        { name: "c" },
      ),
      [
        'hakken:securityHub.policies[1].name: "a" is that of policies[0] too: rename one.',
        'hakken:securityHub.policies[1].targets: "ou-abcd-12345678" is a target of policies[0] too: AWS applies one policy to each, so remove one.',
        'hakken:securityHub.policies[1].targets: "111122223333" stands there twice: AWS applies one policy to each, so remove one.',
        "hakken:securityHub.policies[3]: it has no targets, as policies[2], and both would be for everyone: give it targets.",
        "hakken:securityHub.policies[0].targets: the root is everyone, and so is policies[2], which has no targets: remove the one, or give targets to the other.",
      ],
    ],
    [
      "a policy that switches off and sets something",
      policies({
        name: "off",
        enabled: false,
        standards: ["fsbp"],
        disabledControls: [{ control: "S3.6", reason: "x" }],
      }),
      [
        "hakken:securityHub.policies[0].standards: Security Hub is off in this policy (enabled: false): remove it.",
        "hakken:securityHub.policies[0].disabledControls: Security Hub is off in this policy (enabled: false): remove it.",
      ],
    ],
    [
      "controls that are on and off, twice, or of the wrong type",
      policies({
        name: "a",
        disabledControls: [
          { control: "IAM.7", reason: "x" },
          { control: "IAM.7", reason: "y" },
        ],
        enabledControls: ["IAM.1"],
        parameters: [
          { control: "IAM.7", name: "MaxPasswordAge", value: 60, reason: "x" },
          { control: "IAM.1", name: "level", value: 5, type: "enum", reason: "x" },
          { control: "IAM.1", name: "level", value: "a", reason: "x" },
        ],
      }),
      [
        'hakken:securityHub.policies[0].disabledControls: "IAM.7" stands there twice: remove one.',
        'hakken:securityHub.policies[0].parameters: "IAM.1 level" stands there twice: remove one.',
        "hakken:securityHub.policies[0].parameters: the control IAM.7 is off (disabledControls): remove it in one of the two.",
        "hakken:securityHub.policies[0].parameters: IAM.1 level: 5 is no enum: correct the value or the type.",
        "hakken:securityHub.policies[0].enabledControls: AWS takes either these or disabledControls: remove one of the two lists.",
        "hakken:securityHub.policies[0].parameters: the control IAM.7 is not among enabledControls, so it is off: add it there, or remove its parameters.",
      ],
    ],
    [
      "what is no control, standard, target, or has no reason",
      policies({
        name: "a b",
        standards: ["fsbp", "cis"],
        disabledControls: [{ control: "S3", reason: " " }],
        targets: ["ou-1"],
      }),
      [
        'hakken:securityHub.policies[0].name: "a b" is wrong: it must be 1 to 128 letters, digits and - . ! * /, since AWS takes no others.',
        'hakken:securityHub.policies[0].standards[1]: "cis" is wrong: it must be one of fsbp, cis-1.2, cis-1.4, cis-3.0, cis-5.0, nist-800-53, nist-800-171, pci-3.2.1, pci-4.0.1, resource-tagging, or the ARN of another standard.',
        'hakken:securityHub.policies[0].disabledControls[0].control: "S3" is wrong: it must be the id of a control, such as S3.6.',
        'hakken:securityHub.policies[0].disabledControls[0].reason: " " is wrong: it must be the reason in words.',
        'hakken:securityHub.policies[0].targets[0]: "ou-1" is wrong: it must be root, the id of an organizational unit, such as ou-abcd-12345678, or the 12 digits of an account id, in quotes.',
      ],
    ],
    [
      "regions left out that are watched, or that the linking mode does not ask for",
      given({ linkingMode: "ALL_REGIONS_EXCEPT_SPECIFIED", exceptRegions: ["us-east-1"] }),
      [
        'hakken:securityHub.exceptRegions[0]: "us-east-1" is among hakken:regions, so what is found there would not be told: remove it in one of the two.',
      ],
    ],
    [
      "no regions left out",
      given({ linkingMode: "ALL_REGIONS_EXCEPT_SPECIFIED" }),
      [
        "hakken:securityHub.exceptRegions: it is missing: name the regions that are not gathered from, or take linkingMode ALL_REGIONS.",
      ],
    ],
    [
      "regions left out without effect",
      given({ exceptRegions: ["eu-south-1"] }),
      [
        "hakken:securityHub.exceptRegions: it is of no effect with linkingMode SPECIFIED_REGIONS: remove it, or take ALL_REGIONS_EXCEPT_SPECIFIED.",
      ],
    ],
    [
      "a control off in standards that are not on under LOCAL",
      given({
        configuration: "LOCAL",
        local: {
          disabledControls: [{ control: "IAM.6", reason: "a", standards: ["nist-800-53"], ids: { "cis-3.0": "1.6" } }],
        },
      }),
      [
        'hakken:securityHub.local.disabledControls: "IAM.6" is to be off in nist-800-53, which is not among standards: remove it there, or add the standard.',
        'hakken:securityHub.local.disabledControls: "IAM.6" is to be off in cis-3.0, which is not among standards: remove it there, or add the standard.',
      ],
    ],
    [
      "AWS's default standards beside the same ones of the StackSet",
      given({ configuration: "LOCAL", local: { autoEnableStandards: "DEFAULT" } }),
      [
        "hakken:securityHub.local.autoEnableStandards: with DEFAULT, AWS switches fsbp and cis-1.2 on in accounts that join, where the StackSet then fails to do so: set it to NONE, or take fsbp out of standards.",
      ],
    ],
    [
      "a region that is not watched under LOCAL",
      given({ configuration: "LOCAL", local: { regions: { "eu-south-1": { standards: [] } } } }),
      ["hakken:securityHub.local.regions.eu-south-1: it is not among hakken:regions: remove it here, or add it there."],
    ],
  ])("refuses %s", (_what, config, problems) => {
    expect(problemsOf(config)).toEqual(problems);
  });
});
