import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Linking, PolicyWithTargets } from "../components/detection/SecurityHubOrganization";
import type { Settings } from "../settings";
import { type HubPolicy, policiesOf } from "../settings/securityHub";
import { accountsOf, everyone, type OrganizationMap, organizationMap, saySkipped } from "./targets";

const KEY = "hakken:securityHub.policies";

/** The configuration policies of the settings, each with its targets as the organization has them. Throws pulumi.RunError for one that it lacks. */
export async function policiesWithTargets(
  settings: Settings,
  rootId: string,
  provider: aws.Provider,
): Promise<PolicyWithTargets[]> {
  const policies = policiesOf(settings.securityHub);
  return targetsOf(policies, await organizationMap(rootId, provider));
}

/** From which regions findings are gathered: `linked` are hakken's own, where they are named. */
export function linkingOf({ securityHub }: Settings, linked: readonly string[]): Linking {
  const { linkingMode: mode, exceptRegions = [] } = securityHub;
  if (mode === "SPECIFIED_REGIONS") return { mode, regions: linked };
  return { mode, regions: mode === "ALL_REGIONS" ? [] : exceptRegions };
}

function targetsOf(policies: readonly HubPolicy[], map: OrganizationMap): PolicyWithTargets[] {
  const problems = policies.flatMap(({ targets = [] }, index) =>
    targets.flatMap((target) => {
      const problem = unfit(target, map);
      return problem ? [`${KEY}[${index}].targets: "${target}" ${problem}`] : [];
    }),
  );
  if (problems.length > 0) throw new pulumi.RunError(problems.join("\n"));

  const idOf = (target: string) => (target === "root" ? map.rootId : target);
  const named = policies.flatMap(({ targets = [] }) => targets.map(idOf));
  const all = everyone(map).filter((target) => !named.includes(target));
  if (policies.some(({ targets }) => !targets)) saySkipped(map, "Security Hub's configuration policy for everyone");
  else if (!named.includes(map.rootId))
    void pulumi.log.warn(
      `${KEY}: none is for everyone, so that accounts which no target holds decide by themselves about Security Hub. Add a policy without targets for them.`,
    );
  warnOfSuspended(map, policies.some(({ targets }) => !targets) ? [...named, ...all] : named);
  return policies.map((policy) => ({ ...policy, targets: policy.targets?.map(idOf) ?? all }));
}

function unfit(target: string, map: OrganizationMap): string | undefined {
  if (target === "root" || target === map.rootId || map.unitIds.includes(target)) return undefined;
  if (target.startsWith("r-")) return `is not the root of the organization, which is ${map.rootId}: write root.`;
  if (target.startsWith("ou-"))
    return `is no organizational unit of the organization: correct or remove it. There are ${map.unitIds.join(", ") || "none"}.`;
  const account = accountsOf(map).find(({ id }) => id === target);
  if (!account) return "is no account of the organization: correct or remove it.";
  return account.active ? undefined : "is suspended, so that no policy can be applied there: remove it.";
}

/** Of units that hold suspended accounts beside active ones, AWS may report the association as failed, which fails the deployment. */
function warnOfSuspended({ rootId, topUnits, rootAccounts }: OrganizationMap, targets: readonly string[]): void {
  const held = topUnits.flatMap(({ id, name, accounts }) => {
    const suspended = accounts.filter(({ active }) => !active).map((account) => account.id);
    const aimed = targets.includes(id) || targets.includes(rootId);
    return aimed && suspended.length > 0 ? [`${name} (${id}): ${suspended.join(", ")}`] : [];
  });
  const ofRoot = rootAccounts.filter(({ active }) => !active).map(({ id }) => id);
  if (targets.includes(rootId) && ofRoot.length > 0) held.push(`the root: ${ofRoot.join(", ")}`);
  if (held.length === 0) return;
  void pulumi.log.warn(
    `hakken: where suspended accounts stand among others, AWS may fail to apply a policy of Security Hub: ${held.join("; ")}. Move them into an organizational unit of their own, which hakken leaves out.`,
  );
}
