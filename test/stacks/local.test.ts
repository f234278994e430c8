import { expect, it, vi } from "vitest";
import { securityHub } from "../../settings/securityHub";
import { audit } from "../../stacks/audit";
import { management } from "../../stacks/management";
import { organization } from "../../stacks/organization";
import { refuseSwitch } from "../../stacks/securityHubConfiguration";
import { recorded, valuesOf } from "../pulumi/recorded";
import { auditOutputs, auditSettings, aws, organizationAnswers, outputs, plainSettings } from "./settings";

// Both have tests of their own, on the compiled program, since their handlers can't be serialized from what vitest makes.
const made = vi.hoisted(() => ({
  reconcilers: [] as { duties: { kind: string; regions: object; settings: object }[] }[],
}));
vi.mock("../../components/detection/Reconciler", () => ({
  Reconciler: class {
    warnings = [];
    lacking = [];
    constructor(_name: string, args: (typeof made.reconcilers)[number]) {
      made.reconcilers.push(args);
    }
  },
}));
vi.mock("../../components/notification/NotificationPipeline", () => ({
  NotificationPipeline: class {
    alarms = { topicArn: "arn:of:alarm-topic", namePrefix: "alerts-alarm-" };
  },
}));

const stacks = {
  "organization/hakken/audit": auditOutputs,
  "organization/hakken/management": { adminAccountId: "444455556666", rootId: "r-abcd", absentRegions: [] as string[] },
};
const regions = ["ap-northeast-1", "ap-northeast-3", "us-east-1"];
const local = {
  standards: ["fsbp", "cis-1.2"],
  disabledControls: [{ control: "IAM.6", reason: "no root", ids: { "cis-1.2": "1.14" } }],
  parameters: [{ control: "IAM.7", name: "MaxPasswordAge", value: 60, reason: "our rules" }],
  regions: { "us-east-1": { standards: ["fsbp"], disabledControls: [], parameters: [] } },
};
const hub = securityHub.parse({ configuration: "LOCAL", local });
const trusted = {
  "aws:organizations/getOrganization:getOrganization": () => ({
    masterAccountId: "111122223333",
    roots: [{ id: "r-abcd" }],
    awsServiceAccessPrincipals: ["member.org.stacksets.cloudformation.amazonaws.com"],
  }),
};
const answers = { ...aws, ...trusted, ...organizationAnswers(), ...outputs(stacks) };
const arn = (region: string, path: string) => `arn:aws:securityhub:${region}::standards/${path}`;
const FSBP = "aws-foundational-security-best-practices/v/1.0.0";
const CIS = "arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0";

const ofHub = (resources: Awaited<ReturnType<typeof recorded>>["resources"]) =>
  resources
    .filter(({ type }) => type.startsWith("aws:securityhub/"))
    .map(({ type, name, inputs: { region, ...inputs } }) => [type.split(":")[2], name, region, inputs]);

/** What an account has of its own: Security Hub, standards, and controls that are off. */
const own = (controlFindingGenerator?: string) => {
  const account = { enableDefaultStandards: false, ...(controlFindingGenerator && { controlFindingGenerator }) };
  const off = { associationStatus: "DISABLED", securityControlId: "IAM.6", updatedReason: "no root" };
  return {
    hubs: [
      ["Account", "securityhub", "ap-northeast-1", account],
      ["Account", "standards-ap-northeast-3", "ap-northeast-3", account],
      ["Account", "standards-us-east-1", "us-east-1", account],
    ],
    controls: ["ap-northeast-1", "ap-northeast-3"].flatMap((region) => [
      ["StandardsControlAssociation", `standards-${region}-cis-1.2-IAM.6`, region, { ...off, standardsArn: CIS }],
      [
        "StandardsControlAssociation",
        `standards-${region}-fsbp-IAM.6`,
        region,
        { ...off, standardsArn: arn(region, FSBP) },
      ],
    ]),
    standards: regions.flatMap((region) => [
      ...(region === "us-east-1"
        ? []
        : [["StandardsSubscription", `standards-${region}-cis-1.2`, region, { standardsArn: CIS }]]),
      ["StandardsSubscription", `standards-${region}-fsbp`, region, { standardsArn: arn(region, FSBP) }],
    ]),
  };
};
const sorted = (all: unknown[][]) => all.sort((a, b) => `${a[0]} ${a[1]}`.localeCompare(`${b[0]} ${b[1]}`));

