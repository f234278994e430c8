import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { AddressLists } from "../components/detection/AddressLists";
import { Detectors } from "../components/detection/Detectors";
import { FindingExport } from "../components/detection/FindingExport";
import { InspectorScanning } from "../components/detection/InspectorScanning";
import type { AlarmWay } from "../components/detection/ReconcilerAlarms";
import { CustomAction } from "../components/notification/CustomAction";
import { Forwarding } from "../components/notification/Forwarding";
import { type Floods, NotificationPipeline } from "../components/notification/NotificationPipeline";
import type { PipelineOutput } from "../components/notification/pipelineOutput";
import { detectionSilenced } from "../components/notification/silencingPatterns";
import { isOnFor, plansIn, plansOff as plansOffFor } from "../handlers/guardDutyPlans";
import type { AuditSettings } from "../settings";
import type { FindingExportSettings } from "../settings/findingExport";
import { OPT_IN_REGIONS } from "../settings/regions";
import { accountProvider, prefixed } from "./account";
import type { ForwardingOutputs } from "./forwarding";
import { healthElsewhere, healthEvents, regionalHealth } from "./health";
import { absentScans, scansByRegion } from "./inspectorScans";
import { memberHistory } from "./memberStacks";
import { plansLeftOut } from "./plansLeftOut";
import { accountRecorder } from "./recorder";
import { isLocal, ownControls, ownHubs } from "./securityHubConfiguration";
import { managementAccount, silencedElsewhere } from "./silenced";

/** What other stacks, and the ops script, need of this one. */
export interface AuditOutputs extends ForwardingOutputs {
  /** The account to designate as administrator. */
  accountId: string;
  /** Where findings are gathered. */
  homeRegion: string;
  /** Its detectors by region. */
  detectorIds: Record<string, string>;
  /** Regions of the settings that the account does not have, so that nothing of the organization is administered there. */
  absentRegions: string[];
  /** Where alarms of other stacks go, and what their names begin with to be told the second way too. */
  alarms: AlarmWay;
  /** By what its pipeline is operated. */
  pipeline: PipelineOutput;
  /** The page of CloudWatch that shows whether findings are told. */
  dashboard: string;
  /** The bucket that member accounts' AWS Config recorders deliver to, where there are such. */
  memberBucket?: string;
}

