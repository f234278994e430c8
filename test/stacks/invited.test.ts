import { expect, it, vi } from "vitest";
import type { PlainSettings } from "../../settings";
import type { InvitingService } from "../../settings/invitedAccounts";
import { securityHub } from "../../settings/securityHub";
import { member } from "../../stacks/member";
import { organization } from "../../stacks/organization";
import { recorded, refusal } from "../pulumi/recorded";
import { auditOutputs, aws, organizationAnswers, outputs, plainSettings } from "./settings";

// The reconciler has tests of its own, on the compiled program.
vi.mock("../../components/detection/Reconciler", () => ({
  Reconciler: class {
    warnings = [];
    lacking = [];
    invocation() {}
  },
}));

const PARTNER = "999900001111";
const invited = {
  invitedAccounts: [{ account: PARTNER, email: "aws@example.com", services: ["guardDuty", "securityHub"] }],
  organizationId: "o-a1b2c3d4e5",
} satisfies Partial<PlainSettings>;
/** The same, to one service alone. */
const invitedTo = (service: InvitingService) => ({
  ...invited,
  invitedAccounts: [{ account: PARTNER, email: "aws@example.com", services: [service] }],
});
const organizationIs = (id: string) => ({
  "aws:organizations/getOrganization:getOrganization": () => ({
    ...aws["aws:organizations/getOrganization:getOrganization"](),
    id,
  }),
});
const stacks = {
  "organization/hakken/audit": auditOutputs,
  "organization/hakken/management": { adminAccountId: "444455556666", rootId: "r-abcd", absentRegions: ["us-east-1"] },
};

it("invites accounts where the organization has an administrator", async () => {
  const settings = { ...plainSettings("organization", "444455556666"), ...invited };

  const { resources } = await recorded(() => organization(settings), {
    answers: { ...aws, ...organizationAnswers(), ...outputs(stacks), ...organizationIs("o-a1b2c3d4e5") },
  });

  const invitations = resources.filter(({ type }) => type === "aws:guardduty/member:Member");
  expect(
    invitations.map(({ inputs, protect }) => [inputs.region, inputs.detectorId, inputs.accountId, protect]),
  ).toEqual([
    ["ap-northeast-1", "d1", PARTNER, true],
    ["ap-northeast-3", "d2", PARTNER, true],
  ]);
});

const inviting = async (settings: Partial<PlainSettings>) => {
  const { resources } = await recorded(
    () => organization({ ...plainSettings("organization", "444455556666"), ...settings }),
    { answers: { ...aws, ...organizationAnswers(), ...outputs(stacks), ...organizationIs("o-a1b2c3d4e5") } },
  );
  return resources.filter(({ type }) => type.endsWith(":Member"));
};

it("invites them to Security Hub in the home region and each linked one, once every policy holds", async () => {
  const members = (await inviting(invited)).filter(({ type }) => type === "aws:securityhub/member:Member");

  expect(members.map(({ name, inputs, protect }) => [name, inputs, protect])).toEqual(
    ["ap-northeast-1", "ap-northeast-3", "us-east-1"].map((region) => [
      `invited-securityhub-${PARTNER}-${region}`,
      { accountId: PARTNER, email: "aws@example.com", invite: true, region },
      true,
    ]),
  );
  for (const { after } of members) expect(after).toContain("securityhub-association-111122223333");
});

it("invites them under LOCAL where the administrator is designated, region by region", async () => {
  const members = await inviting({ ...invited, securityHub: securityHub.parse({ configuration: "LOCAL" }) });

  const hubs = members.filter(({ type }) => type === "aws:securityhub/member:Member");
  expect(hubs.map(({ inputs }) => inputs.region)).toEqual(["ap-northeast-1", "ap-northeast-3"]);
  for (const { after } of hubs) expect(after).toContain("securityhub-ap-northeast-3");
});

it.each([
  ["guardDuty", "aws:guardduty/member:Member"],
  ["securityHub", "aws:securityhub/member:Member"],
] as const)("invites to %s alone where that is said", async (service, type) => {
  const members = await inviting(invitedTo(service));

  expect([...new Set(members.map((one) => one.type))]).toEqual([type]);
});

it("makes detectors of an invited account, without what the administrator decides, and accepts", async () => {
  const settings = { ...plainSettings("member", PARTNER), ...invited };
  const elsewhere = {
    ...auditOutputs,
    absentRegions: ["ap-northeast-3"],
    detectorIds: { "ap-northeast-1": "d1", "us-east-1": "d3" },
  };

  const { resources } = await recorded(() => member(settings), {
    answers: {
      ...aws,
      ...outputs({ ...stacks, "organization/hakken/audit": elsewhere }),
      ...organizationIs("o-theirs00000"),
    },
  });

  const guardDuty = resources.filter(({ type }) => /guardduty/.test(type));
  expect(guardDuty.map(({ name, inputs, provider }) => [name, inputs, provider])).toEqual([
    ...["ap-northeast-1", "ap-northeast-3", "us-east-1"].map((region) => [
      `detectors-${region}`,
      { enable: true, region },
      "account",
    ]),
    // The audit account lacks ap-northeast-3, and the management account us-east-1.
    [
      "invitations-ap-northeast-1",
      { detectorId: "detectors-ap-northeast-1-id", masterAccountId: "444455556666", region: "ap-northeast-1" },
      "account",
    ],
  ]);
});