it("has Security Hub with its standards in every region of the audit account", async () => {
  const settings = { ...auditSettings(), memberRecorders: { enabled: false, excludedAccounts: [] }, securityHub: hub };

  const { resources } = await recorded(() => audit(settings), { answers });

  expect(resources.find(({ name }) => name === "securityhub")?.ignoreChanges).toBeUndefined();
  const { hubs, controls, standards } = own("SECURITY_CONTROL");
  // Shown by the console, whether or not the hub is configured centrally.
  const action = [
    "ActionTarget",
    "custom-action",
    "ap-northeast-1",
    expect.objectContaining({ identifier: "TellByHakken" }),
  ];
  expect(sorted(ofHub(resources))).toEqual(sorted([...hubs, ...controls, ...standards, action]));
});

it("has the same in the management account, designates in each region, and makes the members' standards", async () => {
  const settings = {
    ...plainSettings("management", "111122223333"),
    memberRecorders: { enabled: false, excludedAccounts: [] },
    securityHub: hub,
  };

  const { resources } = await recorded(() => management(settings), { answers });

  const { hubs, controls, standards } = own();
  const designations = regions.map((region) => [
    "OrganizationAdminAccount",
    region === "ap-northeast-1" ? "admin-securityhub" : `admin-securityhub-${region}`,
    region,
    { adminAccountId: "444455556666" },
  ]);
  expect(sorted(ofHub(resources))).toEqual(sorted([...hubs, ...controls, ...standards, ...designations]));
  const stackSets = resources.filter(({ type }) => type.startsWith("aws:cloudformation/"));
  expect(stackSets.map(({ name, inputs }) => [name, inputs.name ?? inputs.deploymentTargets])).toEqual([
    ["member-standards-hub", "hakken-securityhub"],
    [
      "member-standards-hub-instances",
      { organizationalUnitIds: ["r-abcd"], accounts: ["444455556666"], accountFilterType: "DIFFERENCE" },
    ],
    ["member-standards-standards", "hakken-securityhub-standards"],
    [
      "member-standards-standards-instances",
      { organizationalUnitIds: ["r-abcd"], accounts: ["444455556666"], accountFilterType: "DIFFERENCE" },
    ],
  ]);
});

it("asks for StackSets' access to the organization before anything is made", async () => {
  const settings = {
    ...plainSettings("management", "111122223333"),
    memberRecorders: { enabled: false, excludedAccounts: [] },
    securityHub: hub,
  };

  const attempt = recorded(() => management(settings), {
    answers: {
      ...answers,
      "aws:organizations/getOrganization:getOrganization": aws["aws:organizations/getOrganization:getOrganization"],
    },
  });

  await expect(attempt).rejects.toThrow(
    /^hakken:securityHub.configuration: StackSets may not reach .* aws cloudformation activate-organizations-access\. .* Or set it to CENTRAL\.$/,
  );
});

it("gathers findings, enables accounts that join in each region, and enrols the others by a duty", async () => {
  made.reconcilers.length = 0;
  const settings = { ...plainSettings("organization", "444455556666"), securityHub: hub };

  const { resources, result } = await recorded(() => organization(settings), { answers });

  const automatic = { autoEnable: true, autoEnableStandards: "NONE" };
  expect(ofHub(resources)).toEqual([
    [
      "FindingAggregator",
      "securityhub-aggregator",
      "ap-northeast-1",
      { linkingMode: "SPECIFIED_REGIONS", specifiedRegions: ["ap-northeast-3", "us-east-1"] },
    ],
    [
      "OrganizationConfiguration",
      "securityhub-ap-northeast-1",
      "ap-northeast-1",
      { ...automatic, organizationConfiguration: { configurationType: "LOCAL" } },
    ],
    ["OrganizationConfiguration", "securityhub-ap-northeast-3", "ap-northeast-3", automatic],
    ["OrganizationConfiguration", "securityhub-us-east-1", "us-east-1", automatic],
  ]);
  const custom = [{ control: "IAM.7", reason: "our rules", values: { MaxPasswordAge: { Integer: 60 } } }];
  expect(
    made.reconcilers[0]?.duties.map(({ kind, regions, settings }) => [kind, Object.keys(regions), settings]),
  ).toEqual([
    ["guardDuty", regions, expect.anything()],
    ["inspector", [], expect.anything()],
    [
      "securityHubMembers",
      regions,
      { adminAccountId: "444455556666", parameters: { "ap-northeast-1": custom, "ap-northeast-3": custom } },
    ],
    ["securityHubV2", expect.any(Array), expect.anything()],
  ]);
  expect(result).toMatchObject({ securityHubConfiguration: "LOCAL" });
});

