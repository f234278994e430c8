import { randomUUID } from "node:crypto";
import type * as sdk from "@aws-sdk/client-securityhub";
import { OPT_IN_REGIONS } from "../../../settings/regions";
import { accessDenied, ServiceError } from "../controlPlane/errors";
import { page } from "../controlPlane/pages";
import type { Call, Operations } from "../controlPlane/service";
import type { Aggregator } from "./records";
import { conflict, invalidAccess, invalidInput, notFound, type SecurityHubState, securityHubPrincipal } from "./state";

/** Designation, by the management account: https://docs.aws.amazon.com/securityhub/latest/userguide/designate-orgs-admin-account.html */
export function designationOperations(state: SecurityHubState): Operations {
  const { organization, timing } = state;
  const management = ({ account }: Call) => {
    if (account !== organization.managementAccountId)
      throw accessDenied(`Account ${account} is not the management account of an organization`);
  };
  const cspmOnly = (feature: string | undefined) => {
    if (feature !== undefined && feature !== "SecurityHub")
      throw new ServiceError("NotImplementedException", 501, `The sandbox does not have Feature ${feature}.`);
  };

  return {
    EnableOrganizationAdminAccount: async (input: sdk.EnableOrganizationAdminAccountCommandInput, call: Call) => {
      management(call);
      cspmOnly(input.Feature);
      const admin = input.AdminAccountId ?? "";
      if (!organization.accounts.has(admin)) throw invalidInput(`Account ${admin} is not a member of the organization`);
      if (admin === call.account)
        throw invalidInput("The management account cannot be the delegated administrator in the sandbox");
      if (state.admin !== undefined && state.admin !== admin)
        throw conflict("Another account is already the Security Hub administrator account of the organization");
      await organization.designate(securityHubPrincipal, admin, timing.designation, () =>
        conflict("The Security Hub administrator account of the organization is being designated in another Region"),
      );
      state.admins.set(call.region, admin);
      state.enable(admin, call.region);
      return { AdminAccountId: admin, Feature: "SecurityHub" };
    },

    ListOrganizationAdminAccounts: (input: sdk.ListOrganizationAdminAccountsCommandInput, call: Call) => {
      management(call);
      cspmOnly(input.Feature);
      const AccountId = state.admins.get(call.region);
      return {
        AdminAccounts: AccountId === undefined ? [] : [{ AccountId, Status: "ENABLED" }],
        Feature: "SecurityHub",
      };
    },

    DisableOrganizationAdminAccount: (input: sdk.DisableOrganizationAdminAccountCommandInput, call: Call) => {
      management(call);
      cspmOnly(input.Feature);
      const admin = state.admins.get(call.region);
      if (admin === undefined || admin !== input.AdminAccountId)
        throw invalidInput(`Account ${input.AdminAccountId} is not the Security Hub administrator account`);
      if (state.central !== undefined)
        throw invalidInput("Central configuration must be stopped before the administrator account is removed");
      state.admins.delete(call.region);
      state.memberships.forget(admin, ({ region }) => region === call.region);
      if (state.admins.size === 0) organization.deregister(securityHubPrincipal, admin);
    },
  };
}

/** How the organization is configured: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_UpdateOrganizationConfiguration.html */
export function organizationConfigurationOperations(state: SecurityHubState): Operations {
  const administrator = ({ account, region }: Call) => {
    if (state.admins.get(region) !== account)
      throw invalidAccess(`Account ${account} is not an administrator for this organization`);
  };
  return {
    DescribeOrganizationConfiguration: (_input: sdk.DescribeOrganizationConfigurationCommandInput, call: Call) => {
      administrator(call);
      const { members, standards } = state.autoEnable.get(call.region) ?? { members: false, standards: "NONE" };
      const done = state.central === undefined || state.clock.now() >= state.central.since + state.timing.association;
      return {
        AutoEnable: members,
        AutoEnableStandards: standards,
        MemberAccountLimitReached: false,
        OrganizationConfiguration: {
          ConfigurationType: state.central === undefined ? "LOCAL" : "CENTRAL",
          Status: done ? "ENABLED" : "PENDING",
        },
      };
    },

    UpdateOrganizationConfiguration: (input: sdk.UpdateOrganizationConfigurationCommandInput, call: Call) => {
      administrator(call);
      const type = input.OrganizationConfiguration?.ConfigurationType;
      if (type !== undefined && type !== "CENTRAL" && type !== "LOCAL")
        throw invalidInput("Invalid parameter 'OrganizationConfiguration.ConfigurationType'.");
      const central = type === undefined ? state.central !== undefined : type === "CENTRAL";
      const standards = input.AutoEnableStandards ?? (central ? "NONE" : "DEFAULT");
      if (central && (input.AutoEnable || standards !== "NONE"))
        throw invalidInput("Auto Enable and AutoEnableStandards can not be enabled for Central Configuration");

      if (type === "CENTRAL") startCentral(state, call);
      if (type === "LOCAL") stopCentral(state, call);
      const members = input.AutoEnable ?? false;
      const before = state.autoEnable.get(call.region);
      const since = before?.members && members ? before.since : state.clock.now();
      state.autoEnable.set(call.region, { members, standards, since });
    },
  };
}

