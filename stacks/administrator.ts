import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../settings";
import type { AuditOutputs } from "./audit";
import { outputsOf } from "./outputs";

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
