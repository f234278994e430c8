import type * as sdk from "@aws-sdk/client-organizations";
import type { ProviderFunction } from "./resource";
import type { Scope } from "./scope";

type Paged<T> = (NextToken: string | undefined) => Promise<{ items: T[] | undefined; NextToken: string | undefined }>;

/** The data sources that read an organization's units, accounts and policies, by token. */
export const organizationFunctions: Readonly<Record<string, ProviderFunction>> = {
  "aws:organizations/getOrganizationalUnits:getOrganizationalUnits": {
    args: ["parentId"],
    call: async (aws, { parentId }) => ({
      id: parentId,
      parentId,
      children: (await unitsBelow(aws, String(parentId))).map(unitShape),
    }),
  },
  "aws:organizations/getOrganizationalUnitDescendantOrganizationalUnits:getOrganizationalUnitDescendantOrganizationalUnits":
    {
      args: ["parentId"],
      call: async (aws, { parentId }) => ({
        id: parentId,
        parentId,
        // So is its name in @pulumi/aws.
        childrens: (await everyUnitBelow(aws, String(parentId))).map(unitShape),
      }),
    },
  "aws:organizations/getOrganizationalUnitChildAccounts:getOrganizationalUnitChildAccounts": {
    args: ["parentId"],
    call: async (aws, { parentId }) => ({
      id: parentId,
      parentId,
      accounts: (await accountsBelow(aws, String(parentId))).map(accountShape),
    }),
  },
  "aws:organizations/getOrganizationalUnitDescendantAccounts:getOrganizationalUnitDescendantAccounts": {
    args: ["parentId"],
    async call(aws, { parentId }) {
      const units = await everyUnitBelow(aws, String(parentId));
      const accounts = await Promise.all(
        [String(parentId), ...units.map(({ Id }) => String(Id))].map((id) => accountsBelow(aws, id)),
      );
      return { id: parentId, parentId, accounts: accounts.flat().map(accountShape) };
    },
  },

  "aws:organizations/getDelegatedAdministrators:getDelegatedAdministrators": {
    args: ["servicePrincipal"],
    async call({ organizations }, { servicePrincipal: ServicePrincipal }) {
      const found = await everyPage(async (NextToken) => {
        const page = await organizations.listDelegatedAdministrators({
          ServicePrincipal: ServicePrincipal as string | undefined,
          NextToken,
        });
        return { items: page.DelegatedAdministrators, NextToken: page.NextToken };
      });
      return { servicePrincipal: ServicePrincipal, delegatedAdministrators: found.map(administratorShape) };
    },
  },
  "aws:organizations/getPolicies:getPolicies": {
    args: ["filter"],
    async call({ organizations }, { filter }) {
      const policies = await everyPage(async (NextToken) => {
        const page = await organizations.listPolicies({ Filter: filter as sdk.PolicyType, NextToken });
        return { items: page.Policies, NextToken: page.NextToken };
      });
      return { id: filter, filter, ids: policies.map(({ Id }) => Id) };
    },
  },
};

const unitShape = ({ Id, Arn, Name }: sdk.OrganizationalUnit) => ({ id: Id, arn: Arn, name: Name });

/** An account as data sources give it. */
export const accountShape = (account: sdk.Account) => ({
  arn: account.Arn,
  email: account.Email,
  id: account.Id,
  joinedMethod: account.JoinedMethod,
  joinedTimestamp: account.JoinedTimestamp?.toISOString(),
  name: account.Name,
  state: account.State ?? account.Status,
  status: account.Status,
});

const administratorShape = (administrator: sdk.DelegatedAdministrator) => ({
  arn: administrator.Arn,
  delegationEnabledDate: administrator.DelegationEnabledDate?.toISOString(),
  email: administrator.Email,
  id: administrator.Id,
  joinedMethod: administrator.JoinedMethod,
  joinedTimestamp: administrator.JoinedTimestamp?.toISOString(),
  name: administrator.Name,
  status: administrator.Status,
});

const unitsBelow = ({ organizations }: Scope, ParentId: string) =>
  everyPage(async (NextToken) => {
    const page = await organizations.listOrganizationalUnitsForParent({ ParentId, NextToken });
    return { items: page.OrganizationalUnits, NextToken: page.NextToken };
  });

const accountsBelow = ({ organizations }: Scope, ParentId: string) =>
  everyPage(async (NextToken) => {
    const page = await organizations.listAccountsForParent({ ParentId, NextToken });
    return { items: page.Accounts, NextToken: page.NextToken };
  });

async function everyUnitBelow(aws: Scope, parentId: string): Promise<sdk.OrganizationalUnit[]> {
  const units = await unitsBelow(aws, parentId);
  const deeper = await Promise.all(units.map(({ Id }) => everyUnitBelow(aws, String(Id))));
  return [...units, ...deeper.flat()];
}

/** All items of an answer that comes in pages. */
export async function everyPage<T>(next: Paged<T>): Promise<T[]> {
  const all: T[] = [];
  let token: string | undefined;
  do {
    const { items = [], NextToken } = await next(token);
    all.push(...items);
    token = NextToken;
  } while (token);
  return all;
}
