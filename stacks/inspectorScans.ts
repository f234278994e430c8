import * as pulumi from "@pulumi/pulumi";
import { type ScanType, scansIn, scansLeftOut } from "../handlers/inspectorScans";
import type { Settings } from "../settings";

/** What Inspector scans, by region; nothing anywhere where the settings don't have it. What is left out is said in the log. */
export function scansByRegion({ inspector }: Settings, regions: readonly string[]): Record<string, ScanType[]> {
  if (!inspector) return {};
  const leftOut = absentScans({ inspector }, regions);
  if (leftOut.length > 0) {
    void pulumi.log.info(`hakken:inspector: types left out where the region lacks them: ${leftOut.join(", ")}.`);
  }
  return Object.fromEntries(regions.map((region) => [region, scansIn(region, inspector)]));
}

/** The types that some regions lack, as `type: region`. */
export function absentScans({ inspector }: Pick<Settings, "inspector">, regions: readonly string[]): string[] {
  return inspector ? scansLeftOut(regions, inspector).map(({ type, region }) => `${type}: ${region}`) : [];
}
