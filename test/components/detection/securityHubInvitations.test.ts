import * as pulumi from "@pulumi/pulumi";
import { expect, it } from "vitest";
import { InvitedSecurityHub } from "../../../components/detection/InvitedSecurityHub";
import { SecurityHubMembers } from "../../../components/detection/SecurityHubMembers";
import { recorded } from "../../pulumi/recorded";

it("invites each account in each region, after the organization's Security Hub", async () => {
  const program = () => {
    const organization = new pulumi.ComponentResource("test:index:Hub", "hub");
    return new SecurityHubMembers("invited", {
      accounts: [{ account: "999900001111", email: "aws@example.com" }],
      regions: ["ap-northeast-1", "us-east-1"],
      organization,
    });
  };

  const { resources } = await recorded(program);

  const invitation = (region: string) => ({
    type: "aws:securityhub/member:Member",
    name: `invited-999900001111-${region}`,
    inputs: { accountId: "999900001111", email: "aws@example.com", invite: true, region },
    // Either would make the member anew, who then had to accept again.
    ignoreChanges: ["email", "invite"],
  });
  expect(resources.filter(({ name }) => name !== "hub")).toEqual([
    { type: "hakken:detection:SecurityHubMembers", name: "invited", inputs: {} },
    invitation("ap-northeast-1"),
    invitation("us-east-1"),
  ]);
});

it("switches Security Hub on in every region, and accepts where it is invited", async () => {
  const program = () =>
    new InvitedSecurityHub("hub", {
      administratorId: "444455556666",
      homeRegion: "ap-northeast-1",
      linkedRegions: ["us-east-1"],
      invitedIn: ["us-east-1"],
      standardsIn: (region) => ({
        standards: region === "us-east-1" ? ["fsbp"] : [],
        disabledControls: [{ control: "IAM.6", reason: "root users have no credentials" }],
        parameters: [],
      }),
    });

  const { resources } = await recorded(program);

  const standardsArn = "arn:aws:securityhub:us-east-1::standards/aws-foundational-security-best-practices/v/1.0.0";
  const hub = (name: string, region: string) => ({
    type: "aws:securityhub/account:Account",
    name,
    inputs: { enableDefaultStandards: false, region },
  });
  expect(resources).toEqual([
    { type: "hakken:detection:InvitedSecurityHub", name: "hub", inputs: {} },
    hub("hub-ap-northeast-1", "ap-northeast-1"),
    {
      type: "aws:securityhub/inviteAccepter:InviteAccepter",
      name: "hub-invitation-us-east-1",
      inputs: { masterId: "444455556666", region: "us-east-1" },
      after: ["hub-standards-us-east-1"],
    },
    { type: "hakken:detection:OwnStandards", name: "hub-standards", inputs: {} },
    hub("hub-standards-us-east-1", "us-east-1"),
    {
      type: "aws:securityhub/standardsSubscription:StandardsSubscription",
      name: "hub-standards-us-east-1-fsbp",
      inputs: { standardsArn, region: "us-east-1" },
      after: ["hub-standards-us-east-1"],
    },
    {
      type: "aws:securityhub/standardsControlAssociation:StandardsControlAssociation",
      name: "hub-standards-us-east-1-fsbp-IAM.6",
      inputs: {
        standardsArn,
        securityControlId: "IAM.6",
        associationStatus: "DISABLED",
        updatedReason: "root users have no credentials",
        region: "us-east-1",
      },
      after: ["hub-standards-us-east-1-fsbp"],
    },
  ]);
});
