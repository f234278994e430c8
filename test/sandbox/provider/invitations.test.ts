import { GuardDuty } from "@aws-sdk/client-guardduty";
import { SecurityHub } from "@aws-sdk/client-securityhub";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, expect, it } from "vitest";
import { AcceptedInvitations } from "../../../components/detection/AcceptedInvitations";
import { Detectors } from "../../../components/detection/Detectors";
import { InvitedAccounts } from "../../../components/detection/InvitedAccounts";
import { InvitedSecurityHub } from "../../../components/detection/InvitedSecurityHub";
import { SecurityHubMembers } from "../../../components/detection/SecurityHubMembers";
import { ACCOUNTS, type OrganizationCloud, startOrganization } from "./cloud";

const REGIONS = ["ap-northeast-1", "us-east-1"];

let cloud: OrganizationCloud;
beforeAll(async () => {
  cloud = await startOrganization({
    outside: [{ id: ACCOUNTS.prod, name: "prod" }],
    regions: REGIONS,
  });
});
afterAll(() => cloud?.close());

const of = (profile: "audit" | "prod") =>
  new aws.Provider(profile, { region: "ap-northeast-1", profile, allowedAccountIds: [ACCOUNTS[profile]] });

const program = async () => {
  const [audit, outside] = [of("audit"), of("prod")];
  const { detectors } = new Detectors("audit", { regions: REGIONS }, { provider: audit });
  const detectorIds = Object.fromEntries(Object.entries(detectors).map(([region, { id }]) => [region, id]));
  const accounts = [{ account: ACCOUNTS.prod, email: "aws@example.com" }];
  const invited = new InvitedAccounts("invited", { accounts, detectorIds }, { provider: audit });
  const own = new Detectors("outside", { regions: REGIONS }, { provider: outside });
  new AcceptedInvitations(
    "invitations",
    { administratorId: ACCOUNTS.audit, detectors: own.detectors },
    { provider: outside, dependsOn: [invited] },
  );
  return {};
};

const members = async (region: string) => {
  const guardDuty = new GuardDuty(cloud.as(ACCOUNTS.audit, region));
  const { DetectorIds = [] } = await guardDuty.listDetectors({});
  if (!DetectorIds[0]) return "no detector";
  const { Members = [] } = await guardDuty.listMembers({ DetectorId: DetectorIds[0], OnlyAssociated: "false" });
  return Members.map(({ AccountId, Email, RelationshipStatus }) => [AccountId, Email, RelationshipStatus]);
};

it("makes an account outside a member, changes nothing at the second run or refresh, and lets it go again", async () => {
  const stack = await cloud.stack("invitations", program);

  await stack.up();
  const there = await Promise.all(REGIONS.map(members));
  const again = await stack.up({ refresh: true });
  await stack.destroy();

  expect(there).toEqual([
    [[ACCOUNTS.prod, "aws@example.com", "Enabled"]],
    [[ACCOUNTS.prod, "aws@example.com", "Enabled"]],
  ]);
  expect(Object.keys(again.summary.resourceChanges ?? {})).toEqual(["same"]);
  expect(await Promise.all(REGIONS.map(members))).toEqual(["no detector", "no detector"]);
});

const hubProgram = async (email = "aws@example.com") => {
  const [audit, outside] = [of("audit"), of("prod")];
  const organization = new pulumi.ComponentResource("test:index:Hubs", "hubs", {}, { provider: audit });
  for (const region of REGIONS)
    new aws.securityhub.Account(`hub-${region}`, { enableDefaultStandards: false, region }, { parent: organization });
  const accounts = [{ account: ACCOUNTS.prod, email }];
  const invited = new SecurityHubMembers("members", { accounts, regions: REGIONS, organization }, { provider: audit });
  new InvitedSecurityHub(
    "securityhub",
    {
      administratorId: ACCOUNTS.audit,
      homeRegion: "ap-northeast-1",
      linkedRegions: ["us-east-1"],
      invitedIn: REGIONS,
      standardsIn: () => ({ standards: ["fsbp"], disabledControls: [], parameters: [] }),
    },
    { provider: outside, dependsOn: [invited] },
  );
  return {};
};

const hubMembers = async (region: string) => {
  const listed = new SecurityHub(cloud.as(ACCOUNTS.audit, region)).listMembers({ OnlyAssociated: false });
  const { Members = [] } = await listed.catch((error: Error) => {
    if (error.name === "InvalidAccessException") return { Members: [] };
    throw error;
  });
  return Members.map(({ AccountId, Email, MemberStatus }) => [AccountId, Email, MemberStatus]);
};

it("does so in Security Hub, where another address makes no member anew", async () => {
  const stack = await cloud.stack("hub-invitations", hubProgram);
  const member = [ACCOUNTS.prod, "aws@example.com", "Enabled"];

  await stack.up();
  const there = await Promise.all(REGIONS.map(hubMembers));
  const again = await stack.up({ refresh: true });
  const moved = await stack.up({ program: () => hubProgram("other@example.com") });
  await stack.destroy();

  expect(there).toEqual([[member], [member]]);
  expect(Object.keys(again.summary.resourceChanges ?? {})).toEqual(["same"]);
  expect(Object.keys(moved.summary.resourceChanges ?? {})).toEqual(["same"]);
  expect(await Promise.all(REGIONS.map(hubMembers))).toEqual([[], []]);
});

it("takes over a member of Security Hub by its account, and its acceptance, without inviting anew", async () => {
  const audit = new SecurityHub(cloud.as(ACCOUNTS.audit));
  const prod = new SecurityHub(cloud.as(ACCOUNTS.prod));
  await Promise.all([audit.enableSecurityHub({}), prod.enableSecurityHub({})]);
  await audit.createMembers({ AccountDetails: [{ AccountId: ACCOUNTS.prod, Email: "by-hand@example.com" }] });
  await audit.inviteMembers({ AccountIds: [ACCOUNTS.prod] });
  const InvitationId = (await prod.listInvitations({})).Invitations?.[0]?.InvitationId;
  await prod.acceptAdministratorInvitation({ AdministratorId: ACCOUNTS.audit, InvitationId });
  const region = "ap-northeast-1";
  const [memberArgs, masterId] = [{ accountId: ACCOUNTS.prod, invite: true, region }, ACCOUNTS.audit];
  const ours = (taken: boolean) => async () => {
    const opts = { ...(taken && { import: `${ACCOUNTS.prod}@${region}` }), ignoreChanges: ["email", "invite"] };
    new aws.securityhub.Member(
      "member",
      { ...memberArgs, email: "aws@example.com" },
      { ...opts, provider: of("audit") },
    );
    new aws.securityhub.InviteAccepter("accepter", { masterId, region }, { ...opts, provider: of("prod") });
    return {};
  };
  const stack = await cloud.stack("hub-import", ours(true));

  await stack.up();
  const later = await stack.up({ program: ours(false), refresh: true });
  const after = await hubMembers(region);
  await stack.destroy();

  expect(Object.keys(later.summary.resourceChanges ?? {})).toEqual(["same"]);
  expect(after).toEqual([[ACCOUNTS.prod, "by-hand@example.com", "Enabled"]]);
});

it("needs the rights that the official provider needs, which calls the operations by their older names", async () => {
  const stack = await cloud.stack("calls", program);
  for (const operation of ["AcceptInvitation", "GetMasterAccount", "DisassociateFromMasterAccount"])
    cloud.plane.faults.guardduty.next(operation, { kind: "slow", milliseconds: 1 }, REGIONS.length);

  await stack.up();
  await stack.destroy();

  expect(cloud.plane.faults.guardduty.left).toBe(0);
});
