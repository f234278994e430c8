import type * as sdk from "@aws-sdk/client-guardduty";
import { page } from "../controlPlane/pages";
import type { Call, Operations } from "../controlPlane/service";
import { type Administration, accountIds, administration, unprocessed } from "./administration";
import { badRequest, changePlans, checkFeatures, checkLegacy, planResults } from "./features";
import type { Detector, GuardDutyState, Member } from "./state";

const atMost = 50;

/** The administrator's members: https://docs.aws.amazon.com/guardduty/latest/APIReference/API_CreateMembers.html */
export function memberOperations(state: GuardDutyState): Operations {
  return { ...membership(state), ...memberDetectors(state) };
}

function membership(state: GuardDutyState): Operations {
  const shape = (member: Member, admin: string, region: string): sdk.Member => ({
    AccountId: member.account,
    AdministratorId: admin,
    MasterId: admin,
    DetectorId: state.detectorOf(member.account, region)?.id,
    Email: member.email ?? state.organization.accounts.get(member.account)?.email,
    RelationshipStatus: member.status,
    InvitedAt: new Date(member.updatedAt).toISOString(),
    UpdatedAt: new Date(member.updatedAt).toISOString(),
  });

  return {
    GetAdministratorAccount: (input: sdk.GetAdministratorAccountCommandInput, { account, region }: Call) => {
      state.owned(account, region, input.DetectorId);
      if (!state.isMember(account, region)) return {};
      return {
        Administrator: { AccountId: state.designations.get(region)?.admin, RelationshipStatus: "Enabled" },
      };
    },

    ListMembers: (input: sdk.ListMembersCommandInput, call: Call) => {
      const by = administration(state, call, input.DetectorId);
      const onlyAssociated = input.OnlyAssociated !== "false";
      const listed = [...by.members.values()].filter((one) => !onlyAssociated || one.status === "Enabled");
      const refused = () => badRequest("nextToken is invalid.");
      const { items, NextToken } = page(listed, input.MaxResults ?? atMost, input.NextToken, refused);
      return { Members: items.map((member) => shape(member, by.admin, call.region)), NextToken };
    },

    GetMembers: (input: sdk.GetMembersCommandInput, call: Call) => {
      const by = administration(state, call, input.DetectorId);
      const ids = accountIds(input.AccountIds);
      return {
        Members: ids.flatMap((id) => by.members.get(id) ?? []).map((member) => shape(member, by.admin, call.region)),
        UnprocessedAccounts: ids
          .filter((id) => !by.members.has(id))
          .map((id) => unprocessed(id, "the given account is not a member of the current account.")),
      };
    },

    CreateMembers: (input: sdk.CreateMembersCommandInput, call: Call) => {
      const by = administration(state, call, input.DetectorId);
      const details = input.AccountDetails ?? [];
      if (details.length < 1 || details.length > atMost)
        throw badRequest("the parameter accountDetails has fewer than 1 or more than 50 items.");
      const UnprocessedAccounts = details.flatMap(({ AccountId: account = "", Email: email }) => {
        const why = refusedMember(state, by, account, call.region);
        if (why !== undefined) return [unprocessed(account, why)];
        // Whoever is not of the organization is invited next.
        if (by.designation === undefined || !state.organization.accounts.has(account)) {
          by.members.set(account, { account, status: "Created", updatedAt: state.clock.now(), email });
          return [];
        }
        const enrolled = state.enrol(by.designation, account, call.region);
        return enrolled
          ? []
          : [unprocessed(account, "the management account has not enabled GuardDuty in this Region.")];
      });
      return { UnprocessedAccounts };
    },

    DisassociateMembers: (input: sdk.DisassociateMembersCommandInput, call: Call) => {
      const by = administration(state, call, input.DetectorId);
      const ids = accountIds(input.AccountIds);
      const ofOrganization = ids.some((id) => state.organization.accounts.has(id));
      if (by.designation?.autoEnable === "ALL" && ofOrganization)
        throw badRequest("autoEnableOrganizationMembers is ALL; members of the organization cannot be disassociated.");
      return eachMember(by, ids, (member) => {
        member.status = "Removed";
        member.invitation = undefined;
        member.updatedAt = state.clock.now();
      }).answer();
    },

    DeleteMembers: (input: sdk.DeleteMembersCommandInput, call: Call) => {
      const by = administration(state, call, input.DetectorId);
      const UnprocessedAccounts = accountIds(input.AccountIds).flatMap((account) => {
        const member = by.members.get(account);
        if (member === undefined) return [unprocessed(account, "the account is not a member.")];
        if (member.status === "Enabled")
          return [unprocessed(account, "the member must be disassociated before it is deleted.")];
        by.members.delete(account);
        state.withdraw(by.admin, account, call.region);
        return [];
      });
      return { UnprocessedAccounts };
    },
  };
}

function refusedMember(
  state: GuardDutyState,
  { admin, members }: Administration,
  account: string,
  region: string,
): string | undefined {
  const known = state.organization.accounts.get(account);
  if (known !== undefined && known.status !== "ACTIVE") return "the given account is suspended.";
  if (known !== undefined && !known.regions.includes(region)) return "the given account has not enabled this Region.";
  if (account === admin) return "the given account is the current account.";
  if (members.get(account)?.status === "Enabled") return "the given account is already a member.";
  if (state.isMember(account, region)) return "the given account is already a member of another account.";
  return undefined;
}

function memberDetectors(state: GuardDutyState): Operations {
  const detector = (member: Member, region: string): Detector =>
    state.owned(member.account, region, state.detectorOf(member.account, region)?.id);
  return {
    GetMemberDetectors: (input: sdk.GetMemberDetectorsCommandInput, call: Call) => {
      const by = administration(state, call, input.DetectorId);
      return eachMember(by, accountIds(input.AccountIds), (member) => {
        const { plans, createdAt } = detector(member, call.region);
        return { AccountId: member.account, Features: planResults(plans, createdAt) };
      }).answer("MemberDataSourceConfigurations");
    },

    UpdateMemberDetectors: (input: sdk.UpdateMemberDetectorsCommandInput, call: Call) => {
      const by = administration(state, call, input.DetectorId);
      checkLegacy(input.DataSources, input.Features);
      checkFeatures(input.Features ?? [], call.region);
      return eachMember(by, accountIds(input.AccountIds), (member) =>
        changePlans(detector(member, call.region).plans, input.Features ?? [], state.clock),
      ).answer();
    },
  };
}

/** Does something with each member named; the ids that are no members' come back as unprocessed, as the service has it. */
function eachMember<T>({ members }: Administration, ids: string[], perform: (member: Member) => T) {
  const results: T[] = [];
  const UnprocessedAccounts: sdk.UnprocessedAccount[] = [];
  for (const id of ids) {
    const member = members.get(id);
    if (member?.status === "Enabled") results.push(perform(member));
    else
      UnprocessedAccounts.push(
        unprocessed(id, "the given account is not an associated member of the current account."),
      );
  }
  return { answer: (key?: string) => ({ ...(key === undefined ? {} : { [key]: results }), UnprocessedAccounts }) };
}
