/** Who needs whom. Nothing of AWS or Pulumi is imported here, so that ops can read it without loading the program. */

/** The stacks of an organization in the order of deployment. `prod` stands for the first of any number of member accounts. */
export const STACKS = ["audit", "management", "organization", "prod"] as const;

/** The stacks that must be up before the one named, and may go down only after it. */
const NEEDS: Readonly<Record<string, readonly string[]>> = {
  audit: [],
  // The account to designate, whose detectors and hub must stand before AWS makes some of its own.
  management: ["audit"],
  // Only the designated administrator may configure the organization, by its detectors' ids.
  organization: ["audit", "management"],
};

/** What a stack of any other name needs, being a member account: somebody who gathers its findings. */
const MEMBER_NEEDS = ["audit", "management", "organization"];

/** The stacks that must be up before this one. */
export function neededBy(stack: string): readonly string[] {
  return NEEDS[stack] ?? MEMBER_NEEDS;
}

/** Sorts stacks into the order of deployment: each after all that it needs. */
export function inOrder(stacks: readonly string[]): string[] {
  return [...stacks].sort((a, b) => neededBy(a).length - neededBy(b).length || a.localeCompare(b));
}

/** The order in which stacks are destroyed. */
export function inReverse(stacks: readonly string[]): string[] {
  return inOrder(stacks).reverse();
}