/** The stack `audit`: what the audit account watches itself with, and the pipeline that tells the organization's findings. */
export async function audit(settings: AuditSettings): Promise<pulumi.Inputs> {
  const { account, homeRegion, regions, absentRegions, guardDuty, slack, backlog, mail, accessPortal, protect } =
    settings;
  const provider = await accountProvider(settings);
  const guarded = { provider, protect };

  const recorder = await accountRecorder(settings, provider);
  // In every region before anybody is designated: a detector that AWS made itself stands in the way of ours.
  const { detectors } = new Detectors(
    "detectors",
    {
      regions,
      publishingFrequency: guardDuty.publishingFrequency,
      plansIn: (region) => plansIn(region, guardDuty).map((plan) => ({ ...plan, on: isOnFor(account, plan) })),
    },
    guarded,
  );
  listed(settings, detectors, { provider });
  const findingExport = guardDuty.export && exported(settings, guardDuty.export, detectors, guarded);
  const hub = new aws.securityhub.Account(
    "securityhub",
    // Standards are for the organization's policy to enable, or for LOCAL's settings. The administrator's way of reporting controls counts
    // for all; under a policy AWS refuses the call that the provider changes it by, so that the reconciler does.
    {
      enableDefaultStandards: false,
      controlFindingGenerator: settings.securityHub.controlFindings,
      region: homeRegion,
    },
    // Controls are checked against what is recorded; and Security Hub may make AWS Config's role, which the recorder makes too.
    {
      ...guarded,
      dependsOn: recorder ? [recorder] : [],
      ...(!isLocal(settings) && { ignoreChanges: ["controlFindingGenerator"] }),
    },
  );
  // Before it is designated: AWS lets only an administrator that scans itself configure the organization.
  if (settings.inspector)
    new InspectorScanning("inspector", { accountId: account, types: scansByRegion(settings, regions) }, guarded);
  const controls = await ownControls(settings);
  const hubs = ownHubs(settings, hub, settings.securityHub.controlFindings, controls, guarded);
  const alerts = prefixed(settings, "alerts");
  const plansOff = plansOffFor(account, guardDuty);
  const forwarding = new Forwarding(
    `${alerts}-forward`,
    {
      accountId: account,
      homeRegion,
      retentionDays: settings.queueRetentionDays,
      events: {
        silenced: {
          description: "Calls that switch detection off",
          pattern: detectionSilenced([`${alerts}-`], plansOff),
          regions,
        },
        ...regionalHealth(settings),
      },
    },
    // Not protected: which events come, the settings say.
    { provider },
  );
  const action = new CustomAction(
    "custom-action",
    { region: homeRegion, language: settings.language, hub },
    { provider },
  );
  const managementAccountId = await managementAccount(settings, provider);
  const pipeline = new NotificationPipeline(
    alerts,
    {
      region: homeRegion,
      accountId: account,
      language: settings.language,
      severities: settings.severities,
      grouping: { ...settings.groupBy, routes: settings.routes },
      timing: { groupWaitSeconds: settings.groupWait, groupIntervalSeconds: settings.groupInterval },
      reopenWithinSeconds: settings.reopenWithin,
      findingSource: settings.findingSource,
      floods: floodsOf(settings),
      regions: settings.regions,
      customActionArn: action.arn,
      plansOff,
      reopenFailingAfterSeconds: settings.reopenFailingAfter,
      slack,
      backlog,
      mail,
      accessPortal,
      healthOrganization: settings.health.mode === "organization",
      requiredChannels: settings.requiredChannels,
      health: await healthEvents(settings, provider),
      alarmAddresses: settings.alarms.addresses,
      managementAccountId,
      forwarding,
      elsewhere: [
        ...silencedElsewhere(settings, managementAccountId),
        ...healthElsewhere(settings, managementAccountId),
      ],
      runbook: settings.runbook,
      deployRoleArn: settings.deployRoleArn,
      queueRetentionDays: settings.queueRetentionDays,
      protect,
    },
    { provider },
  );

  return {
    accountId: pulumi.all([hub.arn, ...Object.values(hubs).map(({ urn }) => urn)]).apply(() => account),
    homeRegion,
    detectorIds: Object.fromEntries(Object.entries(detectors).map(([region, { id }]) => [region, id])),
    absentRegions,
    absentPlans: plansLeftOut(regions, guardDuty),
    ...(isLocal(settings) && { controlsSet: controls }),
    alarms: pipeline.alarms,
    pipeline: pipeline.output,
    healthBus: pipeline.healthBusArn,
    silencedBus: pipeline.silencedBusArn,
    watcher: pipeline.watcherArn,
    dashboard: pipeline.dashboardUrl,
    absentScans: absentScans(settings, regions),
    configBucket: recorder?.bucket.name,
    memberBucket: await memberHistory(settings, provider),
    findingBucket: findingExport?.bucket,
  } satisfies Record<keyof AuditOutputs, unknown> & pulumi.Inputs;
}

/** Lists are not protected: another content makes them anew. */
function listed(
  settings: AuditSettings,
  detectors: Detectors["detectors"],
  opts: pulumi.ComponentResourceOptions,
): void {
  const { trustedIps, threatIps } = settings.guardDuty;
  if (trustedIps.length + threatIps.length === 0) return;
  new AddressLists(
    "guardduty-lists",
    {
      region: settings.homeRegion,
      detectors,
      trusted: trustedIps,
      threats: threatIps,
      namePrefix: prefixed(settings, "guardduty-lists"),
    },
    opts,
  );
}

/** The bucket that GuardDuty's findings are exported to, for as long as the settings say. */
function exported(
  settings: AuditSettings,
  { retentionDays }: FindingExportSettings,
  detectors: Detectors["detectors"],
  opts: pulumi.ComponentResourceOptions,
): FindingExport {
  return new FindingExport(
    "guardduty-export",
    {
      accountId: settings.account,
      region: settings.homeRegion,
      detectors,
      optInRegions: OPT_IN_REGIONS,
      retentionDays,
      namePrefix: prefixed(settings, "guardduty-export"),
    },
    opts,
  );
}

/** What keeps a flood from being told message by message. */
const floodsOf = ({ hourlyBudget, start, vulnerabilities, mute, digest }: AuditSettings): Floods => ({
  hourlyBudget,
  mutes: mute,
  digest: { start, vulnerabilities },
  digestTime: digest,
});
