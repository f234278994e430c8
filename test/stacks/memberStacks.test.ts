import { expect, it, vi } from "vitest";
import { audit } from "../../stacks/audit";
import { management } from "../../stacks/management";
import { member } from "../../stacks/member";
import { recorded, valuesOf } from "../pulumi/recorded";
import { auditOutputs, auditSettings, aws, outputs, plainSettings } from "./settings";

// The pipeline has tests of its own, and can't be made from what vitest makes of its handlers.
vi.mock("../../components/notification/NotificationPipeline", () => ({ NotificationPipeline: class {} }));

const on = { memberRecorders: { enabled: true, excludedAccounts: ["777788889999"] } };
const organization = (awsServiceAccessPrincipals: string[]) => ({
  "aws:organizations/getOrganization:getOrganization": () => ({
    id: "o-a1b2c3d4e5",
    masterAccountId: "111122223333",
    roots: [{ id: "r-abcd" }],
    awsServiceAccessPrincipals,
  }),
});
const reachable = organization(["member.org.stacksets.cloudformation.amazonaws.com"]);
const deployed = outputs({ "organization/hakken/audit": { ...auditOutputs, memberBucket: "history" } });

it("aims at the root, and leaves out the audit account and those with a stack of their own", async () => {
  const settings = { ...plainSettings("management", "111122223333"), ...on };
  const answers = { ...aws, ...reachable, ...deployed };

  const { resources } = await recorded(() => management(settings), { answers });

  const instances = resources.filter(({ type }) => /stackInstances/.test(type));
  expect(instances.map(({ inputs }) => inputs.deploymentTargets)).toEqual(
    Array(2).fill({
      organizationalUnitIds: ["r-abcd"],
      accounts: ["444455556666", "777788889999"],
      accountFilterType: "DIFFERENCE",
    }),
  );
  expect(instances.every(({ protect }) => protect)).toBe(true);
});

it("aims at the units that the settings name, in the regions that the account has", async () => {
  const settings = {
    ...plainSettings("management", "111122223333"),
    memberRecorders: { ...on.memberRecorders, units: ["ou-abcd-12345678"] },
    regions: ["ap-northeast-1", "us-east-1"],
    linkedRegions: ["us-east-1"],
    absentRegions: ["ap-northeast-3"],
  };
  const answers = { ...aws, ...reachable, ...deployed };

  const { resources } = await recorded(() => management(settings), { answers });

  const { inputs } = resources.find(({ name }) => name === "members-recorder-instances") ?? {};
  expect(inputs).toMatchObject({
    regions: ["ap-northeast-1", "us-east-1"],
    deploymentTargets: { organizationalUnitIds: ["ou-abcd-12345678"] },
  });
});

it("says what to run where StackSets may not reach the accounts, before anything is made by them", async () => {
  const settings = { ...plainSettings("management", "111122223333"), ...on };

  const attempt = recorded(() => management(settings), { answers: { ...aws, ...organization([]), ...deployed } });

  await expect(attempt).rejects.toThrow("aws cloudformation activate-organizations-access");
});

it("asks for the stack audit first where its bucket is not there yet", async () => {
  const settings = { ...plainSettings("management", "111122223333"), ...on };
  const answers = { ...aws, ...reachable, ...outputs({ "organization/hakken/audit": auditOutputs }) };

  const attempt = recorded(() => management(settings), { answers });

  await expect(attempt).rejects.toThrow('has no output "memberBucket" yet: run pulumi up --stack audit first');
});

it("makes the members' bucket in the stack audit, for the organization that the account is in", async () => {
  const settings = { ...auditSettings(), ...on };

  const { resources, result } = await recorded(async () => valuesOf(await audit(settings)), {
    answers: { ...aws, ...reachable },
  });

  const { policy } = resources.find(({ name }) => name === "member-recorders-bucket-policy")?.inputs ?? {};
  expect(String(policy)).toContain('"aws:SourceOrgID":"o-a1b2c3d4e5"');
  expect(result.memberBucket).toBe("delivery-1234567");
});

it.each([
  { account: "777788889999", recorder: undefined, made: true, because: "is excluded from the StackSets" },
  { account: "888899990000", recorder: undefined, made: false, because: "is reached by the StackSets" },
  { account: "888899990000", recorder: "managed" as const, made: true, because: "is said to be managed" },
  { account: "777788889999", recorder: "existing" as const, made: false, because: "has somebody else's" },
])("makes a member account's recorder ($made) where it $because", async ({ account, recorder, made }) => {
  const settings = { ...plainSettings("member", account), ...on, recorder };

  const { resources } = await recorded(() => member(settings), { answers: { ...aws, ...deployed } });

  expect(resources.some(({ type }) => type === "aws:cfg/recorder:Recorder")).toBe(made);
});

it("enables Security Hub with no recorder of the stack's own where somebody else's is there", async () => {
  const settings = { ...plainSettings("management", "111122223333"), recorder: "existing" as const };

  const { resources } = await recorded(() => management(settings), { answers: { ...aws, ...deployed } });

  expect(resources.filter(({ type }) => type.startsWith("aws:cfg"))).toEqual([]);
  expect(resources.find(({ name }) => name === "securityhub")).toBeDefined();
});
