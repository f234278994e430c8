import type * as pulumi from "@pulumi/pulumi";
import { ConfigAggregator } from "../components/baseline/ConfigAggregator";
import { GuardDutyOrganization } from "../components/detection/GuardDutyOrganization";
import { InspectorOrganization } from "../components/detection/InspectorOrganization";
import { LocalSecurityHub } from "../components/detection/LocalSecurityHub";
import { Reconciler } from "../components/detection/Reconciler";
import { SecurityHubOrganization } from "../components/detection/SecurityHubOrganization";
import { plansIn } from "../handlers/guardDutyPlans";
import type { PlainSettings } from "../settings";
import { localOf } from "../settings/securityHub";
import { accountProvider, prefixed } from "./account";
import { administered } from "./administered";
import { refuseDeclarativePolicies } from "./declarativePolicies";
import { duties } from "./duties";
import { absentScans, scansByRegion } from "./inspectorScans";
import { inviteAccounts } from "./invitations";
import { plansLeftOut } from "./plansLeftOut";
import { type ConfigurationOutputs, isLocal } from "./securityHubConfiguration";
import { linkingOf, policiesWithTargets } from "./securityHubPolicies";
import { gatheredByV2, type SecurityHubV2Outputs, securityHubV2Aggregator } from "./securityHubV2";
import { suppressed } from "./suppressions";
import { uncovered } from "./uncovered";

/** The stack `organization`: what the audit account, as delegated administrator, sets for every account of the organization. */
export async function organization(settings: PlainSettings): Promise<pulumi.Inputs> {
  const { account, homeRegion, absentRegions, guardDuty, protect } = settings;
  const place = await administered(settings);
  const { adminAccountId, rootId, designated, gathered, watched, alarms } = place;
  const provider = await accountProvider(settings);
  const guarded = { provider, protect };
  await refuseDeclarativePolicies(provider);
  const policies = isLocal(settings) ? [] : await policiesWithTargets(settings, rootId, provider);

  const plans = new GuardDutyOrganization(
    "guardduty",
    {
      detectorIds: designated,
      autoEnable: guardDuty.autoEnable,
      plansIn: (region) => plansIn(region, guardDuty),
    },
    guarded,
  );
  const scanned = Object.keys(designated);
  const types = scansByRegion(settings, scanned);
  const inspector = settings.inspector && new InspectorOrganization("inspector", { types }, guarded);
  new ConfigAggregator(
    "config",
    { accountId: account, homeRegion, aggregatorName: prefixed(settings, "hakken") },
    guarded,
  );
  const linking = linkingOf(settings, gathered);
  const gatheredV2 = gatheredByV2(settings, watched);
  const local = isLocal(settings)
    ? new LocalSecurityHub("securityhub", { homeRegion, linking, regions: scanned, ...autoEnabled(settings) }, guarded)
    : undefined;
  const made = { guardDuty: plans.configured, inspector: inspector?.configured, hubs: local?.configured };
  const reconciler = new Reconciler(
    "reconciler",
    { region: homeRegion, duties: duties(settings, place, made), alarms },
    guarded,
  );
  // CENTRAL is designated in the home region alone, so that what the management account lacks is no matter there.
  const hub =
    local ??
    new SecurityHubOrganization(
      "securityhub",
      {
        homeRegion,
        linking,
        policies,
        release: (name, policyId, opts) =>
          reconciler.invocation(name, { kind: "securityHub", region: homeRegion, data: { policyId } }, opts),
      },
      guarded,
    );
  inviteAccounts(settings, { detectorIds: designated, hubRegions: local ? scanned : watched, hub }, guarded);
  const aggregatorV2 = securityHubV2Aggregator(settings, gatheredV2, reconciler, guarded);
  const suppressionExpiries = suppressed(settings, watched, hub, { provider });

  return {
    adminAccountId,
    rootId,
    absentRegions,
    absentPlans: plansLeftOut(Object.keys(designated), guardDuty),
    absentScans: absentScans(settings, scanned),
    uncovered: uncovered(reconciler),
    suppressionExpiries,
    securityHubConfiguration: settings.securityHub.configuration,
    securityHubV2Aggregator: aggregatorV2,
  } satisfies Record<keyof ConfigurationOutputs | keyof SecurityHubV2Outputs, unknown> & pulumi.Inputs;
}

function autoEnabled({ securityHub }: PlainSettings) {
  const { autoEnable, autoEnableStandards } = localOf(securityHub);
  return { autoEnable, autoEnableStandards };
}
