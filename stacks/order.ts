/** Who needs whom. Nothing of AWS or Pulumi is imported here, so that ops can read it without loading the program. */

/** The stacks of an organization, each after those that it needs. A name of one's own stands for one more member account. */
export const STACKS = ["audit", "management", "organization", "prod"] as const;

/** The stacks that must be up before a stack of this role, and may go down only after it. */
export const NEEDS: Readonly<Record<"audit" | "management" | "organization" | "member", readonly string[]>> = {
  audit: [],
  /** The account to designate, whose detectors and hub must be there before AWS makes its own. */
  management: ["audit"],
  /** Only a delegated administrator may configure the organization; and its detectors' ids. */
  organization: ["audit", "management"],
  /** A member's findings would have nobody to gather them. */
  member: ["audit", "management", "organization"],
};

/** Sorts stacks into the order of deployment. Names other than audit, management and organization are members, and come last. */
export function inOrder(stacks: readonly string[]): string[] {
  const rank = (stack: string) => {
    const at = STACKS.findIndex((name) => name === stack);
    return at < 0 ? STACKS.indexOf("prod") : at;
  };
  return [...stacks].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}

/** The order in which stacks are destroyed. */
export function inReverse(stacks: readonly string[]): string[] {
  return inOrder(stacks).reverse();
}
