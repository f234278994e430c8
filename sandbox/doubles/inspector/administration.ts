import type * as sdk from "@aws-sdk/client-inspector2";
import { accessDenied, ServiceError } from "../controlPlane/errors";
import { page } from "../controlPlane/pages";
import type { Call, Operations } from "../controlPlane/service";
import { type InspectorState, inspectorPrincipal, invalid, type Member } from "./state";

const conflict = (message: string) => new ServiceError("ConflictException", 409, message);
const notFound = (message: string) => new ServiceError("ResourceNotFoundException", 404, message);

/** Designation, region by region: https://docs.aws.amazon.com/inspector/latest/user/designating-admin.html */
export function designationOperations(state: InspectorState): Operations {
  const { organization, timing } = state;
  const management = ({ account }: Call) => {
    if (account !== organization.managementAccountId)
      throw accessDenied("Invoking account is not the management account of the organization.");
  };
  return {
    EnableDelegatedAdminAccount: async (input: sdk.EnableDelegatedAdminAccountCommandInput, call: Call) => {
      management(call);
      const admin = input.delegatedAdminAccountId ?? "";
      if (!organization.accounts.has(admin)) throw invalid("The given account is not a member of the organization.");
      if (admin === call.account) throw invalid("The management account cannot be the delegated administrator.");
      const others = [...state.designations.values()].find((one) => one.admin !== admin);
      if (others) throw conflict("Another account is the delegated administrator of the organization already.");
      if (state.designations.has(call.region))
        throw conflict("The account is the delegated administrator of the organization already.");
      await organization.designate(inspectorPrincipal, admin, timing.designation, () =>
        conflict("The organization's delegated administrator is being designated in another Region."),
      );
      state.designate(call.region, admin);
      return { delegatedAdminAccountId: admin };
    },

    DisableDelegatedAdminAccount: (input: sdk.DisableDelegatedAdminAccountCommandInput, call: Call) => {
      management(call);
      const admin = input.delegatedAdminAccountId ?? "";
      if (state.designations.get(call.region)?.admin !== admin)
        throw notFound("The given account is not the delegated administrator of the organization.");
      state.designations.delete(call.region);
      if (state.designations.size === 0) organization.deregister(inspectorPrincipal, admin);
      return { delegatedAdminAccountId: admin };
    },

    ListDelegatedAdminAccounts: (_input: sdk.ListDelegatedAdminAccountsCommandInput, call: Call) => {
      management(call);
      const admin = state.designations.get(call.region)?.admin;
      return { delegatedAdminAccounts: admin === undefined ? [] : [{ accountId: admin, status: "ENABLED" }] };
    },

    GetDelegatedAdminAccount: (_input: sdk.GetDelegatedAdminAccountCommandInput, call: Call) => {
      const designation = state.designations.get(call.region);
      const known = designation && (designation.admin === call.account || state.isMember(call.account, call.region));
      if (!known && call.account !== organization.managementAccountId)
        throw notFound("Account does not have a delegated administrator.");
      return designation
        ? { delegatedAdmin: { accountId: designation.admin, relationshipStatus: "ENABLED" } }
        : { delegatedAdmin: undefined };
    },
  };
}

/** What the administrator decides for accounts that join. */
export function organizationConfigurationOperations(state: InspectorState): Operations {
  return {
    DescribeOrganizationConfiguration: (_input: sdk.DescribeOrganizationConfigurationCommandInput, call: Call) => ({
      autoEnable: state.administered(call.account, call.region).autoEnable,
      maxAccountLimitReached: false,
    }),

    UpdateOrganizationConfiguration: (input: sdk.UpdateOrganizationConfigurationCommandInput, call: Call) => {
      const designation = state.administered(call.account, call.region);
      if (!state.isOn(call.account, call.region)) throw accessDenied("Invoking account is not enabled.");
      const {
        ec2 = false,
        ecr = false,
        lambda = false,
        lambdaCode = false,
        codeRepository = false,
      } = input.autoEnable ?? {};
      if (lambdaCode && !lambda) throw invalid("Lambda code scanning requires Lambda standard scanning.");
      designation.autoEnable = { ec2, ecr, lambda, lambdaCode, codeRepository };
      designation.autoEnableSince = state.clock.now();
      return { autoEnable: designation.autoEnable };
    },
  };
}

/** The administrator's members: https://docs.aws.amazon.com/inspector/v2/APIReference/API_AssociateMember.html */
export function memberOperations(state: InspectorState): Operations {
  const { organization } = state;
  const shape = ({ account, associated, updatedAt }: Member, admin: string): sdk.Member => ({
    accountId: account,
    delegatedAdminAccountId: admin,
    relationshipStatus: associated ? "ENABLED" : "REMOVED",
    updatedAt: new Date(updatedAt),
  });
  return {
    AssociateMember: (input: sdk.AssociateMemberCommandInput, call: Call) => {
      const designation = state.administered(call.account, call.region);
      const id = input.accountId ?? "";
      const rejected = (why: string) => invalid(`The request is rejected because ${why}`);
      const account = organization.accounts.get(id);
      if (!account) throw accessDenied("Invoking account does not have access to associate member account");
      if (id === designation.admin || designation.members.get(id)?.associated)
        throw rejected("the given account ID is already a member or associated member of the current account.");
      if (account.status !== "ACTIVE") throw rejected("the given account is suspended.");
      if (!account.regions.includes(call.region)) throw rejected("the given account has not enabled the Region.");
      if (id === organization.managementAccountId && !state.isOn(id, call.region))
        throw rejected("the management account has not enabled Amazon Inspector in this Region.");
      state.associate(designation, id);
      return { accountId: id };
    },

    DisassociateMember: (input: sdk.DisassociateMemberCommandInput, call: Call) => {
      const designation = state.administered(call.account, call.region);
      const member = designation.members.get(input.accountId ?? "");
      if (!member?.associated)
        throw invalid("The request is rejected because the given account ID is not an associated member.");
      Object.assign(member, { associated: false, updatedAt: state.clock.now() });
      return { accountId: member.account };
    },

    GetMember: (input: sdk.GetMemberCommandInput, call: Call) => {
      const designation = state.administered(call.account, call.region);
      const member = designation.members.get(input.accountId ?? "");
      if (!member) throw notFound("The given account is not a member.");
      return { member: shape(member, designation.admin) };
    },

    ListMembers: (input: sdk.ListMembersCommandInput, call: Call) => {
      const designation = state.administered(call.account, call.region);
      const listed = [...designation.members.values()].filter(
        ({ associated }) => associated || input.onlyAssociated === false,
      );
      const refused = () => invalid("nextToken is invalid.");
      const { items, NextToken } = page(listed, input.maxResults ?? 50, input.nextToken, refused);
      return { members: items.map((member) => shape(member, designation.admin)), nextToken: NextToken };
    },
  };
}
