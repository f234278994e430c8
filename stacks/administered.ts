import * as pulumi from "@pulumi/pulumi";
import type { PlainSettings } from "../settings";
import { type Administrator, administrator } from "./administrator";
import type { AuditOutputs } from "./audit";
import type { ManagementOutputs } from "./management";
import { outputsOf } from "./outputs";

/** What the stack `organization` administers, by what the stacks before it have noted. */
export interface Administered extends Pick<Administrator, "everyDetectorId">, Pick<AuditOutputs, "alarms"> {
  adminAccountId: string;
  rootId: string;
  /** The administrator's detectors by region, where it is designated. */
  designated: Record<string, string>;
  /** The linked regions that it has. */
  gathered: string[];
  /** The home region and those. */
  watched: string[];
}

/** Throws pulumi.RunError where the stack's account is not the administrator, or Security Hub has no region to link. */
export async function administered(settings: PlainSettings): Promise<Administered> {
  const { account, homeRegion, linkedRegions } = settings;
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
  const designated = Object.fromEntries(
    Object.entries(detectorIds).filter(([region]) => !undesignated.includes(region)),
  );
  sayWhereNobodyIs(Object.keys(detectorIds).filter((region) => undesignated.includes(region)));
  return {
    adminAccountId,
    rootId,
    alarms,
    everyDetectorId,
    designated,
    gathered,
    watched: [homeRegion, ...gathered],
  };
}

function sayWhereNobodyIs(regions: readonly string[]): void {
  if (regions.length === 0) return;
  void pulumi.log.info(
    `hakken: GuardDuty is not set for the organization in ${regions.join(", ")}, which the management account does not have, so that nobody administers it there.`,
  );
}
