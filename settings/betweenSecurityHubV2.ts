import type { Show } from "./problems";
import type { SecurityHubV2Settings } from "./securityHubV2";

interface Around {
  role?: string;
  account?: string;
  homeRegion?: string;
  regions?: readonly string[];
  securityHubV2?: SecurityHubV2Settings;
}

const KEY = "hakken:securityHubV2";

/** What is wrong within the setting of Security Hub V2, and between it and others. */
export function securityHubV2Problems({ role, account, securityHubV2, ...regional }: Around, show: Show): string[] {
  if (!securityHubV2) return [];
  const { enabled, targets, disabledIn } = securityHubV2;
  const problems = absentProblems(securityHubV2, regional, show);
  if (!enabled && disabledIn.length > 0)
    problems.push(`${KEY}.disabledIn names exceptions to what ${KEY}.enabled false switches off anyway: remove one.`);
  for (const [index, one] of disabledIn.entries()) {
    const says = (what: string) =>
      problems.push(`${KEY}.disabledIn[${index}]: ${show("securityHubV2", `"${one}"`)} ${what}`);
    if (targets.includes(one)) says(`stands in ${KEY}.targets too: remove it in one of them.`);
    if ((role === "audit" || role === "organization") && one === account)
      says("is the audit account, which gathers V2's findings: remove it.");
  }
  return problems;
}

function absentProblems(
  { enabled, absentRegions }: SecurityHubV2Settings,
  { homeRegion, regions }: Pick<Around, "homeRegion" | "regions">,
  show: Show,
): string[] {
  if (!homeRegion || !regions) return [];
  const problems = absentRegions.flatMap((absent, index) => {
    const says = (what: string) => [`${KEY}.absentRegions[${index}]: ${show("securityHubV2", `"${absent}"`)} ${what}`];
    if (absent === homeRegion)
      return says("is the home region, where V2's findings are gathered: remove it, or take the setting out.");
    return regions.includes(absent) ? [] : says("is not among hakken:regions: remove it.");
  });
  const linked = regions.filter((name) => name !== homeRegion);
  if (
    enabled &&
    problems.length === 0 &&
    linked.length > 0 &&
    linked.every((name) => absentRegions.some((one) => one === name))
  )
    problems.push(
      `${KEY}.absentRegions leaves ${show("homeRegion", homeRegion)} alone: take one out, or ${KEY} as a whole, since AWS gathers from one other region at least.`,
    );
  return problems;
}
