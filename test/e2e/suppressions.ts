import { expect, it } from "vitest";
import { HOME_REGION } from "../../sandbox/organization";
import type { Stage } from "./stage";
import { CLOSED, minutesAgo, NOWHERE, ONCE, Tale } from "./tale";

const LINKED_REGION = "us-east-1";
/** What sandbox/detectionSettings.ts suppresses until the end of 2099 in Japan. */
const ACCEPTED = "Accepted by the team";
const AFTER_THAT = "2099-12-31T15:00:00.000Z";
const NOTE = {
  Text: "risk_accepted: SEC-123 (platform team, until 2099-12-31T14:59:59.999Z)",
  UpdatedBy: "hakken-accepted-by-the-team",
};

/** Findings that the settings suppress. */
export function suppressions(stage: () => Stage): void {
  it.each([HOME_REGION, LINKED_REGION])("does not tell what a suppression names, found in %s", async (region) => {
    const tale = await Tale.of(stage(), ACCEPTED, from(region)).report();

    await stage().rest();

    expect(await tale.told()).toEqual(NOWHERE);
    expect(await tale.stored()).toMatchObject({ Workflow: { Status: "SUPPRESSED" }, Note: NOTE });
  });

  it("tells it once the suppression has expired, with no deployment", async () => {
    const tale = await Tale.of(stage(), ACCEPTED, { UpdatedAt: AFTER_THAT }).report();

    await tale.settled();
    await stage().rest();

    expect(await tale.told()).toEqual(ONCE);
    expect(await tale.workflow()).toBe("NOTIFIED");
  });

  it("leaves SUPPRESSED what was suppressed before that", async () => {
    const tale = await Tale.of(stage(), ACCEPTED).report();

    await tale.report({ UpdatedAt: AFTER_THAT });
    await stage().rest();

    expect(await tale.told()).toEqual(NOWHERE);
    expect(await tale.workflow()).toBe("SUPPRESSED");
  });

  it("closes an alert whose finding a suppression takes later", async () => {
    const tale = await Tale.of(stage(), "Not accepted yet").report();
    await tale.settled();

    await tale.report({ Title: `${ACCEPTED} ${tale.title}`, UpdatedAt: minutesAgo(10) });
    await tale.closed();
    await tale.settled();
    await stage().rest();

    expect(await tale.told()).toEqual(CLOSED);
    expect(await tale.workflow()).toBe("SUPPRESSED");
  });

  it("keeps a suppression of one region to that region, and to the resources that it names", async () => {
    const bucket = (Id: string) => ({ Resources: [{ Type: "AwsS3Bucket", Id }], ...CONTROL });
    const report = (changes: object) => Tale.of(stage(), "Public bucket", changes, "told-fsbp-critical").report();

    const named = await report(bucket("arn:aws:s3:::acme-public-pages"));
    const elsewhere = await report({
      ...bucket("arn:aws:s3:::acme-public-pages"),
      ...from(LINKED_REGION, "securityhub"),
    });
    const another = await report(bucket("arn:aws:s3:::acme-private"));
    await Promise.all([elsewhere.settled(), another.settled()]);
    await stage().rest();

    // One alert, since they are of one control; without the one that is suppressed.
    expect(await named.known()).toBeUndefined();
    expect(await elsewhere.record()).toMatchObject({ alertKey: another.alertKey, open: 2 });
    expect((await another.pieces("backlog")).filter(({ kind }) => kind === "message")).toHaveLength(1);
  });
}

const CONTROL = { Compliance: { Status: "FAILED" as const, SecurityControlId: "S3.2" } };

const from = (Region: string, product = "guardduty") => ({
  Region,
  ProductArn: `arn:aws:securityhub:${Region}::product/aws/${product}`,
});
