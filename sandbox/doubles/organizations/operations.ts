import type * as sdk from "@aws-sdk/client-organizations";
import { ServiceError } from "../controlPlane/errors";
import { page } from "../controlPlane/pages";
import type { Call, Operations } from "../controlPlane/service";
import type { Account, Organization } from "./organization";
import { policyOperations } from "./policyOperations";

const fail = (code: string, message: string) => new ServiceError(code, 400, message);
const invalidToken = () => fail("InvalidInputException", "You specified an invalid pagination token.");

/** AWS Organizations: https://docs.aws.amazon.com/organizations/latest/APIReference/API_Operations.html */
export function organizationsOperations(organization: Organization): Operations {
  return {
    ...reading(organization),
    ...trustedAccess(organization),
    ...delegation(organization),
    ...policyOperations(organization, {
      reader: (call) => reader(organization, call),
      management: (call) => management(organization, call),
    }),
  };
}

const inOrganization = (organization: Organization, call: Call) => {
  if (!organization.accounts.has(call.account))
    throw fail("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.");
};

const forbidden = () => fail("AccessDeniedException", "You don't have permissions to access this resource.");

const management = (organization: Organization, call: Call) => {
  inOrganization(organization, call);
  if (call.account !== organization.managementAccountId) throw forbidden();
};

/** Reading is for the management account and for whoever administers some service on its behalf. */
const reader = (organization: Organization, call: Call) => {
  inOrganization(organization, call);
  if (call.account !== organization.managementAccountId && !organization.isDelegated(call.account)) throw forbidden();
};

const accountShape = (organization: Organization, account: Account): sdk.Account => ({
  Id: account.id,
  Arn: organization.arn("account", account.id),
  Name: account.name,
  Email: account.email,
  Status: account.status,
  State: account.status,
  JoinedMethod: "CREATED",
  JoinedTimestamp: account.joinedAt,
});

function reading(organization: Organization): Operations {
  const find = (id: string | undefined): Account => {
    const account = organization.accounts.get(id ?? "");
    if (account === undefined)
      throw fail("AccountNotFoundException", "You specified an account that doesn't exist in this organization.");
    return account;
  };
  const isParent = (id: string | undefined) =>
    id === organization.rootId || organization.units.some((unit) => unit.id === id);
  const parent = (id: string | undefined) => {
    if (!isParent(id)) throw fail("ParentNotFoundException", "You specified parent that doesn't exist.");
  };
  const paged = <T>(items: T[], input: { MaxResults?: number; NextToken?: string }) =>
    page(items, input.MaxResults ?? 20, input.NextToken, invalidToken);

  return {
    DescribeOrganization: (_input: sdk.DescribeOrganizationCommandInput, call: Call) => {
      inOrganization(organization, call);
      const manager = find(organization.managementAccountId);
      return {
        Organization: {
          Id: organization.id,
          Arn: organization.arn("organization", organization.id),
          FeatureSet: "ALL",
          MasterAccountId: manager.id,
          MasterAccountArn: organization.arn("account", manager.id),
          MasterAccountEmail: manager.email,
        },
      };
    },
    ListRoots: (_input: sdk.ListRootsCommandInput, call: Call) => {
      reader(organization, call);
      return { Roots: [organization.root()] };
    },
    ListAccounts: (input: sdk.ListAccountsCommandInput, call: Call) => {
      reader(organization, call);
      const { items, NextToken } = paged([...organization.accounts.values()], input);
      return { Accounts: items.map((account) => accountShape(organization, account)), NextToken };
    },
    ListAccountsForParent: (input: sdk.ListAccountsForParentCommandInput, call: Call) => {
      reader(organization, call);
      parent(input.ParentId);
      const children = [...organization.accounts.values()].filter((account) => account.parent === input.ParentId);
      const { items, NextToken } = paged(children, input);
      return { Accounts: items.map((account) => accountShape(organization, account)), NextToken };
    },
    DescribeAccount: (input: sdk.DescribeAccountCommandInput, call: Call) => {
      reader(organization, call);
      return { Account: accountShape(organization, find(input.AccountId)) };
    },
    ListOrganizationalUnitsForParent: (input: sdk.ListOrganizationalUnitsForParentCommandInput, call: Call) => {
      reader(organization, call);
      parent(input.ParentId);
      const { items, NextToken } = paged(
        organization.units.filter((unit) => unit.parent === input.ParentId),
        input,
      );
      const units = items.map(({ id, name }) => ({ Id: id, Name: name, Arn: organization.arn("ou", id) }));
      return { OrganizationalUnits: units, NextToken };
    },
    ListParents: (input: sdk.ListParentsCommandInput, call: Call) => {
      reader(organization, call);
      const id = organization.ancestors(input.ChildId ?? "")[0];
      if (id === undefined)
        throw fail("ChildNotFoundException", "We can't find an organizational unit or account with the ChildId.");
      return { Parents: [{ Id: id, Type: id === organization.rootId ? "ROOT" : "ORGANIZATIONAL_UNIT" }] };
    },
  };
}

