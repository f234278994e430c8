/** The organization that the sandbox makes up. */

export const HOME_REGION = "ap-northeast-1";

/** Three are enough to tell the home region from linked ones, and one linked region from another. */
export const REGIONS = [HOME_REGION, "us-east-1", "ap-northeast-3"] as const;

export const ORGANIZATION_ID = "o-hakken0001";

export const ACCOUNTS = {
  management: "111111111111",
  audit: "222222222222",
  prod: "333333333333",
} as const;

export type AccountName = keyof typeof ACCOUNTS;

/** Each stack's account, in the words of its settings. Stack `organization` runs in the audit account. */
export const STACK_ACCOUNTS = {
  audit: { role: "audit", account: "audit" },
  management: { role: "management", account: "management" },
  organization: { role: "organization", account: "audit" },
  prod: { role: "member", account: "prod" },
} as const satisfies Record<string, { role: string; account: AccountName }>;

export type StackName = keyof typeof STACK_ACCOUNTS;

/** An account's root in the local AWS: it knows a root by its account's number, and takes any secret. */
export const rootOf = (account: string) => ({ accessKeyId: account, secretAccessKey: "sandbox" });
