import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface OrganizationAccount {
  id: string;
  /** Whether it can be worked in: neither suspended, nor closed, nor about to be. */
  active: boolean;
}

/** What an organization is made of, as far as something can be aimed at it. */
export interface OrganizationMap {
  rootId: string;
  /** Organizational units directly below the root, each with every account below it, at any depth. */
  topUnits: { id: string; name: string; accounts: OrganizationAccount[] }[];
  /** Accounts directly below the root. */
  rootAccounts: OrganizationAccount[];
  /** Every organizational unit, at any depth. */
  unitIds: string[];
}

/** Asks AWS Organizations. It answers the management account, and delegated administrators. */
export async function organizationMap(rootId: string, provider: aws.Provider): Promise<OrganizationMap> {
  const below = { parentId: rootId };
  const [top, everyUnit, ofRoot] = await Promise.all([
    aws.organizations.getOrganizationalUnits(below, { provider }),
    aws.organizations.getOrganizationalUnitDescendantOrganizationalUnits(below, { provider }),
    aws.organizations.getOrganizationalUnitChildAccounts(below, { provider }),
  ]);
  const topUnits = top.children.map(async ({ id, name }) => {
    const { accounts } = await aws.organizations.getOrganizationalUnitDescendantAccounts(
      { parentId: id },
      { provider },
    );
    return { id, name, accounts: accounts.map(accountOf) };
  });
  return {
    rootId,
    topUnits: (await Promise.all(topUnits)).sort((a, b) => a.id.localeCompare(b.id)),
    rootAccounts: ofRoot.accounts.map(accountOf).sort((a, b) => a.id.localeCompare(b.id)),
    unitIds: everyUnit.childrens.map(({ id }) => id).sort(),
  };
}

/** Every account of the organization, the management account too. */
export function accountsOf({ topUnits, rootAccounts }: OrganizationMap): OrganizationAccount[] {
  return [...rootAccounts, ...topUnits.flatMap(({ accounts }) => accounts)];
}

/** Units that hold accounts, none of which is active. */
function unitsOfSuspended({ topUnits }: OrganizationMap): OrganizationMap["topUnits"] {
  return topUnits.filter(({ accounts }) => accounts.length > 0 && accounts.every(({ active }) => !active));
}

/**
 * What to aim at in order to reach every account: the top organizational units, and the active accounts directly below the root. Not
 * the root, where one suspended account, which nothing can be done in, lets the whole fail. A unit that holds nothing yet is among
 * them, so that an account which is moved there is reached; one that holds suspended accounts alone is not.
 */
export function everyone(map: OrganizationMap): string[] {
  const skipped = unitsOfSuspended(map);
  return [
    ...map.topUnits.filter((unit) => !skipped.includes(unit)).map(({ id }) => id),
    ...map.rootAccounts.filter(({ active }) => active).map(({ id }) => id),
  ];
}

/** Says which units `everyone` leaves out, and why, before `what` is done to all others. */
export function saySkipped(map: OrganizationMap, what: string): void {
  const units = unitsOfSuspended(map).map(({ id, name }) => `${name} (${id})`);
  if (units.length === 0) return;
  void pulumi.log.info(`hakken: ${what} leaves out ${units.join(", ")}: all accounts there are suspended.`);
}

// `status` is what AWS Organizations gives up in favour of `state`; the older one says of an account that is being closed PENDING_CLOSURE too.
const accountOf = ({ id, state, status }: { id: string; state: string; status: string }): OrganizationAccount => ({
  id,
  active: (state || status) === "ACTIVE",
});
