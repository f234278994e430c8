import * as pulumi from "@pulumi/pulumi";
import { ConfigAggregator } from "../components/baseline/ConfigAggregator";
import { GuardDutyOrganization } from "../components/detection/GuardDutyOrganization";
import { guardDutyDuty } from "../components/detection/guardDutyDuty";
import { InspectorOrganization } from "../components/detection/InspectorOrganization";
import { inspectorDuty } from "../components/detection/inspectorDuty";
import { LocalSecurityHub } from "../components/detection/LocalSecurityHub";
import { Reconciler } from "../components/detection/Reconciler";
import { SecurityHubOrganization } from "../components/detection/SecurityHubOrganization";
import { securityHubDuty } from "../components/detection/securityHubDuty";
import { securityHubMembersDuty } from "../components/detection/securityHubMembersDuty";
import { securityHubV2Duty } from "../components/detection/securityHubV2Duty";
import { plansIn } from "../handlers/guardDutyPlans";
import type { PlainSettings } from "../settings";
import { invitedTo } from "../settings/invitedAccounts";
import { localOf } from "../settings/securityHub";
import { accountProvider, prefixed } from "./account";
import { administrator } from "./administrator";
import type { AuditOutputs } from "./audit";
import { refuseDeclarativePolicies } from "./declarativePolicies";
import { absentScans, scansByRegion } from "./inspectorScans";
import { inviteAccounts } from "./invitations";
import type { ManagementOutputs } from "./management";
import { outputsOf } from "./outputs";
import { plansLeftOut } from "./plansLeftOut";
import { type ConfigurationOutputs, isLocal, parametersIn } from "./securityHubConfiguration";
import { linkingOf, policiesWithTargets } from "./securityHubPolicies";
import { gatheredByV2, type SecurityHubV2Outputs, securityHubV2Aggregator } from "./securityHubV2";
import { suppressed } from "./suppressions";
import { uncovered } from "./uncovered";

/** The stack `organization`: what the audit account, as delegated administrator, sets for every account of the organization. */
export async function organization(settings: PlainSettings): Promise<pulumi.Inputs> {
  const { account, homeRegion, linkedRegions, absentRegions, guardDuty, protect } = settings;
  const {
    adminAccountId,
    rootId,
    absentRegions: undesignated,
  } = await outputsOf<ManagementOutputs>("management", ["adminAccountId", "rootId", "absentRegions"], settings);
  if (adminAccountId !== account) {
    throw new pulumi.RunError(
      `hakken:account: "${account}" is not the delegated administrator: that is ${adminAccountId}. Set it to that account.`,
    );
  }
  const { detectorIds, everyDetectorId } = await administrator(settings);
  const gathered = linkedRegions.filter((region) => detectorIds[region]);
  if (gathered.length === 0) {
    throw new pulumi.RunError(
      `hakken:regions: the audit account has ${homeRegion} alone of them, since its own hakken:absentRegions names ${linkedRegions.join(", ")}: add another that it has, since Security Hub's central configuration needs one to link.`,
    );
  }
  const { alarms } = await outputsOf<Pick<AuditOutputs, "alarms">>("audit", ["alarms"], settings);
  const provider = await accountProvider(settings);
  const guarded = { provider, protect };
  await refuseDeclarativePolicies(provider);
  const policies = isLocal(settings) ? [] : await policiesWithTargets(settings, rootId, provider);

  const designated = Object.fromEntries(
    Object.entries(detectorIds).filter(([region]) => !undesignated.includes(region)),
  );
  sayWhereNobodyIs(Object.keys(detectorIds).filter((region) => undesignated.includes(region)));
  const configuration = new GuardDutyOrganization(
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
  const gatheredV2 = gatheredByV2(settings, [homeRegion, ...gathered]);
  const local = isLocal(settings)
    ? new LocalSecurityHub("securityhub", { homeRegion, linking, regions: scanned, ...autoEnabled(settings) }, guarded)
    : undefined;
  const reconciler = new Reconciler(
    "reconciler",
    {
      region: homeRegion,
      duties: [
        guardDutyDuty({
          detectorIds: designated,
          everyDetectorId,
          adminAccountId,
          invited: invitedTo("guardDuty", settings).map((one) => one.account),
          settings: guardDuty,
          after: Object.values(configuration.configured),
        }),
        inspectorDuty({
          settings: settings.inspector,
          adminAccountId,
          types,
          after: Object.values(inspector?.configured ?? {}),
        }),
        local
          ? securityHubMembersDuty({
              adminAccountId,
              regions: scanned,
              parameters: parametersIn(settings, scanned),
              after: local.configured,
            })
          : securityHubDuty({
              homeRegion,
              adminAccountId,
              regions: [homeRegion, ...gathered],
              controlFindings: settings.securityHub.controlFindings,
            }),
        securityHubV2Duty({ homeRegion, regions: gatheredV2, adminAccountId }),
      ],
      alarms,
    },
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
  inviteAccounts(
    settings,
    { detectorIds: designated, hubRegions: local ? scanned : [homeRegion, ...gathered], hub },
    guarded,
  );
  const aggregatorV2 = securityHubV2Aggregator(settings, gatheredV2, reconciler, guarded);
  const suppressionExpiries = suppressed(settings, [homeRegion, ...gathered], hub, { provider });

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

function sayWhereNobodyIs(regions: readonly string[]): void {
  if (regions.length === 0) return;
  void pulumi.log.info(
    `hakken: GuardDuty is not set for the organization in ${regions.join(", ")}, which the management account does not have, so that nobody administers it there.`,
  );
}
