import { GuardDuty } from "@aws-sdk/client-guardduty";
import * as aws from "@pulumi/aws";
import { afterAll, beforeAll, expect, it } from "vitest";
import { AcceptedInvitations } from "../../../components/detection/AcceptedInvitations";
import { Detectors } from "../../../components/detection/Detectors";
import { InvitedAccounts } from "../../../components/detection/InvitedAccounts";
import { type ControlPlane, controlPlane } from "../../../sandbox/doubles/controlPlane/controlPlane";
import { ACCOUNTS, type Cloud, startCloud } from "./cloud";

const REGIONS = ["ap-northeast-1", "us-east-1"];

let plane: ControlPlane;
let cloud: Cloud;
beforeAll(async () => {
  plane = controlPlane({
    organization: {
      managementAccountId: ACCOUNTS.management,
      // The third account of the local AWS stays outside.
      accounts: [
        { id: ACCOUNTS.management, name: "management" },
        { id: ACCOUNTS.audit, name: "audit" },
      ],
      regions: REGIONS,
    },
  });
  cloud = await startCloud({ doubles: { ...(await plane.listen()) } });
});
afterAll(async () => {
  await cloud?.close();
  await plane?.close();
});

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
