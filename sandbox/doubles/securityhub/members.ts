import type * as sdk from "@aws-sdk/client-securityhub";
import { accessDenied } from "../controlPlane/errors";
import { page } from "../controlPlane/pages";
import type { Call, Operations } from "../controlPlane/service";
import { defaultStandards } from "./standards";
import { invalidAccess, invalidInput, type SecurityHubState } from "./state";

const MOST = 50;

/** 1 to 50 ids of a request. */
export function upTo50(ids: readonly (string | undefined)[] | undefined, name: string): string[] {
  if (ids === undefined || ids.length === 0 || ids.length > MOST)
    throw invalidInput(`Invalid parameter '${name}'. It should have between 1 and ${MOST} items.`);
  return ids.map((id) => id ?? "");
}

/** Does it for each account; `act` gives the reason where it can't be done. */
export const each = (ids: readonly string[], act: (id: string) => string | undefined) => ({
  UnprocessedAccounts: ids.flatMap((AccountId) => {
    const ProcessingResult = act(AccountId);
    return ProcessingResult === undefined ? [] : [{ AccountId, ProcessingResult }];
  }),
});

/** Members of an administrator in one region: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_CreateMembers.html */
export function memberOperations(state: SecurityHubState): Operations {
  const { organization, memberships } = state;
  const isDelegated = ({ account, region }: Call) => state.admins.get(region) === account;
  // Anybody may invite others, but a member.
  const administrator = (call: Call) => {
    state.subscribed(call);
    if (!isDelegated(call) && state.administratorOf(call.account, call.region) !== undefined)
      throw invalidAccess(`Account ${call.account} is a member account and cannot be an administrator`);
  };
  const statusOf = (id: string, { account, region }: Call) => state.memberStatus(account, id, region);
  const shape = (AccountId: string, call: Call) => {
    const { email, invitation } = memberships.get(call.account, AccountId, call.region) ?? {};
    return {
      AccountId,
      Email: organization.accounts.get(AccountId)?.email ?? email,
      AdministratorId: call.account,
      MasterId: call.account,
      MemberStatus: statusOf(AccountId, call),
      ...(invitation && { InvitedAt: new Date(invitation.invitedAt) }),
      UpdatedAt: new Date(state.clock.now()),
    };
  };
  const governed = (ids: readonly string[], { region }: Call) => {
    const [first] = ids.filter((id) => state.governing(id, region) !== undefined);
    if (first !== undefined) throw accessDenied(`Account ${first} is managed by a configuration policy.`);
  };
  const create = (id: string, email: string | undefined, call: Call): string | undefined => {
    const { account: admin, region } = call;
    if (id === admin) return "An account cannot be a member of itself";
    const account = organization.known(id);
    if (account === undefined) return `Account ${id} does not exist`;
    const other = state.administratorOf(id, region);
    if (other !== undefined && other !== admin) return `Account ${id} is already a member of another account`;
    // Whoever is not of the caller's organization is invited next.
    if (!isDelegated(call) || !organization.accounts.has(id)) {
      if (other === admin) return `Account ${id} is already a member`;
      memberships.set(admin, id, region, { status: "Created", email });
      return undefined;
    }
    if (account.status !== "ACTIVE") return `Account ${id} is suspended`;
    if (!organization.hasRegion(id, region)) return `Account ${id} has not enabled Region ${region}`;
    const hub = state.hub(id, region);
    if (hub === undefined && id === organization.managementAccountId)
      return "The organization management account must enable Security Hub before it can become a member";
    if (hub === undefined) state.enable(id, region).standards = new Set(defaultStandards(region));
    memberships.set(admin, id, region, { status: "Enabled" });
    return undefined;
  };

  return {
    CreateMembers: (input: sdk.CreateMembersCommandInput, call: Call) => {
      administrator(call);
      const details = new Map(input.AccountDetails?.map(({ AccountId, Email }) => [AccountId, Email]));
      return each(upTo50([...details.keys()], "AccountDetails"), (id) => create(id, details.get(id), call));
    },

    InviteMembers: (input: sdk.InviteMembersCommandInput, call: Call) => {
      administrator(call);
      return each(upTo50(input.AccountIds, "AccountIds"), (id) => {
        const member = memberships.get(call.account, id, call.region);
        if (isDelegated(call) && organization.accounts.has(id))
          return `Account ${id} belongs to the organization and needs no invitation`;
        if (member === undefined) return `Account ${id} is not a member`;
        const other = state.administratorOf(id, call.region);
        if (other === call.account) return `Account ${id} is already a member`;
        if (other !== undefined) return `Account ${id} is already a member of another account`;
        memberships.invite(member);
        return undefined;
      });
    },

    GetMembers: (input: sdk.GetMembersCommandInput, call: Call) => {
      administrator(call);
      const ids = upTo50(input.AccountIds, "AccountIds");
      const known = ids.filter((id) => statusOf(id, call) !== undefined);
      return {
        Members: known.map((id) => shape(id, call)),
        ...each(
          ids.filter((id) => !known.includes(id)),
          (id) => `Account ${id} is not a member`,
        ),
      };
    },

    ListMembers: (input: sdk.ListMembersCommandInput, call: Call) => {
      administrator(call);
      const all = [...organization.accounts.keys(), ...organization.outside.keys()]
        .filter((id) => statusOf(id, call) !== undefined)
        .map((id) => shape(id, call))
        .filter(({ MemberStatus }) => input.OnlyAssociated === false || MemberStatus === "Enabled");
      const refused = () => invalidInput("Invalid parameter 'NextToken'.");
      const { items, NextToken } = page(all, Math.min(input.MaxResults ?? MOST, MOST), input.NextToken, refused);
      return { Members: items, NextToken };
    },

    DisassociateMembers: (input: sdk.DisassociateMembersCommandInput, call: Call) => {
      administrator(call);
      const ids = upTo50(input.AccountIds, "AccountIds");
      governed(ids, call);
      for (const id of ids) {
        if (statusOf(id, call) === undefined) throw invalidInput(`Account ${id} is not a member`);
        const { invitation } = memberships.get(call.account, id, call.region) ?? {};
        memberships.set(call.account, id, call.region, {
          status: "Removed",
          // It is in again by another invitation alone.
          ...(invitation && { invitation: { ...invitation, open: false } }),
        });
      }
    },

    DeleteMembers: (input: sdk.DeleteMembersCommandInput, call: Call) => {
      administrator(call);
      const ids = upTo50(input.AccountIds, "AccountIds");
      governed(ids, call);
      return each(ids, (id) => {
        const status = statusOf(id, call);
        if (status === undefined) return `Account ${id} is not a member`;
        if (isDelegated(call) && organization.accounts.has(id))
          return `Account ${id} belongs to the organization and cannot be deleted`;
        if (status === "Enabled") return `Account ${id} is associated and must be disassociated first`;
        const member = memberships.get(call.account, id, call.region);
        if (member) memberships.delete(member);
        return undefined;
      });
    },
  };
}
