import * as pulumi from "@pulumi/pulumi";
import { absentPlans, type PlanSettings } from "../handlers/guardDutyPlans";

/** The protection plans that some regions lack, as `plan: region (reason)`; said in the log too. */
export function plansLeftOut(regions: readonly string[], settings: PlanSettings): string[] {
  const leftOut = absentPlans(regions, settings).map(({ plan, region, reason }) => `${plan}: ${region} (${reason})`);
  if (leftOut.length > 0) {
    void pulumi.log.info(
      `hakken:guardDuty: protection plans left out where the region lacks them: ${leftOut.join("; ")}.`,
    );
  }
  return leftOut;
}