function trustedAccess(organization: Organization): Operations {
  const principal = (value: string | undefined): string => {
    if (value === undefined || !/^[\w+=,.@-]+\.amazonaws\.com$/.test(value))
      throw fail("InvalidInputException", "You specified an unrecognized service principal.");
    return value;
  };
  return {
    EnableAWSServiceAccess: (input: sdk.EnableAWSServiceAccessCommandInput, call: Call) => {
      management(organization, call);
      organization.enableAccess(principal(input.ServicePrincipal));
    },
    DisableAWSServiceAccess: (input: sdk.DisableAWSServiceAccessCommandInput, call: Call) => {
      management(organization, call);
      organization.disableAccess(principal(input.ServicePrincipal));
    },
    ListAWSServiceAccessForOrganization: (input: sdk.ListAWSServiceAccessForOrganizationCommandInput, call: Call) => {
      reader(organization, call);
      const all = [...organization.trusted].map(([ServicePrincipal, DateEnabled]) => ({
        ServicePrincipal,
        DateEnabled,
      }));
      const { items, NextToken } = page(all, input.MaxResults ?? 20, input.NextToken, invalidToken);
      return { EnabledServicePrincipals: items, NextToken };
    },
  };
}

/** Services that take one administrator only, designated by their own API or here. */
const singleAdministrator = ["guardduty.amazonaws.com", "securityhub.amazonaws.com"];

function delegation(organization: Organization): Operations {
  const administrators = (service: string) => organization.delegated.get(service) ?? new Map<string, Date>();
  return {
    RegisterDelegatedAdministrator: (input: sdk.RegisterDelegatedAdministratorCommandInput, call: Call) => {
      management(organization, call);
      const { AccountId: account = "", ServicePrincipal: service = "" } = input;
      const violation = (message: string) => fail("ConstraintViolationException", message);
      if (!organization.accounts.has(account))
        throw fail("AccountNotFoundException", "You specified an account that doesn't exist in this organization.");
      if (account === organization.managementAccountId)
        throw violation(
          "You cannot register master account/yourself as delegated administrator for your organization.",
        );
      if (organization.accounts.get(account)?.status === "SUSPENDED")
        throw violation("You cannot register a suspended account as a delegated administrator.");
      if (!organization.trusted.has(service))
        throw violation("You must enable service access before you register a delegated administrator.");
      if (administrators(service).has(account))
        throw fail("AccountAlreadyRegisteredException", "The provided account is already a delegated administrator.");
      if (singleAdministrator.includes(service) && administrators(service).size > 0)
        throw violation("You have exceeded the allowed number of delegated administrators for the delegated service.");
      organization.register(service, account);
    },
    DeregisterDelegatedAdministrator: (input: sdk.DeregisterDelegatedAdministratorCommandInput, call: Call) => {
      management(organization, call);
      const { AccountId: account = "", ServicePrincipal: service = "" } = input;
      if (!administrators(service).has(account))
        throw fail("AccountNotRegisteredException", "The account is not a delegated administrator of this service.");
      organization.deregister(service, account);
    },
    ListDelegatedAdministrators: (input: sdk.ListDelegatedAdministratorsCommandInput, call: Call) => {
      reader(organization, call);
      const found = new Map<string, Date>();
      for (const [service, accounts] of organization.delegated)
        if (input.ServicePrincipal === undefined || input.ServicePrincipal === service)
          for (const [account, since] of accounts) found.set(account, since);
      const { items, NextToken } = page([...found], input.MaxResults ?? 20, input.NextToken, invalidToken);
      const DelegatedAdministrators = items.flatMap(([id, DelegationEnabledDate]) => {
        const account = organization.accounts.get(id);
        return account === undefined ? [] : [{ ...accountShape(organization, account), DelegationEnabledDate }];
      });
      return { DelegatedAdministrators, NextToken };
    },
    ListDelegatedServicesForAccount: (input: sdk.ListDelegatedServicesForAccountCommandInput, call: Call) => {
      reader(organization, call);
      const DelegatedServices = [...organization.delegated].flatMap(([ServicePrincipal, accounts]) => {
        const DelegationEnabledDate = accounts.get(input.AccountId ?? "");
        return DelegationEnabledDate === undefined ? [] : [{ ServicePrincipal, DelegationEnabledDate }];
      });
      if (DelegatedServices.length === 0)
        throw fail(
          "AccountNotRegisteredException",
          "The account is not a delegated administrator in this organization.",
        );
      return { DelegatedServices };
    },
  };
}
