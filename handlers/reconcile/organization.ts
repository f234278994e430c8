import {
  type Account as AwsAccount,
  type OrganizationsClient,
  paginateListAccounts,
  paginateListAccountsForParent,
  paginateListOrganizationalUnitsForParent,
} from "@aws-sdk/client-organizations";
import type { Account, Organization } from "./duty";

/**
 * The organization for one run: what was asked is kept, and asked again in the next run, since accounts come and go.
 * A delegated administrator of any service may ask. https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html
 */
export function organizationNow(client: OrganizationsClient): Organization {
  let accounts: Promise<Account[]> | undefined;
  const units: Record<string, Promise<string[]>> = {};

  const under = async (unit: string): Promise<string[]> => {
    const found: string[] = [];
    for await (const page of paginateListAccountsForParent({ client }, { ParentId: unit })) {
      found.push(...(page.Accounts ?? []).map(({ Id = "" }) => Id));
    }
    for await (const page of paginateListOrganizationalUnitsForParent({ client }, { ParentId: unit })) {
      for (const { Id = "" } of page.OrganizationalUnits ?? []) found.push(...(await under(Id)));
    }
    return found;
  };
  return {
    accounts: async () => {
      accounts ??= everyAccount(client);
      return accounts;
    },
    accountsUnder: async (unit) => {
      units[unit] ??= under(unit);
      return units[unit];
    },
  };
}

async function everyAccount(client: OrganizationsClient): Promise<Account[]> {
  const found: Account[] = [];
  for await (const page of paginateListAccounts({ client }, {})) {
    found.push(...(page.Accounts ?? []).map((account) => ({ ...named(account), active: isActive(account) })));
  }
  return found;
}

const named = ({ Id = "", Email = "", JoinedTimestamp }: AwsAccount) => ({
  id: Id,
  email: Email,
  joinedAt: JoinedTimestamp?.getTime() ?? 0,
});

/** `State` takes the place of `Status`, which AWS gives up in September 2026. */
const isActive = ({ State, Status }: AwsAccount): boolean => (State ?? Status) === "ACTIVE";
