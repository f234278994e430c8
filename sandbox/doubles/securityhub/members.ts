import type * as sdk from "@aws-sdk/client-securityhub";
import { accessDenied } from "../controlPlane/errors";
import { page } from "../controlPlane/pages";
import type { Call, Operations } from "../controlPlane/service";
import { defaultStandards } from "./standards";
import { invalidAccess, invalidInput, type SecurityHubState } from "./state";

const MOST = 50;

/** Members of an administrator in one region: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_CreateMembers.html */
export function memberOperations(state: SecurityHubState): Operations {
  const { organization } = state;
  const administrator = (call: Call) => {
    state.subscribed(call);
    if (state.admins.get(call.region) !== call.account)
      throw invalidAccess(`Account ${call.account} is not an administrator for this organization`);
  };
  const upTo50 = (ids: readonly (string | undefined)[] | undefined, name: string): string[] => {
    if (ids === undefined || ids.length === 0 || ids.length > MOST)
      throw invalidInput(`Invalid parameter '${name}'. It should have between 1 and ${MOST} items.`);
    return ids.map((id) => id ?? "");
  };
  /** Does it for each account; `refuse` gives the reason where it can't be done. */
  const each = (ids: readonly string[], act: (id: string) => string | undefined) => ({
    UnprocessedAccounts: ids.flatMap((AccountId) => {
      const ProcessingResult = act(AccountId);
      return ProcessingResult === undefined ? [] : [{ AccountId, ProcessingResult }];
    }),
  });
  const shape = (AccountId: string, call: Call) => ({
    AccountId,
    Email: organization.known(AccountId)?.email,
    AdministratorId: call.account,
    MasterId: call.account,
    MemberStatus: state.memberStatus(AccountId, call.region),
    UpdatedAt: new Date(state.clock.now()),
  });
  const governed = (ids: readonly string[], { region }: Call) => {
    const [first] = ids.filter((id) => state.governing(id, region) !== undefined);
    if (first !== undefined) throw accessDenied(`Account ${first} is managed by a configuration policy.`);
  };

  return {
    CreateMembers: (input: sdk.CreateMembersCommandInput, call: Call) => {
      administrator(call);
      const ids = upTo50(
        input.AccountDetails?.map(({ AccountId }) => AccountId),
        "AccountDetails",
      );
      return each(ids, (id) => {
        if (id === call.account) return "An account cannot be a member of itself";
        const account = organization.known(id);
        if (account === undefined) return `Account ${id} does not exist`;
        if (!organization.accounts.has(id)) {
          state.members.set(`${id}/${call.region}`, "Created");
          return undefined;
        }
        if (account.status !== "ACTIVE") return `Account ${id} is suspended`;
        if (!organization.hasRegion(id, call.region)) return `Account ${id} has not enabled Region ${call.region}`;
        const hub = state.hub(id, call.region);
        if (hub === undefined && id === organization.managementAccountId)
          return "The organization management account must enable Security Hub before it can become a member";
        if (hub === undefined) state.enable(id, call.region).standards = new Set(defaultStandards(call.region));
        state.members.set(`${id}/${call.region}`, "Enabled");
        return undefined;
      });
    },

    InviteMembers: (input: sdk.InviteMembersCommandInput, call: Call) => {
      administrator(call);
      return each(upTo50(input.AccountIds, "AccountIds"), (id) => {
        if (state.members.get(`${id}/${call.region}`) === undefined) return `Account ${id} is not a member`;
        if (organization.accounts.has(id)) return `Account ${id} belongs to the organization and needs no invitation`;
        state.members.set(`${id}/${call.region}`, "Invited");
        return undefined;
      });
    },

    GetMembers: (input: sdk.GetMembersCommandInput, call: Call) => {
      administrator(call);
      const ids = upTo50(input.AccountIds, "AccountIds");
      const known = ids.filter((id) => state.memberStatus(id, call.region) !== undefined);
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
        .filter((id) => id !== call.account && state.memberStatus(id, call.region) !== undefined)
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
        if (state.memberStatus(id, call.region) === undefined) throw invalidInput(`Account ${id} is not a member`);
        state.members.set(`${id}/${call.region}`, "Removed");
      }
    },

    DeleteMembers: (input: sdk.DeleteMembersCommandInput, call: Call) => {
      administrator(call);
      const ids = upTo50(input.AccountIds, "AccountIds");
      governed(ids, call);
      return each(ids, (id) => {
        const status = state.memberStatus(id, call.region);
        if (status === undefined) return `Account ${id} is not a member`;
        if (organization.accounts.has(id)) return `Account ${id} belongs to the organization and cannot be deleted`;
        if (status === "Enabled") return `Account ${id} is associated and must be disassociated first`;
        state.members.delete(`${id}/${call.region}`);
        return undefined;
      });
    },
  };
}
