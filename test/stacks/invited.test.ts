import { expect, it, vi } from "vitest";
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
  invitedAccounts: [{ account: PARTNER, email: "aws@example.com" }],
  organizationId: "o-a1b2c3d4e5",
};
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

it("makes detectors of an invited account, without what the administrator decides, and accepts", async () => {
  const settings = { ...plainSettings("member", PARTNER), ...invited };
  const elsewhere = {
    ...auditOutputs,
    absentRegions: ["us-east-1"],
    detectorIds: { "ap-northeast-1": "d1", "ap-northeast-3": "d2" },
  };

  const { resources } = await recorded(() => member(settings), {
    answers: { ...aws, ...outputs({ "organization/hakken/audit": elsewhere }), ...organizationIs("o-theirs00000") },
  });

  const guardDuty = resources.filter(({ type }) => /guardduty/.test(type));
  expect(guardDuty.map(({ name, inputs, provider }) => [name, inputs, provider])).toEqual([
    ...["ap-northeast-1", "ap-northeast-3", "us-east-1"].map((region) => [
      `detectors-${region}`,
      { enable: true, region },
      "account",
    ]),
    ...["ap-northeast-1", "ap-northeast-3"].map((region) => [
      `invitations-${region}`,
      { detectorId: `detectors-${region}-id`, masterAccountId: "444455556666", region },
      "account",
    ]),
  ]);
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

  expect(resources.filter(({ type }) => /inviteAccepter/.test(type))).toHaveLength(3);
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
