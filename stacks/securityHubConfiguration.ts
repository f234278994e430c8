import * as pulumi from "@pulumi/pulumi";
import type { FailedStack } from "../components/baseline/stacksEverywhere";
import { type LocalStandards, offIn, parametersByControl } from "../components/detection/localStandards";
import { MemberStandards } from "../components/detection/MemberStandards";
import { OwnStandards } from "../components/detection/OwnStandards";
import type { CustomControl } from "../handlers/reconcile/securityHubParameters";
import type { PlainSettings, Settings } from "../settings";
import { localIn } from "../settings/securityHub";
import { prefixed } from "./account";
import { type ControlsSet, controlsSet } from "./controlsSet";
import { told } from "./failedStacks";
import { stackOutputs } from "./outputs";

type Configuration = Settings["securityHub"]["configuration"];

/** What the stack organization notes, to be read by all that depend on it. */
export interface ConfigurationOutputs {
  adminAccountId: string;
  securityHubConfiguration: Configuration;
}

export const isLocal = ({ securityHub }: Settings): boolean => securityHub.configuration === "LOCAL";

/**
 * Throws pulumi.RunError where the organization was deployed with the other kind of configuration. They don't follow each other in
 * place: policies govern accounts until they are taken from them, and members that are made one by one are AWS's own under CENTRAL.
 */
export async function refuseSwitch(settings: Settings): Promise<void> {
  if (settings.role === "member") return;
  const now = settings.securityHub.configuration;
  const name = settings.role === "organization" ? pulumi.getStack() : (settings.stacks.organization ?? "organization");
  const before = (await stackOutputs<ConfigurationOutputs>(name)) ?? {};
  // Deployed before the output was there: by CENTRAL, which was the only one.
  const was = before.securityHubConfiguration ?? (before.adminAccountId ? "CENTRAL" : now);
  if (was === now) return;
  throw new pulumi.RunError(
    `hakken:securityHub.configuration: "${now}" is not what the stack ${name} was deployed with, ${was}, and one can't become the other in place. Set it back; or, if it is meant, follow docs/deploy.md, "From CENTRAL to LOCAL, and back": with ${was} still set, set hakken:protect to false and run pulumi up for all stacks, then pulumi destroy --stack ${name}; then set ${now} and deploy them again.`,
  );
}

/** What an account has in each of these regions under LOCAL. */
const standardsIn = (settings: Settings, regions: readonly string[]): Record<string, LocalStandards> =>
  Object.fromEntries(regions.map((region) => [region, localIn(region, settings.securityHub)]));

/** The parameters of controls in each of these regions, as the API has them. */
export const parametersIn = (settings: Settings, regions: readonly string[]): Record<string, CustomControl[]> =>
  Object.fromEntries(
    regions.flatMap((region) => {
      const custom = parametersByControl(localIn(region, settings.securityHub).parameters);
      return custom.length > 0 ? [[region, custom]] : [];
    }),
  );

/** The controls that the stack sets in its own account: under LOCAL alone. */
export const ownControls = async (settings: Settings): Promise<ControlsSet> =>
  isLocal(settings) ? controlsSet(standardsIn(settings, settings.regions)) : {};

/** Security Hub of the stack's own account by region: under LOCAL everywhere, with its standards; else what policies don't switch on. */
export function ownHubs(
  settings: Settings,
  homeHub: pulumi.Resource,
  controlFindings: string | undefined,
  set: ControlsSet,
  opts: pulumi.ComponentResourceOptions,
): Record<string, pulumi.Resource> {
  const { homeRegion, linkedRegions } = settings;
  if (!isLocal(settings)) return { [homeRegion]: homeHub };
  return new OwnStandards(
    "standards",
    {
      homeRegion,
      homeHub,
      linkedRegions,
      controlFindings,
      standardsIn: (region) => localIn(region, settings.securityHub),
      onAgain: (region, standard) => {
        const off = offIn(standard, localIn(region, settings.securityHub)).map(({ control }) => control);
        return (set[region]?.[standard] ?? []).filter((control) => !off.includes(control));
      },
    },
    opts,
  ).hubs;
}

/** Standards of the member accounts under LOCAL. Gives the stacks that failed. */
export function memberStandards(
  settings: PlainSettings,
  { auditAccountId, rootId }: { auditAccountId: string; rootId: string },
  opts: pulumi.ComponentResourceOptions,
): pulumi.Output<FailedStack[]> | undefined {
  if (!isLocal(settings)) return undefined;
  const { homeRegion, regions } = settings;
  const { failed } = new MemberStandards(
    "member-standards",
    {
      stackSetName: prefixed(settings, "hakken"),
      homeRegion,
      standards: standardsIn(settings, regions),
      unitIds: [rootId],
      excludedAccounts: [auditAccountId],
    },
    opts,
  );
  sayWhatStays(settings);
  return failed.apply((all) => told(all, WHAT_TO_DO));
}

/** The management account is no StackSet's, and Pulumi has no resource for parameters. */
function sayWhatStays(settings: PlainSettings): void {
  const controls = Object.values(parametersIn(settings, settings.regions)).flatMap((all) =>
    all.map(({ control }) => control),
  );
  if (controls.length === 0) return;
  void pulumi.log.info(
    `hakken:securityHub.local.parameters: the management account keeps AWS's defaults for ${[...new Set(controls)].join(", ")}: what differs there, set by hand (aws securityhub update-security-control).`,
  );
}

const WHAT_TO_DO =
  "hakken:securityHub.local: as of the last operation, some accounts did not get their standards. Where one was on already, switch it off there once (aws securityhub batch-disable-standards), since CloudFormation takes over nothing; a control that a standard lacks, take out of the settings. Then retry the operation in CloudFormation's console and run pulumi refresh.";