const deployed = (before: object) => ({ answers: outputs({ "organization/hakken/organization": { ...before } }) });
const switching = (
  role: "audit" | "management" | "organization" | "member",
  configuration: "CENTRAL" | "LOCAL",
  before: object,
) => {
  const settings = {
    ...plainSettings("management", "111122223333"),
    securityHub: securityHub.parse({ configuration }),
  };
  return recorded(() => refuseSwitch({ ...settings, role } as typeof settings), {
    ...deployed(before),
    stack: role,
  });
};
const ADMIN = { adminAccountId: "444455556666" };

it.each(["audit", "management", "organization"] as const)(
  "refuses another configuration than the organization was deployed with, in the stack %s",
  async (role) => {
    const toLocal = () => switching(role, "LOCAL", ADMIN);
    const toCentral = () => switching(role, "CENTRAL", { ...ADMIN, securityHubConfiguration: "LOCAL" });

    await expect(toLocal()).rejects.toThrow(
      /"LOCAL" is not what the stack organization was deployed with, CENTRAL, .* pulumi destroy --stack organization; then set LOCAL/,
    );
    await expect(toCentral()).rejects.toThrow(/"CENTRAL" is not what the stack organization was deployed with, LOCAL/);
  },
);

it("takes the configuration of before, any at first and after a destroy, and any in an account's own stack", async () => {
  await expect(switching("audit", "CENTRAL", ADMIN)).resolves.toBeDefined();
  await expect(
    switching("management", "LOCAL", { ...ADMIN, securityHubConfiguration: "LOCAL" }),
  ).resolves.toBeDefined();
  await expect(switching("organization", "LOCAL", {})).resolves.toBeDefined();
  await expect(switching("member", "CENTRAL", { ...ADMIN, securityHubConfiguration: "LOCAL" })).resolves.toBeDefined();
});

it("switches a control on again that is off no more, in each standard that is on still, and keeps saying so", async () => {
  const settings = {
    ...auditSettings(),
    memberRecorders: { enabled: false, excludedAccounts: [] },
    securityHub: securityHub.parse({
      configuration: "LOCAL",
      local: { standards: ["fsbp"], disabledControls: [{ control: "IAM.6", reason: "no root" }] },
    }),
  };
  const before = { "ap-northeast-1": { fsbp: ["EC2.19", "IAM.6"], "cis-1.2": ["IAM.6"] } };
  const own = outputs({ ...stacks, "organization/hakken/test": { controlsSet: before } });

  const { resources, result } = await recorded(async () => valuesOf(await audit(settings)), {
    answers: { ...answers, ...own },
  });

  const set = resources.filter(({ type, inputs }) => /ControlAssociation/.test(type) && inputs.region === regions[0]);
  expect(set.map(({ name, inputs }) => [name, inputs.associationStatus, inputs.updatedReason])).toEqual([
    ["standards-ap-northeast-1-fsbp-EC2.19", "ENABLED", undefined],
    ["standards-ap-northeast-1-fsbp-IAM.6", "DISABLED", "no root"],
  ]);
  expect(result.controlsSet).toEqual({
    "ap-northeast-1": { fsbp: ["EC2.19", "IAM.6"] },
    "ap-northeast-3": { fsbp: ["IAM.6"] },
    "us-east-1": { fsbp: ["IAM.6"] },
  });
});
