import type { Organization } from "./organization";

/** What the policies of Security Hub say of an account, taken together. A region in neither list is none of theirs. */
export interface EffectiveRegions {
  enabled: string[];
  disabled: string[];
}

const LISTS = ["enable_in_regions", "disable_in_regions"] as const;
/** https://docs.aws.amazon.com/organizations/latest/userguide/policy-operators.html */
const OPERATORS = ["@@assign", "@@append", "@@remove"] as const;
const EVERY_REGION = "ALL_SUPPORTED";

type Lists = Record<(typeof LISTS)[number], Partial<Record<(typeof OPERATORS)[number], string[]>>>;

/** What is wrong with the content of a policy of Security Hub: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_security_hub_syntax.html */
export function malformedRegions(subject: unknown): string | undefined {
  const block = isBlock(subject) ? subject : {};
  const strange = Object.keys(block).find((key) => !LISTS.some((list) => list === key));
  // Among them are features and @@operators_allowed_for_child_policies, which AWS knows and this double doesn't.
  if (strange) return `"${strange}" is nothing that the sandbox knows in "securityhub".`;
  for (const list of LISTS) {
    const given = block[list];
    if (!isBlock(given)) return `"${list}" is missing.`;
    for (const [operator, regions] of Object.entries(given)) {
      if (!OPERATORS.some((one) => one === operator)) return `"${operator}" is no operator.`;
      const wrong = [regions]
        .flat()
        .find((region) => region !== EVERY_REGION && !/^[a-z]{2}(-[a-z]+)+-\d$/.test(String(region)));
      if (!Array.isArray(regions) || wrong !== undefined) return `"${list}" must list regions.`;
    }
  }
  return undefined;
}

const isBlock = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * From the root down to the account, what stands nearer changing what it inherits. Of policies that are attached to one entity AWS takes
 * the one with the lowest id first. The management account is governed too, unlike by policies that authorise.
 */
export function effectiveRegions(organization: Organization, account: string): EffectiveRegions {
  const { policies, regions: all } = organization;
  const lists = { enable_in_regions: [] as string[], disable_in_regions: [] as string[] };
  for (const entity of [...organization.ancestors(account).reverse(), account])
    for (const { content } of [...policies.on(entity, "SECURITYHUB_POLICY")].sort((a, b) => b.id.localeCompare(a.id))) {
      const given = (JSON.parse(content) as { securityhub: Lists }).securityhub;
      for (const list of LISTS) lists[list] = changed(lists[list], given[list]);
    }
  const named = (list: string[]) => (list.includes(EVERY_REGION) ? [...all] : list);
  const disabled = named(lists.disable_in_regions);
  return { enabled: named(lists.enable_in_regions).filter((region) => !disabled.includes(region)), disabled };
}

function changed(inherited: string[], given: Lists[keyof Lists]): string[] {
  const kept = (given["@@assign"] ?? inherited).filter((region) => !given["@@remove"]?.includes(region));
  return [...new Set([...kept, ...(given["@@append"] ?? [])])];
}
