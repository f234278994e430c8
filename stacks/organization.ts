import * as pulumi from "@pulumi/pulumi";
import { GuardDutyOrganization } from "../components/detection/GuardDutyOrganization";
import { SecurityHubOrganization } from "../components/detection/SecurityHubOrganization";
import type { PlainSettings } from "../settings";
import { accountProvider } from "./account";
import type { AuditOutputs } from "./audit";
import type { ManagementOutputs } from "./management";
import { outputsOf } from "./outputs";
import { PLANS } from "./plans";

/** The stack `organization`: what the audit account, as delegated administrator, sets for every account of the organization. */
export async function organization(settings: PlainSettings): Promise<pulumi.Inputs> {
  const { account, homeRegion, linkedRegions } = settings;
  const { adminAccountId, rootId } = await outputsOf<ManagementOutputs>(
    "management",
    ["adminAccountId", "rootId"],
    settings,
  );
  if (adminAccountId !== account) {
    throw new pulumi.RunError(
      `hakken:account: "${account}" is not the delegated administrator: that is ${adminAccountId}. Set it to that account.`,
    );
  }
  const detectorIds = await detectorsOf(settings);
  const provider = accountProvider(settings);

  new GuardDutyOrganization("guardduty", { detectorIds, plans: PLANS }, { provider });
  new SecurityHubOrganization("securityhub", { homeRegion, linkedRegions, targetId: rootId }, { provider });

  return { adminAccountId, rootId };
}

/** The administrator's detector of each region of the settings. */
async function detectorsOf(settings: PlainSettings): Promise<Record<string, string>> {
  const outputs = await outputsOf<Pick<AuditOutputs, "detectorIds">>("audit", ["detectorIds"], settings);
  const missing = settings.regions.filter((region) => !outputs.detectorIds[region]);
  if (missing.length > 0) {
    throw new pulumi.RunError(
      `hakken: the stack audit has no detector in ${missing.join(", ")}: set the same hakken:regions there and run pulumi up --stack audit first.`,
    );
  }
  return Object.fromEntries(settings.regions.map((region) => [region, outputs.detectorIds[region] ?? ""]));
}
