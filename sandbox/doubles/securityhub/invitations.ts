import type * as sdk from "@aws-sdk/client-securityhub";
import { page } from "../controlPlane/pages";
import type { Call, Operations } from "../controlPlane/service";
import { each, upTo50 } from "./members";
import type { Invitation, MemberStatus } from "./memberships";
import { invalidAccess, invalidInput, notFound, type SecurityHubState } from "./state";

const noSuchResource = () => notFound("The request is rejected since no such resource found");

const shape = (AccountId: string, { id, invitedAt }: Invitation, MemberStatus: MemberStatus) => ({
  AccountId,
  InvitationId: id,
  InvitedAt: new Date(invitedAt),
  MemberStatus,
});

/**
 * An account's side of its membership; both names of each operation, since the older ones are still in use.
 * https://docs.aws.amazon.com/securityhub/latest/userguide/account-management-manual.html
 */
export function invitationOperations(state: SecurityHubState): Operations {
  return { ...invited(state), ...relationship(state) };
}

/** Invitations that an account has got, whether Security Hub is on there or not. */
function invited({ memberships }: SecurityHubState): Operations {
  const drop = (ids: string[] | undefined, { account, region }: Call) =>
    each(upTo50(ids, "AccountIds"), (administrator) => {
      const found = memberships.invitations(account, region).find((one) => one.administrator === administrator);
      if (found === undefined) return `There is no invitation from account ${administrator}`;
      const { status, invitation } = found;
      memberships.set(administrator, account, region, { status, invitation: { ...invitation, open: false } });
      return undefined;
    });
  return {
    ListInvitations: (input: sdk.ListInvitationsCommandInput, { account, region }: Call) => {
      const all = memberships
        .invitations(account, region)
        .map(({ administrator, invitation, status }) => shape(administrator, invitation, status));
      const refused = () => invalidInput("Invalid parameter 'NextToken'.");
      const { items, NextToken } = page(all, input.MaxResults ?? 50, input.NextToken, refused);
      return { Invitations: items, NextToken };
    },
    GetInvitationsCount: (_input: sdk.GetInvitationsCountCommandInput, { account, region }: Call) => ({
      InvitationsCount: memberships.invitations(account, region).filter(({ status }) => status !== "Enabled").length,
    }),
    DeclineInvitations: (input: sdk.DeclineInvitationsCommandInput, call: Call) => drop(input.AccountIds, call),
    DeleteInvitations: (input: sdk.DeleteInvitationsCommandInput, call: Call) => drop(input.AccountIds, call),
  };
}

/** An account and the administrator that it has. */
function relationship(state: SecurityHubState): Operations {
  const { memberships, organization } = state;
  const accept = (administrator: string | undefined, invitationId: string | undefined, call: Call) => {
    const { account, region } = call;
    state.subscribed(call);
    const found = memberships
      .invitations(account, region)
      .find((one) => one.administrator === administrator && one.invitation.id === invitationId);
    if (found === undefined) throw noSuchResource();
    if (state.administratorOf(account, region) !== undefined)
      throw invalidInput(`Account ${account} is already a member of an administrator account`);
    if (memberships.of(account, region).some(({ status }) => status === "Enabled"))
      throw invalidInput(`Account ${account} is an administrator account and cannot be a member of another`);
    memberships.set(found.administrator, account, region, { status: "Enabled" });
  };
  const now = (call: Call) => {
    const { account, region } = call;
    state.subscribed(call);
    const administrator = state.administratorOf(account, region);
    if (administrator === undefined) return undefined;
    const { invitation } = memberships.get(administrator, account, region) ?? {};
    return invitation
      ? shape(administrator, invitation, "Enabled")
      : { AccountId: administrator, MemberStatus: "Enabled" };
  };
  const leave = (call: Call) => {
    const { account, region } = call;
    state.subscribed(call);
    const administrator = state.administratorOf(account, region);
    if (administrator === undefined) throw noSuchResource();
    if (organization.accounts.has(account) && state.admins.get(region) === administrator)
      throw invalidAccess(`Account ${account} belongs to the organization of its administrator and cannot leave it`);
    // Its invitation stays, and may be accepted again.
    memberships.set(administrator, account, region, { status: "Resigned" });
  };
  return {
    AcceptAdministratorInvitation: (input: sdk.AcceptAdministratorInvitationCommandInput, call: Call) =>
      accept(input.AdministratorId, input.InvitationId, call),
    AcceptInvitation: (input: sdk.AcceptInvitationCommandInput, call: Call) =>
      accept(input.MasterId, input.InvitationId, call),
    GetAdministratorAccount: (_input: sdk.GetAdministratorAccountCommandInput, call: Call) => ({
      Administrator: now(call),
    }),
    GetMasterAccount: (_input: sdk.GetMasterAccountCommandInput, call: Call) => ({ Master: now(call) }),
    DisassociateFromAdministratorAccount: (_input: sdk.DisassociateFromAdministratorAccountCommandInput, call: Call) =>
      leave(call),
    DisassociateFromMasterAccount: (_input: sdk.DisassociateFromMasterAccountCommandInput, call: Call) => leave(call),
  };
}
