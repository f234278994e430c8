import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ConfigAdmin } from "../components/baseline/ConfigAdmin";
import { DelegatedAdmin } from "../components/detection/DelegatedAdmin";
import { Detectors } from "../components/detection/Detectors";
import { InspectorAdmin } from "../components/detection/InspectorAdmin";
import { InspectorScanning } from "../components/detection/InspectorScanning";
import type { PlainSettings } from "../settings";
import { accountProvider } from "./account";
import { administrator, refuseAnotherAdministrator } from "./administrator";
import { checkConfigAdministrator } from "./controlTower";
import { refuseDeclarativePolicies } from "./declarativePolicies";
import { healthWay, organizationHealth } from "./health";
import { scansByRegion } from "./inspectorScans";
import { memberBucketOf, memberStacks, refuseWithoutStackSets } from "./memberStacks";
import { accountRecorder } from "./recorder";
import { isLocal, memberStandards, ownControls, ownHubs } from "./securityHubConfiguration";
import { checkSecurityHubV2, securityHubV2Policies } from "./securityHubV2";
import { serviceControlPolicy } from "./serviceControlPolicy";
import { forwardSilenced, silencedWay } from "./silenced";
import { organizationTrail } from "./trail";

/** What other stacks need of this one. */
export interface ManagementOutputs {
  /** The account that is now administrator of GuardDuty and Security Hub. */
  adminAccountId: string;
  /** The organization's root, `r-xxxx`. */
  rootId: string;
  /** Regions of the settings that the account does not have, so that nobody could be designated there. */
  absentRegions: string[];
}

/** The stack `management`: the management account's own watch, and the designation of the audit account as administrator. */
export async function management(settings: PlainSettings): Promise<pulumi.Inputs> {
  const { account, homeRegion, linkedRegions, regions, absentRegions, protect } = settings;
  const { accountId, detectorIds } = await administrator(settings);
  await refuseAnotherAdministrator(accountId, settings);
  const provider = await accountProvider(settings);
  const organization = await aws.organizations.getOrganization({}, { provider });
  if (organization.masterAccountId !== account) {
    throw new pulumi.RunError(
      `hakken:account: "${account}" is not the organization's management account: that is ${organization.masterAccountId}. Set it to that account.`,
    );
  }
  await refuseDeclarativePolicies(provider);
  if (settings.controlTower) await checkConfigAdministrator(accountId, provider);
  const rootId = organization.roots[0]?.id ?? "";
  if (isLocal(settings)) refuseWithoutStackSets(organization, "hakken:securityHub.configuration", "set it to CENTRAL");
  await checkSecurityHubV2(settings, organization, accountId);
  const bucketName = await memberBucketOf(settings, organization);
  const wayOfHealth = await healthWay(settings);
  const wayOfSilenced = await silencedWay(accountId, settings);
  if (wayOfHealth) {
    refuseWithoutStackSets(organization, "hakken:health.mode", "set it to organization, or to off");
  }

  // Before all else, since it refuses an organization that uses none.
  const scp = serviceControlPolicy(settings, organization, accountId, { provider, protect });
  const recorder = await accountRecorder(settings, provider);
  // Frequency and plans are the administrator's to set, for this account too.
  const { detectors } = new Detectors("detectors", { regions }, { provider, protect });
  const hub = new aws.securityhub.Account(
    "securityhub",
    // Standards are for the organization's policy to enable, or for LOCAL's settings.
    { enableDefaultStandards: false, region: homeRegion },
    // Controls are checked against what is recorded; and Security Hub may make AWS Config's role, which the recorder makes too.
    { provider, protect, dependsOn: recorder ? [recorder] : [] },
  );
  const controls = await ownControls(settings);
  const admin = new DelegatedAdmin(
    "admin",
    // In a region that one of the two accounts lacks, there is nobody to designate, or nobody who could.
    {
      adminAccountId: accountId,
      homeRegion,
      linkedRegions: linkedRegions.filter((region) => detectorIds[region]),
      detectors,
      hubs: ownHubs(settings, hub, undefined, controls, { provider, protect }),
    },
    { provider, protect },
  );
  const designations: pulumi.Resource[] = [admin];
  if (settings.inspector) {
    new InspectorScanning(
      "inspector",
      { accountId: account, types: scansByRegion(settings, regions) },
      { provider, protect },
    );
    designations.push(
      new InspectorAdmin(
        "inspector-admin",
        {
          adminAccountId: accountId,
          homeRegion,
          linkedRegions: linkedRegions.filter((region) => detectorIds[region]),
          after: [admin.securityHub],
        },
        { provider, protect },
      ),
    );
  }

  // After the others, since AWS Organizations refuses a change of administrators while another is under way.
  if (!settings.controlTower) {
    const after = [...designations];
    designations.push(
      new ConfigAdmin("config-admin", { adminAccountId: accountId }, { provider, protect, dependsOn: after }),
    );
  }
  const ofHealth = organizationHealth(
    settings,
    { auditAccountId: accountId, rootId, way: wayOfHealth },
    { provider, protect, dependsOn: [...designations] },
  );
  if (wayOfSilenced) forwardSilenced(settings, wayOfSilenced, { provider });
  if (ofHealth.admin) designations.push(ofHealth.admin);
  // Security Hub's administrator is V2's too.
  const after = scp ? [...designations, scp] : designations;
  const ofV2 = { rootId, auditAccountId: accountId, after };
  designations.push(...securityHubV2Policies(settings, ofV2, { provider, protect }));
  const trailBucket = await organizationTrail(settings, organization, { provider, protect, dependsOn: designations });
  const failedStacks =
    bucketName && memberStacks(settings, { auditAccountId: accountId, rootId, bucketName }, { provider, protect });
  const failedStandards = memberStandards(settings, { auditAccountId: accountId, rootId }, { provider, protect });

  return {
    adminAccountId: admin.adminAccountId,
    rootId,
    absentRegions,
    configBucket: recorder?.bucket.name,
    trailBucket,
    failedStacks,
    ...(failedStandards && { failedStandards }),
    ...(ofHealth.failed && { failedHealth: ofHealth.failed }),
    ...(isLocal(settings) && { controlsSet: controls }),
  };
}
