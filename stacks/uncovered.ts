import * as pulumi from "@pulumi/pulumi";
import type { Reconciler } from "../components/detection/Reconciler";

/**
 * What the reconciler could not cover, for the output `uncovered`, after a warning of what needs doing. As of its last run by a
 * deployment: an output can't follow the hourly run, whose alarm and log do.
 */
export function uncovered({ warnings, lacking }: Pick<Reconciler, "warnings" | "lacking">): pulumi.Output<string[]> {
  return pulumi.all([warnings, lacking]).apply(([refused, withoutRegion]) => {
    if (refused.length > 0) {
      void pulumi.log.warn(
        `hakken: as of the reconciler's last run by a deployment, AWS refused these. What has been solved since then is told until a deployment runs it again; the alarm "uncovered" and its log say how it is now.\n${refused.map((one) => `  ${one}`).join("\n")}`,
      );
    }
    return [...refused, ...withoutRegion];
  });
}
