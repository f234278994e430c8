import type * as pulumi from "@pulumi/pulumi";
import { guardDutyDuty } from "../components/detection/guardDutyDuty";
import { inspectorDuty } from "../components/detection/inspectorDuty";
import type { ServiceDuty } from "../components/detection/Reconciler";
import { securityHubDuty } from "../components/detection/securityHubDuty";
import { securityHubMembersDuty } from "../components/detection/securityHubMembersDuty";
import { securityHubV2Duty } from "../components/detection/securityHubV2Duty";
import type { PlainSettings } from "../settings";
import { invitedTo } from "../settings/invitedAccounts";
import type { Administered } from "./administered";
import { scansByRegion } from "./inspectorScans";
import { parametersIn } from "./securityHubConfiguration";
import { gatheredByV2 } from "./securityHubV2";

/** What the reconciler's duties come after, by region, and go before. */
export interface Configured {
  guardDuty: Readonly<Record<string, pulumi.Resource>>;
  inspector: Readonly<Record<string, pulumi.Resource>> | undefined;
  /** Under LOCAL; undefined under CENTRAL. */
  hubs: readonly pulumi.Resource[] | undefined;
}

/** What the reconciler does for existing accounts, by service. */
export function duties(settings: PlainSettings, place: Administered, configured: Configured): ServiceDuty[] {
  const { homeRegion } = settings;
  const { adminAccountId, designated, everyDetectorId, watched } = place;
  const scanned = Object.keys(designated);
  return [
    guardDutyDuty({
      detectorIds: designated,
      everyDetectorId,
      adminAccountId,
      invited: invitedTo("guardDuty", settings).map((one) => one.account),
      settings: settings.guardDuty,
      after: Object.values(configured.guardDuty),
    }),
    inspectorDuty({
      settings: settings.inspector,
      adminAccountId,
      types: scansByRegion(settings, scanned),
      after: Object.values(configured.inspector ?? {}),
    }),
    configured.hubs
      ? securityHubMembersDuty({
          adminAccountId,
          regions: scanned,
          parameters: parametersIn(settings, scanned),
          after: configured.hubs,
        })
      : securityHubDuty({
          homeRegion,
          adminAccountId,
          regions: watched,
          controlFindings: settings.securityHub.controlFindings,
        }),
    securityHubV2Duty({ homeRegion, regions: gatheredByV2(settings, watched), adminAccountId }),
  ];
}
