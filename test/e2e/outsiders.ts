import { SecurityHub } from "@aws-sdk/client-securityhub";
import { expect, it } from "vitest";
import { ACCOUNTS, HOME_REGION } from "../../sandbox/organization";
import type { Stage } from "./stage";
import { ONCE, Tale } from "./tale";

const LINKED_REGION = "us-east-1";

/** Findings of the account of another company that is invited. */
export function outsiders(stage: () => Stage): void {
  it.each([HOME_REGION, LINKED_REGION])("of an invited account is told, found in %s", async (Region) => {
    const AwsAccountId = ACCOUNTS.partner;
    const ProductArn = `arn:aws:securityhub:${Region}:${AwsAccountId}:product/${AwsAccountId}/default`;
    const tale = Tale.of(stage(), "Of a partner", { AwsAccountId, ProductArn, Region });

    // By its own call: the way in which services report takes any account for a member.
    const own = new SecurityHub(stage().as("partner", Region));
    const { FailedFindings } = await own.batchImportFindings({ Findings: [tale.finding] });
    await tale.settled();
    await stage().rest();

    expect(FailedFindings).toEqual([]);
    expect(await tale.told()).toEqual(ONCE);
    expect(await tale.workflow()).toBe("NOTIFIED");
  });
}
