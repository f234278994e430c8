import * as aws from "@pulumi/aws";
import { expect, it } from "vitest";
import { AcceptedInvitations } from "../../../components/detection/AcceptedInvitations";
import { InvitedAccounts } from "../../../components/detection/InvitedAccounts";
import { recorded } from "../../pulumi/recorded";

it("invites each account in each region, without a mail", async () => {
  const args = {
    accounts: [{ account: "999900001111", email: "aws@example.com" }],
    detectorIds: { "ap-northeast-1": "d1", "us-east-1": "d2" },
  };

  const { resources } = await recorded(() => new InvitedAccounts("invited", args));

  const invitation = (region: string, detectorId: string) => ({
    type: "aws:guardduty/member:Member",
    name: `invited-999900001111-${region}`,
    inputs: {
      accountId: "999900001111",
      email: "aws@example.com",
      detectorId,
      invite: true,
      disableEmailNotification: true,
      region,
    },
  });
  expect(resources).toEqual([
    { type: "hakken:detection:InvitedAccounts", name: "invited", inputs: {} },
    invitation("ap-northeast-1", "d1"),
    invitation("us-east-1", "d2"),
  ]);
});

it("accepts with the account's own detector, once it is there", async () => {
  const program = () =>
    new AcceptedInvitations("invitations", {
      administratorId: "444455556666",
      detectors: { "us-east-1": new aws.guardduty.Detector("detector", { region: "us-east-1" }) },
    });

  const { resources } = await recorded(program);

  expect(resources.filter(({ name }) => name.startsWith("invitations"))).toEqual([
    { type: "hakken:detection:AcceptedInvitations", name: "invitations", inputs: {} },
    {
      type: "aws:guardduty/inviteAccepter:InviteAccepter",
      name: "invitations-us-east-1",
      inputs: { detectorId: "detector-id", masterAccountId: "444455556666", region: "us-east-1" },
      after: ["detector"],
    },
  ]);
});
