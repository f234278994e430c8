import type * as sdk from "@aws-sdk/client-guardduty";
import { ServiceError } from "../controlPlane/errors";
import type { Call, Operations } from "../controlPlane/service";
import {
  type AutoEnable,
  badRequest,
  changeOrganizationPlans,
  checkFeatures,
  checkLegacy,
  isAutoEnable,
  onByDefault,
} from "./features";
import { type Designation, type GuardDutyState, guardDutyPrincipal, type Member } from "./state";

const failed = (why: string) => new ServiceError("BadRequestException", 400, `The request failed because ${why}`);

/** The designation that the caller holds here, or the service's refusal. */
function administered(state: GuardDutyState, call: Call, detectorId: string | undefined): Designation {
  state.owned(call.account, call.region, detectorId);
  const designation = state.designations.get(call.region);
  if (designation?.admin !== call.account)
    throw badRequest("the current account is not the GuardDuty delegated administrator of the organization.");
  return designation;
}

/** An account with its members here: the organization's administrator, or any account that invites others. */
export interface Administration {
  admin: string;
  members: Map<string, Member>;
  /** Undefined where the account is not the organization's administrator. */
  designation?: Designation;
}

/** The caller with its members, by its own detector. */
export function administration(state: GuardDutyState, call: Call, detectorId: string | undefined): Administration {
  state.owned(call.account, call.region, detectorId);
  const designation = state.designations.get(call.region);
  return {
    admin: call.account,
    members: state.membersOf(call.account, call.region),
    ...(designation?.admin === call.account && { designation }),
  };
}

/** Ids of a request, 1 to 50 of them. */
export function accountIds(ids: string[] | undefined): string[] {
  const given = ids ?? [];
  if (given.length < 1 || given.length > 50)
    throw badRequest("the parameter accountIds has fewer than 1 or more than 50 items.");
  return given;
}

export const unprocessed = (AccountId: string, why: string) => ({
  AccountId,
  Result: `The request is rejected because ${why}`,
});

/** Designation, by the management account: https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_organizations.html */
export function designationOperations(state: GuardDutyState): Operations {
  const { organization, timing } = state;
  const management = ({ account }: Call) => {
    if (account !== organization.managementAccountId)
      throw failed("the current account is not the management account of the organization.");
  };
  const everywhere = () => [...state.designations.values()];

  return {
    EnableOrganizationAdminAccount: async (input: sdk.EnableOrganizationAdminAccountCommandInput, call: Call) => {
      management(call);
      const admin = input.AdminAccountId ?? "";
      if (!organization.accounts.has(admin)) throw failed("the given account is not a member of the organization.");
      if (admin === call.account)
        throw failed("the management account cannot be the delegated administrator in the sandbox.");
      if (everywhere().some((one) => one.admin !== admin))
        throw failed("another account is already enabled as GuardDuty delegated administrator for the organization.");
      if (state.designations.has(call.region))
        throw failed("the account is already enabled as the GuardDuty delegated administrator for the organization.");

      await organization.designate(guardDutyPrincipal, admin, timing.designation, () =>
        failed("the organization's delegated administrator is being designated in another Region."),
      );
      state.designate(call.region, admin);
      if (state.detectorOf(admin, call.region) === undefined) state.createDetector(admin, call.region, onByDefault);
    },

    ListOrganizationAdminAccounts: (_input: sdk.ListOrganizationAdminAccountsCommandInput, call: Call) => {
      management(call);
      const admin = state.designations.get(call.region)?.admin;
      return { AdminAccounts: admin === undefined ? [] : [{ AdminAccountId: admin, AdminStatus: "ENABLED" }] };
    },

    DisableOrganizationAdminAccount: (input: sdk.DisableOrganizationAdminAccountCommandInput, call: Call) => {
      management(call);
      const admin = state.designations.get(call.region)?.admin;
      if (admin === undefined || admin !== input.AdminAccountId)
        throw failed("the given account is not the GuardDuty delegated administrator for the organization.");
      state.designations.delete(call.region);
      if (everywhere().length === 0) organization.deregister(guardDutyPrincipal, admin);
    },
  };
}

/** What the administrator decides for the organization in one region. */
export function organizationConfigurationOperations(state: GuardDutyState): Operations {
  return {
    DescribeOrganizationConfiguration: (input: sdk.DescribeOrganizationConfigurationCommandInput, call: Call) => {
      const designation = administered(state, call, input.DetectorId);
      return {
        AutoEnable: designation.autoEnable !== "NONE",
        AutoEnableOrganizationMembers: designation.autoEnable,
        MemberAccountLimitReached: false,
        Features: [...designation.plans].map(([Name, plan]) => ({
          Name,
          AutoEnable: plan.autoEnable,
          AdditionalConfiguration: [...plan.additional].map(([one, autoEnable]) => ({
            Name: one,
            AutoEnable: autoEnable,
          })),
        })),
      };
    },

    UpdateOrganizationConfiguration: (input: sdk.UpdateOrganizationConfigurationCommandInput, call: Call) => {
      const designation = administered(state, call, input.DetectorId);
      checkLegacy(input.DataSources, input.Features);
      checkFeatures(input.Features ?? [], call.region);
      const autoEnable = asked(input);
      changeOrganizationPlans(designation.plans, input.Features ?? [], state.clock);
      if (autoEnable === designation.autoEnable) return;
      designation.autoEnable = autoEnable;
      designation.autoEnableSince = state.clock.now();
    },
  };
}

function asked(input: sdk.UpdateOrganizationConfigurationCommandInput): AutoEnable {
  const { AutoEnable: older, AutoEnableOrganizationMembers: newer } = input;
  if (older !== undefined && newer !== undefined)
    throw badRequest("both autoEnable and autoEnableOrganizationMembers are provided.");
  if (older !== undefined) return older ? "NEW" : "NONE";
  if (isAutoEnable(newer)) return newer;
  throw badRequest("either autoEnable or autoEnableOrganizationMembers (ALL, NEW or NONE) must be provided.");
}
