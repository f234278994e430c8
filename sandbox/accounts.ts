import { z } from "zod";
import type { Account, AccountSetup, Organization, OrganizationSetup } from "./doubles/organizations/organization";
import { ACCOUNTS, enabledIn, ORGANIZATION, UNITS, type UnitName } from "./organization";

/** The organization as it is when a sandbox starts, in these regions, with or without a plan of AWS Support. */
export const organizationSetup = (regions: readonly string[], supportPlan = true): OrganizationSetup => {
  const setups = (outside: boolean): AccountSetup[] =>
    Object.entries(ORGANIZATION)
      .filter(([, account]) => Boolean(account.outside) === outside)
      .map(([name, { id, unit, status, optedIn }]) => ({
        id,
        name,
        ...(unit && { parent: UNITS[unit] }),
        ...(status && { status }),
        regions: enabledIn(optedIn, regions),
      }));
  return {
    managementAccountId: ACCOUNTS.management,
    accounts: setups(false),
    outside: setups(true),
    units: Object.entries(UNITS).map(([name, id]) => ({ id, name })),
    regions,
    supportPlan,
    policyTypes: ["SERVICE_CONTROL_POLICY", "SECURITYHUB_POLICY"],
  };
};

/** The regions of each account, for the local AWS. */
export const regionsByAccount = ({ accounts, outside }: Organization): Record<string, readonly string[]> =>
  Object.fromEntries([...accounts.values(), ...outside.values()].map(({ id, regions }) => [id, regions]));

export const accountChange = z.strictObject({
  id: z.string().regex(/^\d{12}$/, "must be the 12 digits of an account id"),
  /** Default of a new account: its id. */
  name: z.string().min(1).optional(),
  /** The unit that it stands in. Default of one that joins: the root. */
  unit: z.enum(Object.keys(UNITS) as [UnitName, ...UnitName[]]).optional(),
  /** Whether it leaves the organization. */
  outside: z.boolean().optional(),
  status: z.enum(["ACTIVE", "SUSPENDED"]).optional(),
  /** Regions that it has opted in to. Default of a new account: none, as with AWS. */
  optedIn: z.array(z.string()).optional(),
});

/** How an account is to be: what is left out stays as it is, or, of one that is new, is the default. */
export type AccountChange = z.infer<typeof accountChange>;

/** Lets an account join, move to another unit, be suspended, or leave. Throws an error where AWS Organizations would refuse that. */
export const changeAccount = (organization: Organization, change: AccountChange): Account => {
  const { id, unit, status, outside } = change;
  const before = organization.known(id);
  if (outside) {
    refuse(id === organization.managementAccountId, `${id} is the management account, which can't leave`);
    refuse(organization.isDelegated(id), `${id} is a delegated administrator, which can't leave`);
    refuse(before === undefined, `${id} is no account that could leave`);
    organization.removeAccount(id);
    return organization.outside.get(id) as Account;
  }
  const account = organization.accounts.get(id) ?? organization.addAccount(joining(organization, change, before));
  if (change.name) account.name = change.name;
  if (unit) account.parent = UNITS[unit];
  if (status) account.status = status;
  if (change.optedIn) account.regions = enabledIn(change.optedIn, organization.regions);
  return account;
};

const joining = (organization: Organization, change: AccountChange, before: Account | undefined): AccountSetup => ({
  id: change.id,
  name: change.name ?? before?.name ?? change.id,
  regions: before?.regions ?? enabledIn(change.optedIn ?? [], organization.regions),
});

const refuse = (refused: boolean, why: string): void => {
  if (refused) throw new Error(`${why} the organization.`);
};