const accepting = async (settings: Partial<PlainSettings>, other: object = {}) => {
  const { resources } = await recorded(() => member({ ...plainSettings("member", PARTNER), ...settings }), {
    answers: {
      ...aws,
      ...outputs({ ...stacks, "organization/hakken/audit": { ...auditOutputs, ...other } }),
      ...organizationIs("o-theirs00000"),
    },
  });
  return resources.filter(({ type }) => /securityhub/.test(type));
};

it("switches Security Hub on in an invited account, with the standards of everyone's policy, and accepts", async () => {
  const lacking = { absentRegions: ["ap-northeast-3"], detectorIds: { "ap-northeast-1": "d1", "us-east-1": "d3" } };

  const made = await accepting({ ...invited, recorder: "managed" }, lacking);

  const fsbp = (region: string) =>
    `arn:aws:securityhub:${region}::standards/aws-foundational-security-best-practices/v/1.0.0`;
  const regions = ["ap-northeast-1", "ap-northeast-3", "us-east-1"];
  expect(made.map(({ type, name, inputs, protect }) => [type.split(":").pop(), name, inputs, protect])).toEqual(
    expect.arrayContaining([
      ...regions.map((region) => [
        "Account",
        `securityhub-${region === "ap-northeast-1" ? "" : "standards-"}${region}`,
        { enableDefaultStandards: false, region },
        true,
      ]),
      ...regions.map((region) => [
        "StandardsSubscription",
        `securityhub-standards-${region}-fsbp`,
        { standardsArn: fsbp(region), region },
        true,
      ]),
      // Not where the audit account is not; CENTRAL needs no management account there.
      ...["ap-northeast-1", "us-east-1"].map((region) => [
        "InviteAccepter",
        `securityhub-invitation-${region}`,
        { masterId: "444455556666", region },
        true,
      ]),
    ]),
  );
  expect(made).toHaveLength(8);
  expect(made.find(({ name }) => name === "securityhub-ap-northeast-1")?.after).toContain("recorder-ap-northeast-1");
});

it.each<[string, object, string[]]>([
  ["none where no policy is for everyone", { policies: [{ name: "some", targets: ["ou-abcd-12345678"] }] }, []],
  ["none where Security Hub is off for everyone", { policies: [{ name: "off", enabled: false }] }, []],
  [
    "those of the root's policy",
    { policies: [{ name: "all", standards: ["cis-3.0"], targets: ["root"] }] },
    ["cis-aws-foundations-benchmark/v/3.0.0"],
  ],
  [
    "those of LOCAL, by region",
    {
      configuration: "LOCAL",
      local: { standards: ["fsbp"], regions: { "us-east-1": { standards: ["nist-800-53"] } } },
    },
    ["aws-foundational-security-best-practices/v/1.0.0", "nist-800-53/v/5.0.0"],
  ],
])("has %s", async (_what, given, standards) => {
  const made = await accepting({ ...invited, securityHub: securityHub.parse(given) });

  const on = made.flatMap(({ inputs: { standardsArn } }) =>
    standardsArn ? String(standardsArn).split("/").slice(1).join("/") : [],
  );
  expect([...new Set(on)]).toEqual(standards);
});

it("accepts under LOCAL where the administrator is designated, region by region", async () => {
  const made = await accepting({ ...invited, securityHub: securityHub.parse({ configuration: "LOCAL" }) });

  const accepted = made.filter(({ type }) => /inviteAccepter/.test(type));
  expect(accepted.map(({ inputs }) => inputs.region)).toEqual(["ap-northeast-1", "ap-northeast-3"]);
});

it("leaves Security Hub alone in an account that is invited to GuardDuty", async () => {
  expect(await accepting(invitedTo("guardDuty"))).toEqual([]);
});

it("takes an account that belongs to no organization", async () => {
  const settings = { ...plainSettings("member", PARTNER), ...invited };
  const none = () => {
    throw refusal("AWSOrganizationsNotInUseException");
  };

  const { resources } = await recorded(() => member(settings), {
    answers: {
      ...aws,
      ...outputs(stacks),
      "aws:organizations/getOrganization:getOrganization": none,
    },
  });

  expect(resources.filter(({ type }) => /guardduty\/inviteAccepter/.test(type))).toHaveLength(2);
});

it("refuses to invite an account of the organization, before anything is made there", async () => {
  const settings = { ...plainSettings("member", PARTNER), ...invited };

  const attempt = recorded(() => member(settings), {
    answers: { ...aws, ...outputs(stacks), ...organizationIs("o-a1b2c3d4e5") },
  });

  await expect(attempt).rejects.toThrow(
    `hakken:invitedAccounts: account ${PARTNER} belongs to o-a1b2c3d4e5, whose accounts need no invitation: remove it there.`,
  );
});
