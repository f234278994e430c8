import * as pulumi from "@pulumi/pulumi";
import type { PlainSettings, Settings } from "../settings";
import type { AuditOutputs } from "./audit";
import type { ManagementOutputs } from "./management";
import { outputsOf, stackOutputs } from "./outputs";

export interface Administrator extends Pick<AuditOutputs, "accountId" | "detectorIds"> {
  /** All of its detectors by region, in regions too that these settings leave out. */
  everyDetectorId: Record<string, string>;
}

/**
 * The audit account and its detectors, in the regions of these settings that it has. Throws pulumi.RunError where it lacks one that
 * its own settings don't call absent: then it has other settings, or was not deployed since they changed.
 */
export async function administrator(settings: Settings): Promise<Administrator> {
  const audit = await outputsOf<AuditOutputs>(
    "audit",
    ["accountId", "homeRegion", "detectorIds", "absentRegions"],
    settings,
  );
  if (audit.homeRegion !== settings.homeRegion) {
    throw new pulumi.RunError(
      `hakken:homeRegion: "${settings.homeRegion}" is not that of the stack audit, ${audit.homeRegion}: set the same in both, best in Pulumi.yaml.`,
    );
  }
  const wanted = settings.regions.filter((region) => !audit.absentRegions.includes(region));
  const missing = wanted.filter((region) => !audit.detectorIds[region]);
  if (missing.length > 0) {
    throw new pulumi.RunError(
      `hakken: the stack audit has no detector in ${missing.join(", ")}: set the same hakken:regions there (or hakken:absentRegions, where its account has none) and run pulumi up --stack audit first.`,
    );
  }
  const detectorIds = Object.fromEntries(wanted.map((region) => [region, audit.detectorIds[region] ?? ""]));
  return { accountId: audit.accountId, detectorIds, everyDetectorId: audit.detectorIds };
}

/**
 * Refuses, in the stack `management`, another administrator than the one that it designated itself: AWS knows no hand-over. Its own
 * outputs say who that is, and are gone after a destroy. Throws pulumi.RunError, with what would be lost and the way to it.
 */
export async function refuseAnotherAdministrator(accountId: string, settings: PlainSettings): Promise<void> {
  const { adminAccountId: designated } = (await stackOutputs<ManagementOutputs>(pulumi.getStack())) ?? {};
  if (!designated || designated === accountId) return;
  const other = settings.stacks.audit ? `hakken:stacks.audit, ${settings.stacks.audit},` : "the stack audit";
  throw new pulumi.RunError(
    `hakken: ${other} is that of account ${accountId}, and this stack designated ${designated}. Another administrator begins with nothing: every account's membership in GuardDuty in every region, the plans and exceptions set for them, Security Hub's policies, suppressions and aggregation would be lost with the old one. Set it back to ${designated}; or, if it is meant, take down with the old settings what it administers (hakken:protect false in all stacks, npm run ops -- up, npm run ops -- destroy --stack all), and deploy all stacks with the new ones.`,
  );
}
