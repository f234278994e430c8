import * as pulumi from "@pulumi/pulumi";
import type { FailedStack } from "../components/baseline/stacksEverywhere";
import { lacksRegion } from "../handlers/reconcile/lackedRegion";

/** Warns of stacks that failed, with `what` to do; those of accounts that only lack the region are told apart. Gives all of them. */
export function told(failed: FailedStack[], what: string): FailedStack[] {
  const lacking = failed.filter(({ reason }) => lacksRegion(reason));
  const others = failed.filter((one) => !lacking.includes(one));
  if (others.length > 0) {
    const lines = others.map(({ account, region, reason }) => `  ${account} ${region}: ${reason}`);
    void pulumi.log.warn(`${what}\n${lines.join("\n")}`);
  }
  if (lacking.length > 0) {
    const places = lacking.map(({ account, region }) => `${account} ${region}`);
    void pulumi.log.info(
      `hakken: accounts that lack a region got no stack there, about which nothing is to be done: ${places.join(", ")}.`,
    );
  }
  return failed;
}
