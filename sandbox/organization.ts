import { DEFAULT_REGIONS } from "../settings/regions";

/** The organization that the sandbox makes up. Which of its regions are there, and what is deployed, is in estate.ts. */

export const HOME_REGION = "ap-northeast-1";

/** The one that accounts must opt in to, where an estate has it. */
export const OPT_IN_REGION = "ap-east-1";

export const ORGANIZATION_ID = "o-hakken0001";

/** Organizational units below the root, by name. */
export const UNITS = {
  Security: "ou-hakk-security",
  Workloads: "ou-hakk-workload",
  Suspended: "ou-hakk-suspended",
} as const;

export type UnitName = keyof typeof UNITS;

export const ACCOUNTS = {
  management: "111111111111",
  audit: "222222222222",
  prod: "333333333333",
  dev: "444444444444",
  old: "555555555555",
  partner: "666666666666",
} as const;

export type AccountName = keyof typeof ACCOUNTS;

export interface SandboxAccount {
  id: string;
  /** Where it stands in the organization: a unit's name, or the root. */
  unit?: UnitName;
  status?: "ACTIVE" | "SUSPENDED";
  /** Of another company: none of the organization's. */
  outside?: true;
  /** The regions that it has opted in to; those enabled by default it has anyway. */
  optedIn: readonly string[];
}

/** Each account as it is at first: the daemon's route /_sandbox/accounts moves them. */
export const ORGANIZATION: Readonly<Record<AccountName, SandboxAccount>> = {
  management: { id: ACCOUNTS.management, optedIn: [OPT_IN_REGION] },
  audit: { id: ACCOUNTS.audit, unit: "Security", optedIn: [OPT_IN_REGION] },
  prod: { id: ACCOUNTS.prod, unit: "Workloads", optedIn: [OPT_IN_REGION] },
  dev: { id: ACCOUNTS.dev, unit: "Workloads", optedIn: [] },
  old: { id: ACCOUNTS.old, unit: "Suspended", status: "SUSPENDED", optedIn: [] },
  partner: { id: ACCOUNTS.partner, outside: true, optedIn: [OPT_IN_REGION] },
};

/** Those of an estate's regions that an account has. */
export const enabledIn = (optedIn: readonly string[], regions: readonly string[]): string[] =>
  regions.filter((region) => DEFAULT_REGIONS.some((one) => one === region) || optedIn.includes(region));

/** An account's root in the local AWS: it knows a root by its account's number, and takes any secret. */
export const rootOf = (account: string) => ({ accessKeyId: account, secretAccessKey: "sandbox" });