function startCentral(state: SecurityHubState, { account, region }: Call): void {
  const aggregator = state.aggregators.get(account);
  if (aggregator === undefined) throw invalidInput("Central configuration requires a finding aggregator");
  if (aggregator.region !== region)
    throw invalidAccess("Central configuration can only be started from the home Region");
  if (OPT_IN_REGIONS.some((one) => one === region))
    throw invalidInput(`Central configuration can not be used with the opt-in Region ${region} as home Region`);
  if (state.linkedRegions(aggregator).length === 0)
    throw invalidInput("Central configuration requires at least one linked Region");
  state.central ??= { since: state.clock.now() };
}

function stopCentral(state: SecurityHubState, { account, region }: Call): void {
  if (state.central === undefined) return;
  if (state.aggregators.get(account)?.region !== region)
    throw invalidAccess("Central configuration can only be stopped from the home Region");
  if (state.policies.size > 0 || state.associations.size > 0)
    throw conflict("Configuration policies must be disassociated and deleted before central configuration is stopped");
  state.stopCentral();
}

const modes = ["ALL_REGIONS", "ALL_REGIONS_EXCEPT_SPECIFIED", "SPECIFIED_REGIONS", "NO_REGIONS"];

/** Aggregation across regions: https://docs.aws.amazon.com/securityhub/latest/userguide/finding-aggregation.html */
export function aggregatorOperations(state: SecurityHubState): Operations {
  const shape = (aggregator: Aggregator) => ({
    FindingAggregatorArn: aggregator.arn,
    FindingAggregationRegion: aggregator.region,
    RegionLinkingMode: aggregator.mode,
    Regions: aggregator.regions,
  });
  const own = (arn: string | undefined, { account }: Call): Aggregator => {
    const aggregator = state.aggregators.get(account);
    if (aggregator === undefined || aggregator.arn !== arn) throw notFound(`Finding aggregator ${arn} not found`);
    return aggregator;
  };
  const atHome = (aggregator: Aggregator, { region }: Call) => {
    if (aggregator.region !== region)
      throw invalidInput(`The finding aggregator can only be changed from its aggregation Region ${aggregator.region}`);
  };

  return {
    CreateFindingAggregator: (input: sdk.CreateFindingAggregatorCommandInput, call: Call) => {
      state.subscribed(call);
      if (state.administratorOf(call.account, call.region) !== undefined)
        throw accessDenied(`Account ${call.account} is a member account and cannot create a finding aggregator`);
      if (state.aggregators.has(call.account))
        throw new ServiceError("LimitExceededException", 429, "Cannot create more than one finding aggregator");
      const arn = `arn:aws:securityhub:${call.region}:${call.account}:finding-aggregator/${randomUUID()}`;
      const aggregator = { arn, account: call.account, region: call.region, ...linking(state, input, call) };
      state.aggregators.set(call.account, aggregator);
      return shape(aggregator);
    },

    GetFindingAggregator: (input: sdk.GetFindingAggregatorCommandInput, call: Call) =>
      shape(own(input.FindingAggregatorArn, call)),

    ListFindingAggregators: (input: sdk.ListFindingAggregatorsCommandInput, call: Call) => {
      state.subscribed(call);
      const aggregator = state.aggregators.get(call.account);
      const all = aggregator === undefined ? [] : [{ FindingAggregatorArn: aggregator.arn }];
      const refused = () => invalidInput("Invalid parameter 'NextToken'.");
      const { items, NextToken } = page(all, input.MaxResults ?? 100, input.NextToken, refused);
      return { FindingAggregators: items, NextToken };
    },

    UpdateFindingAggregator: (input: sdk.UpdateFindingAggregatorCommandInput, call: Call) => {
      const aggregator = own(input.FindingAggregatorArn, call);
      atHome(aggregator, call);
      const changed = { ...aggregator, ...linking(state, input, call) };
      if (state.central !== undefined && state.linkedRegions(changed).length === 0)
        throw invalidInput("Central configuration requires at least one linked Region");
      return shape(Object.assign(aggregator, changed));
    },

    DeleteFindingAggregator: (input: sdk.DeleteFindingAggregatorCommandInput, call: Call) => {
      const aggregator = own(input.FindingAggregatorArn, call);
      atHome(aggregator, call);
      if (state.central !== undefined && state.admin === call.account)
        throw invalidInput("The finding aggregator cannot be deleted while central configuration is in use");
      state.aggregators.delete(call.account);
    },
  };
}

function linking(
  state: SecurityHubState,
  input: { RegionLinkingMode?: string; Regions?: string[] },
  call: Call,
): Pick<Aggregator, "mode" | "regions"> {
  const { RegionLinkingMode: mode = "", Regions: regions = [] } = input;
  if (!modes.includes(mode)) throw invalidInput("Invalid parameter 'RegionLinkingMode'.");
  const listed = mode === "SPECIFIED_REGIONS" || mode === "ALL_REGIONS_EXCEPT_SPECIFIED";
  if (listed !== regions.length > 0) throw invalidInput(`Invalid parameter 'Regions' for RegionLinkingMode ${mode}.`);
  const unknown = regions.filter((region) => region === call.region || !state.organization.regions.includes(region));
  if (unknown.length > 0) throw invalidInput(`Invalid parameter 'Regions': ${unknown.join(", ")}.`);
  return { mode, regions: [...regions] };
}
