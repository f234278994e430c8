import { describe, expect, it } from "vitest";
import { findingOf, observationsOf } from "../../../handlers/alert/normalise";
import { findingKey } from "../../../handlers/alert/record";
import { findingIn, fixture } from "../fixtures";

describe("findingOf, OCSF", () => {
  it("reads an event of Security Hub V2", () => {
    const [observation] = observationsOf(fixture("v2-guardduty-high"));

    expect(observation).toMatchObject({
      eventTime: expect.stringMatching(/^2025-10-03T/),
      finding: {
        format: "ocsf",
        product: "arn:aws:securityhub:us-east-1::product/aws/guardduty",
        id: "arn:aws:guardduty:us-east-1:111122223333:detector/abc123/finding/finding-005",
        uid: "test-finding-005",
        productName: "GuardDuty",
        accountId: "111122223333",
        region: "us-east-1",
        severity: "HIGH",
        workflow: "NEW",
        record: "ACTIVE",
        updatedAt: "2025-10-03T21:45:00.000Z",
      },
    });
  });

  it("counts a closed finding as archived, though its status is New", () => {
    expect(findingIn("ocsf-detection-closed")).toMatchObject({
      record: "ARCHIVED",
      workflow: "NEW",
      accountName: "core-tools",
      resourceCount: 2,
    });
  });

  it("reads a compliance finding that names no control", () => {
    const finding = findingIn("ocsf-coverage-2003");

    expect([finding.compliance, finding.control, finding.severity]).toEqual(["PASSED", undefined, "INFORMATIONAL"]);
    expect(finding.resources[0]?.id).toMatch(/^arn:aws:guardduty:/);
  });

  it("goes by finding_info where metadata.uid is missing, and reads nanoseconds", () => {
    const finding = findingIn("ocsf-no-uid-nanoseconds");

    expect(finding.id).toMatch(/^arn:aws:guardduty:.*\/finding\/f+$/);
    expect(finding).not.toHaveProperty("uid");
    expect([finding.firstSeen, finding.updatedAt]).toEqual(["2025-10-03T20:37:13.911Z", "2025-10-03T20:49:21.464Z"]);
  });

  it.each([
    [{ status_id: 2, status: "In Progress" }, "NOTIFIED", "ACTIVE"],
    [{ status_id: 3 }, "SUPPRESSED", "ACTIVE"],
    [{ status_id: undefined, status: "Resolved" }, "RESOLVED", "ACTIVE"],
    [{ status_id: 5 }, "NEW", "ARCHIVED"],
    [{ status_id: 99, status: "Other" }, "NEW", "ACTIVE"],
  ])("reads the status %j as %s, %s", (changes, workflow, record) => {
    const finding = findingOf({ ...fixture("ocsf-detection-runtime"), ...changes });

    expect([finding.workflow, finding.record]).toEqual([workflow, record]);
  });

  it("knows a finding of CSPM again, by the id that its provider gives it", () => {
    expect(findingKey(findingIn("v2-inspector-exploitable"))).toBe(findingKey(findingIn("inspector-archived")));
  });

  it("goes by V2's own id where the provider's is no ARN of an account, and so may not be the only one", () => {
    const coverage = findingIn("ocsf-coverage-2003");

    expect(coverage.id).toBe(fixture("ocsf-coverage-2003").metadata.uid);
    expect(coverage.uid).toBe(coverage.id);
  });

  it("names control and standards as CSPM does", () => {
    const control = findingIn("v2-control-failed");

    expect(control).toMatchObject({
      control: findingIn("control-fsbp").control,
      standards: [
        "standards/aws-foundational-security-best-practices/v/1.0.0",
        "ruleset/cis-aws-foundations-benchmark/v/1.2.0",
      ],
      compliance: "FAILED",
    });
  });

  it("finds a control that is named in the finding's id alone", () => {
    const [finding] = fixture("v2-control-failed").detail.findings;
    delete finding.compliance.control;

    expect(findingOf(finding).control).toBe("CloudTrail.2");
  });

  it.each([
    [{ status_id: 2 }, "WARNING"],
    [{ status: "Fail" }, "FAILED"],
    [{ status_id: 99, status: "Warning" }, "WARNING"],
    [{ status_id: 0, status: "Unknown" }, "NOT_AVAILABLE"],
    [{ status_id: 99, status: "Skipped" }, "NOT_AVAILABLE"],
    [{}, undefined],
  ])("reads the compliance %j as %s", (compliance, status) => {
    const [finding] = fixture("v2-control-failed").detail.findings;

    expect(findingOf({ ...finding, compliance }).compliance).toBe(status);
  });

  it("counts how often a threat was seen", () => {
    const runtime = fixture("ocsf-detection-runtime");

    expect(findingOf({ ...runtime, count: 3 }).activity).toBe(3);
    expect(findingOf({ ...runtime, count: undefined }).activity).toBeUndefined();
  });

  it("says which vulnerability was found, in which image, and whether an exploit is known", () => {
    expect(findingIn("v2-inspector-exploitable").vulnerability).toEqual({
      id: "CVE-2020-28196",
      exploitable: true,
      image: "sha256:85942973eaebc9747fd6122d6cc3cc5686d740b588b36d2d33f64d98cec00e10",
    });
    expect(findingIn("v2-inspector-low").vulnerability).toBeUndefined();
    expect(findingIn("v2-control-failed").vulnerability).toBeUndefined();
  });
});
