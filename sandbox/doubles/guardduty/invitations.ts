import { createHash } from "node:crypto";
import type * as sdk from "@aws-sdk/client-guardduty";
import { page } from "../controlPlane/pages";
import type { Call, Operations } from "../controlPlane/service";
import { type Administration, accountIds, administration, unprocessed } from "./administration";
import { badRequest } from "./features";
import type { GuardDutyState, Invitation } from "./state";

/**
 * Accounts outside the organization, which become members by invitation; seen from both sides.
 * https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_invitations.html
 */
export function invitationOperations(state: GuardDutyState): Operations {
  return { ...inviting(state), ...invited(state), ...relationship(state) };
}

/** The administrator's side. */
function inviting(state: GuardDutyState): Operations {
  return {
    InviteMembers: (input: sdk.InviteMembersCommandInput, call: Call) => {
      const by = administration(state, call, input.DetectorId);
      const UnprocessedAccounts = accountIds(input.AccountIds).flatMap((account) => {
        const why = refusedInvitation(state, by, account, call.region);
        if (why !== undefined) return [unprocessed(account, why)];
        invite(state, by, account, call.region);
        return [];
      });
      return { UnprocessedAccounts };
    },
  };
}

function refusedInvitation(state: GuardDutyState, by: Administration, account: string, region: string) {
  const member = by.members.get(account);
  if (member === undefined) return "the given account ID is not created by the current account as a member.";
  if (member.status === "Enabled") return "the given account is already a member of the current account.";
  if (state.administratorOf(account, region) !== undefined)
    return "the given account is already a member of another account.";
  return undefined;
}

function invite(state: GuardDutyState, { admin, members }: Administration, account: string, region: string): void {
  const invitedAt = state.clock.now();
  const id = createHash("md5").update(`${admin}/${account}/${region}/${invitedAt}`).digest("hex");
  state.withdraw(admin, account, region);
  state.invitations.push({ id, administrator: admin, account, region, invitedAt });
  const member = members.get(account);
  if (member) Object.assign(member, { status: "Invited", updatedAt: invitedAt });
}

/** The invited account's side, without what it needs a detector for. */
function invited(state: GuardDutyState): Operations {
  const own = ({ account, region }: Call) =>
    state.invitations.filter((one) => one.account === account && one.region === region);
  const drop = (ids: string[] | undefined, call: Call) => {
    const UnprocessedAccounts = accountIds(ids).flatMap((administrator) => {
      const there = own(call).some((one) => one.administrator === administrator);
      state.withdraw(administrator, call.account, call.region);
      return there ? [] : [unprocessed(administrator, "there is no invitation from the given account.")];
    });
    return { UnprocessedAccounts };
  };
  return {
    ListInvitations: (input: sdk.ListInvitationsCommandInput, call: Call) => {
      const refused = () => badRequest("nextToken is invalid.");
      const { items, NextToken } = page(own(call), input.MaxResults ?? 50, input.NextToken, refused);
      return { Invitations: items.map((one) => shape(one, "Invited")), NextToken };
    },
    GetInvitationsCount: (_input: sdk.GetInvitationsCountCommandInput, call: Call) => ({
      InvitationsCount: own(call).length,
    }),
    DeclineInvitations: (input: sdk.DeclineInvitationsCommandInput, call: Call) => drop(input.AccountIds, call),
    DeleteInvitations: (input: sdk.DeleteInvitationsCommandInput, call: Call) => drop(input.AccountIds, call),
  };
}

const shape = ({ id, administrator, invitedAt }: Invitation, RelationshipStatus: string) => ({
  AccountId: administrator,
  InvitationId: id,
  RelationshipStatus,
  InvitedAt: new Date(invitedAt).toISOString(),
});

interface Accepting {
  DetectorId?: string;
  InvitationId?: string;
}

/** An account and the administrator that it has; both names of each operation, since the older ones are still in use. */
function relationship(state: GuardDutyState): Operations {
  const accept = ({ DetectorId, InvitationId }: Accepting, administrator: string | undefined, call: Call) => {
    state.owned(call.account, call.region, DetectorId);
    const found = state.invitations.find(
      (one) => one.id === InvitationId && one.account === call.account && one.administrator === administrator,
    );
    if (found === undefined) throw badRequest("the given invitation ID is not associated with the current account.");
    if (state.administratorOf(call.account, call.region) !== undefined)
      throw badRequest("the current account is already a member of another account.");
    const member = state.membersOf(found.administrator, call.region).get(call.account);
    if (member === undefined) throw badRequest("the invitation was withdrawn.");
    Object.assign(member, { status: "Enabled", updatedAt: state.clock.now(), invitation: found });
    state.withdraw(found.administrator, call.account, call.region);
  };
  const now = ({ DetectorId }: { DetectorId?: string }, call: Call) => {
    state.owned(call.account, call.region, DetectorId);
    const administrator = state.administratorOf(call.account, call.region);
    if (administrator === undefined) return undefined;
    const member = state.membersOf(administrator, call.region).get(call.account);
    return member?.invitation
      ? shape(member.invitation, "Enabled")
      : { AccountId: administrator, RelationshipStatus: "Enabled" };
  };
  const leave = ({ DetectorId }: { DetectorId?: string }, call: Call) => {
    state.owned(call.account, call.region, DetectorId);
    const administrator = state.administratorOf(call.account, call.region);
    if (administrator === undefined) throw badRequest("the current account is not associated with an administrator.");
    const member = state.membersOf(administrator, call.region).get(call.account);
    if (!member?.invitation)
      throw badRequest("a member of the organization cannot disassociate from its delegated administrator.");
    Object.assign(member, { status: "Resigned", updatedAt: state.clock.now(), invitation: undefined });
  };
  return {
    AcceptAdministratorInvitation: (input: sdk.AcceptAdministratorInvitationCommandInput, call: Call) =>
      accept(input, input.AdministratorId, call),
    AcceptInvitation: (input: sdk.AcceptInvitationCommandInput, call: Call) => accept(input, input.MasterId, call),
    GetAdministratorAccount: (input: sdk.GetAdministratorAccountCommandInput, call: Call) => ({
      Administrator: now(input, call),
    }),
    GetMasterAccount: (input: sdk.GetMasterAccountCommandInput, call: Call) => ({ Master: now(input, call) }),
    DisassociateFromAdministratorAccount: (input: sdk.DisassociateFromAdministratorAccountCommandInput, call: Call) =>
      leave(input, call),
    DisassociateFromMasterAccount: (input: sdk.DisassociateFromMasterAccountCommandInput, call: Call) =>
      leave(input, call),
  };
}
