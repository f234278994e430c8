import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { SecurityHubV2Policy } from "../components/detection/SecurityHubV2Policy";
import type { PlainSettings } from "../settings";
import { skippedBy } from "../settings/controlTower";
import { prefixed } from "./account";
import { stackOutputs } from "./outputs";

const KEY = "hakken:securityHubV2";
const TYPE = "SECURITYHUB_POLICY";

/** What the stack organization notes of Security Hub V2. */
export interface SecurityHubV2Outputs {
  /** ARN of what gathers V2's findings. Absent where nothing does. */
  securityHubV2Aggregator?: string;
}

const isOn = ({ securityHubV2 }: PlainSettings): boolean => securityHubV2?.enabled ?? false;

/**
 * Throws pulumi.RunError, in the stack `management`, where the organization has the policy type switched off, where the audit account
 * would have V2 off, or where V2 is to go while its findings are still gathered. To be asked before anything is made.
 */
export async function checkSecurityHubV2(
  settings: PlainSettings,
  { roots: [root] }: aws.organizations.GetOrganizationResult,
  auditAccountId: string,
): Promise<void> {
  if (!isOn(settings)) await waitForAggregator(settings);
  if (!settings.securityHubV2) return;
  if (!(root?.policyTypes ?? []).some(({ type, status }) => type === TYPE && status === "ENABLED")) {
    throw new pulumi.RunError(
      `${KEY}: policies of Security Hub are switched off in the organization. Switch them on, with the management account's credentials: aws organizations enable-policy-type --root-id ${root?.id ?? "ROOT"} --policy-type ${TYPE}. It changes nothing in any account by itself. Or take the setting out.`,
    );
  }
  if (settings.securityHubV2.disabledIn.includes(auditAccountId)) {
    throw new pulumi.RunError(
      `${KEY}.disabledIn: ${auditAccountId} is the audit account, which gathers V2's findings: remove it.`,
    );
  }
}

/** The policies of V2, for the stack `management`: one where it is off by way of exception, one where it is on, or off as a whole. */
export function securityHubV2Policies(
  settings: PlainSettings,
  { rootId, auditAccountId, after }: { rootId: string; auditAccountId: string; after: readonly pulumi.Resource[] },
  opts: pulumi.ComponentResourceOptions,
): SecurityHubV2Policy[] {
  const { securityHubV2: wanted } = settings;
  if (!wanted) return [];
  const policy = (
    name: string,
    suffix: string,
    enabled: boolean,
    targets: readonly string[],
    dependsOn: pulumi.Resource[],
  ) =>
    new SecurityHubV2Policy(
      name,
      {
        policyName: prefixed(settings, `hakken-security-hub-v2${suffix}`),
        enabled,
        regions: policyRegions(settings),
        targetIds: [...new Set(targets.map((target) => (target === "root" ? rootId : target)))],
      },
      { ...opts, dependsOn },
    );

  // Exceptions first: nothing is switched on for a while where it is not wanted.
  const { disabledIn } = wanted;
  const exceptions = disabledIn.length > 0 ? [policy("securityhub-v2-off", "-off", false, disabledIn, [...after])] : [];
  // The audit account by itself too, whatever the units say that it stands in.
  const targets = [...wanted.targets, auditAccountId];
  return [...exceptions, policy("securityhub-v2", "", wanted.enabled, targets, [...after, ...exceptions])];
}

/** Of the whole organization: also those that this account lacks. AWS leaves out an account's regions that it has not opted in to. */
const policyRegions = (settings: PlainSettings): string[] => {
  const left: string[] = [...(settings.securityHubV2?.absentRegions ?? []), ...skippedBy(settings)];
  return [...settings.regions, ...settings.absentRegions].filter((region) => !left.includes(region));
};

/** Where V2 is off AWS refuses to delete what gathers its findings, so that this goes first. Only said in a preview, which is asked of all stacks at once. */
async function waitForAggregator(settings: PlainSettings): Promise<void> {
  const name = settings.stacks.organization ?? "organization";
  const { securityHubV2Aggregator } = (await stackOutputs<SecurityHubV2Outputs>(name)) ?? {};
  if (!securityHubV2Aggregator) return;
  const words = `${KEY}: the stack ${name} still gathers V2's findings, which AWS must be told to end while V2 is on: run pulumi up --stack ${name} first (with hakken:protect false, since it is protected).`;
  if (!pulumi.runtime.isDryRun()) throw new pulumi.RunError(words);
  void pulumi.log.warn(words);
}

/** The regions whose findings of V2 the stack `organization` gathers, of those that it watches; none where V2 is not on. */
export const gatheredByV2 = (settings: PlainSettings, watched: readonly string[]): string[] => {
  const absent: readonly string[] = settings.securityHubV2?.absentRegions ?? [];
  return isOn(settings) ? watched.filter((region) => !absent.includes(region)) : [];
};

/**
 * Gathers V2's findings in the home region, for the stack `organization`; `after` is what waits until V2 is on there. Gives the
 * aggregator's ARN. By name: AWS's API takes SPECIFIED_REGIONS alone, whatever the documentation of the other modes says.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-securityhub-aggregatorv2.html
 */
export function securityHubV2Aggregator(
  { homeRegion }: PlainSettings,
  regions: readonly string[],
  after: pulumi.Resource,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> | undefined {
  const linkedRegions = regions.filter((region) => region !== homeRegion).sort();
  if (linkedRegions.length === 0) return undefined;
  const aggregator = new aws.securityhub.AggregatorV2(
    "securityhub-v2-aggregator",
    { regionLinkingMode: "SPECIFIED_REGIONS", linkedRegions, region: homeRegion },
    { ...opts, dependsOn: [after] },
  );
  return aggregator.arn;
}
