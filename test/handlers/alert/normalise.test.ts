import { describe, expect, it } from "vitest";
import { findingOf, observationsOf } from "../../../handlers/alert/normalise";
import { findingIn, fixture, type Loose } from "../fixtures";

const reasonOf = (read: () => unknown): string => {
  try {
    read();
  } catch (error) {
    if (error instanceof Error) return `${error.name}: ${error.message}`;
  }
  return "it was read";
};

describe("observationsOf", () => {
  it("reads an Imported event whole", () => {
    const event = fixture("imported-fsbp-high");

    const observations = observationsOf(event);

    expect(observations).toEqual([
      {
        eventTime: "2019-04-11T21:52:17.000Z",
        finding: {
          format: "asff",
          product: "arn:aws:securityhub:eu-west-1::product/aws/securityhub",
          id: event.detail.findings[0].Id,
          productName: "Security Hub",
          accountId: "111122223333",
          region: "eu-west-1",
          title: "EC2.8 EC2 instances should use Instance Metadata Service Version 2 (IMDSv2)",
          description: event.detail.findings[0].Description.trim(),
          severity: "HIGH",
          control: "EC2.8",
          standards: ["standards/aws-foundational-security-best-practices/v/1.0.0"],
          resources: [{ type: "AwsEc2Instance", id: event.detail.findings[0].Resources[0].Id, region: "eu-west-1" }],
          resourceCount: 1,
          workflow: "NEW",
          record: "ACTIVE",
          compliance: "FAILED",
          firstSeen: event.detail.findings[0].FirstObservedAt,
          lastSeen: event.detail.findings[0].LastObservedAt,
          updatedAt: event.detail.findings[0].UpdatedAt,
          remediationUrl: "https://docs.aws.amazon.com/console/securityhub/EC2.8/remediation",
        },
      },
    ]);
  });

  it("reads every finding of a custom action, and keeps two of one Id apart by product", () => {
    const observations = observationsOf(fixture("custom-action-two-findings-one-id"));

    const [first, second] = observations.map(({ finding }) => finding);
    expect(observations).toHaveLength(2);
    expect(first?.id).toBe(second?.id);
    expect(first?.product).not.toBe(second?.product);
    expect([second?.productName, second?.severity, second?.compliance]).toEqual(["Scanner", "CRITICAL", undefined]);
  });

  it("says of a custom action, and of nothing else, that a person asked for it", () => {
    const asked = ["custom-action-two-findings-one-id", "imported-fsbp-high", "v2-guardduty-high"].map((name) =>
      observationsOf(fixture(name)).map(({ requested }) => requested),
    );

    expect(asked).toEqual([[true, true], [undefined], [undefined]]);
  });

  it("takes the finding's account, never the envelope's", () => {
    const event = fixture("custom-action-other-account");

    const [observation] = observationsOf(event);

    expect(event.account).toBe("111122223333");
    expect(observation?.finding.accountId).toBe("444455556666");
  });

  it("takes the finding's own time where the event has none", () => {
    const [observation] = observationsOf({ ...fixture("imported-fsbp-high"), time: "soon" });

    expect(observation?.eventTime).toBe(observation?.finding.updatedAt);
  });

  it.each([
    [undefined, "UnreadableEvent: the event is not an object but undefined"],
    ["{}", "UnreadableEvent: the event is not an object but a string"],
    [[], "UnreadableEvent: the event is not an object but a list"],
    [{}, "UnreadableEvent: detail-type is missing; read are "],
    [{ "detail-type": "GuardDuty Finding" }, 'UnreadableEvent: detail-type is "GuardDuty Finding"; read are '],
    [{ "detail-type": "AWS Health Event" }, "UnreadableEvent: detail is not an object but undefined"],
    [imported(undefined), "UnreadableEvent: detail is not an object but undefined"],
    [imported({}), "UnreadableEvent: detail.findings is not a list but undefined"],
    [imported({ findings: [] }), "UnreadableEvent: detail.findings is empty"],
    [imported({ findings: [null] }), "UnreadableEvent: detail.findings[0]: the finding is not an object but null"],
  ])("says what is wrong with %j", (event, reason) => {
    expect(reasonOf(() => observationsOf(event))).toContain(reason);
  });

  it("says which finding of several it could not read", () => {
    const event = fixture("custom-action-two-findings-one-id");
    event.detail.findings[1].Id = " ";

    expect(reasonOf(() => observationsOf(event))).toBe("UnreadableEvent: detail.findings[1]: Id is empty");
  });

  it.each([
    [{ AwsAccountId: undefined }, "AwsAccountId is missing"],
    [{ AwsAccountId: "" }, "AwsAccountId is empty"],
    [{ AwsAccountId: 111122223333 }, "AwsAccountId is not a text but a number"],
    [{ ProductArn: "" }, "ProductArn is empty"],
    [{ Id: null }, "Id is missing"],
    [{ Severity: { Label: "TERRIBLE" }, FindingProviderFields: null }, "names no severity"],
    [{ UpdatedAt: "x", CreatedAt: null, LastObservedAt: null }, "has no readable time"],
  ])("refuses a finding with %j", (changes, reason) => {
    expect(reasonOf(() => findingOf({ ...fixture("control-fsbp"), ...changes }))).toContain(reason);
  });

  it.each([
    ["metadata.product", (ocsf: Loose) => delete ocsf.metadata.product, "metadata.product.uid is missing"],
    ["the account", (ocsf: Loose) => delete ocsf.cloud.account, "cloud.account.uid is missing"],
    ["severity", (ocsf: Loose) => Object.assign(ocsf, { severity_id: 0, severity: "Unknown" }), "names no severity"],
  ])("refuses an OCSF finding without %s", (_, spoil, reason) => {
    const event = fixture("v2-guardduty-high");
    spoil(event.detail.findings[0]);

    expect(reasonOf(() => observationsOf(event))).toContain(reason);
  });
});

describe("findingOf, ASFF", () => {
  it.each([
    ["control-fsbp", "CloudTrail.2"],
    ["imported-cis-high-other-resources", "CIS.1.22"],
    ["imported-cis-warning", "CIS.1.3"],
    ["control-pci", "PCI.IAM.6"],
    ["control-in-generator-only", "EC2.8"],
    ["config-rule", undefined],
    ["guardduty-ssh-brute-force", undefined],
    ["trivy-secret", undefined],
  ])("finds the control of %s", (name, control) => {
    expect(findingIn(name).control).toBe(control);
  });

  it.each([
    ["arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0/rule/2.2", "CIS.2.2"],
    ["cis-aws-foundations-benchmark/v/1.4.0/1.3", "CIS.1.3"],
    ["nist-800-53/v/5.0.0/S3.6", "S3.6"],
    ["security-control/CloudTrail.2", "CloudTrail.2"],
    ["something/else", undefined],
  ])("finds the control in the generator %s", (GeneratorId, control) => {
    const asff = { ...fixture("control-fsbp"), GeneratorId, ProductFields: {}, Compliance: { Status: "FAILED" } };

    expect(findingOf(asff).control).toBe(control);
  });

  it("takes another product's RuleId for no control", () => {
    const asff = { ...fixture("trivy-secret"), ProductFields: { RuleId: "1.22" } };

    expect(findingOf(asff).control).toBeUndefined();
  });

  it.each([
    ["guardduty-ssh-brute-force", "GuardDuty"],
    ["default-product-no-label-no-workflow", "CloudCustodian"],
    ["trivy-secret", "Trivy"],
    ["xray-severity-of-provider-only", "xray"],
    ["health-medium", "Health"],
  ])("names the product of %s", (name, product) => {
    expect(findingIn(name).productName).toBe(product);
  });

  it("names an AWS product by its ARN where no field does", () => {
    const asff = { ...fixture("guardduty-ssh-brute-force"), ProductFields: undefined };

    expect(findingOf(asff).productName).toBe("GuardDuty");
  });

  it.each([
    ["guardduty-ssh-brute-force", "us-east-1"],
    ["trivy-secret", "test-region"],
    ["imported-cis-warning", "us-east-1"],
  ])("finds the region of %s, which has none of its own", (name, region) => {
    expect(findingIn(name).region).toBe(region);
  });

  it("takes the event's region last", () => {
    const event = fixture("imported-fsbp-high");
    const asff = event.detail.findings[0];
    Object.assign(asff, { Region: undefined, ProductArn: "arn:aws:securityhub:::product/x/y", Resources: [] });

    expect(observationsOf(event)[0]?.finding.region).toBe("eu-west-1");
  });

  it.each([
    [{ Workflow: { Status: "SUPPRESSED" }, WorkflowState: "NEW" }, "SUPPRESSED"],
    [{ Workflow: undefined, WorkflowState: "RESOLVED" }, "RESOLVED"],
    [{ Workflow: undefined, WorkflowState: "IN_PROGRESS" }, "NOTIFIED"],
    [{ Workflow: undefined, WorkflowState: undefined }, "NEW"],
    [{ Workflow: { Status: "A_NEW_WORD" } }, "NEW"],
  ])("reads the workflow %j as %s", (changes, workflow) => {
    expect(findingOf({ ...fixture("control-fsbp"), ...changes }).workflow).toBe(workflow);
  });

  it("counts a finding without RecordState as active", () => {
    expect(findingIn("xray-severity-of-provider-only").record).toBe("ACTIVE");
    expect(findingIn("inspector-archived").record).toBe("ARCHIVED");
  });

  it.each([
    [
      "control-fsbp",
      ["standards/aws-foundation-best-practices/v/1.0.0", "standards/aws-foundational-security-best-practices/v/1.0.0"],
    ],
    ["trivy-secret", undefined],
  ])("names the standards of %s", (name, standards) => {
    expect(findingIn(name).standards).toEqual(standards);
  });

  it("names the standard of an older finding of CIS", () => {
    const asff = fixture("imported-cis-warning").detail.findings[0];
    asff.ProductFields.StandardsGuideArn = "arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0";

    expect(findingOf(asff).standards).toEqual(["ruleset/cis-aws-foundations-benchmark/v/1.2.0"]);
  });

  it("counts how often GuardDuty has seen it", () => {
    expect(findingIn("guardduty-ssh-brute-force").activity).toBe(74);
    expect(findingIn("control-fsbp").activity).toBeUndefined();
  });

  it("says which vulnerability Inspector found, in which image, and whether an exploit is known", () => {
    const digest = "sha256:85942973eaebc9747fd6122d6cc3cc5686d740b588b36d2d33f64d98cec00e10";
    const found = (...Vulnerabilities: object[]) =>
      findingOf({ ...fixture("inspector-archived"), Vulnerabilities }).vulnerability;

    expect(findingIn("inspector-archived").vulnerability).toBeUndefined();
    expect(found({ Id: "CVE-2020-28196", ExploitAvailable: "NO" })).toEqual({
      id: "CVE-2020-28196",
      exploitable: false,
      image: digest,
    });
    expect(found({ Id: "CVE-1" }, { Id: "CVE-2", ExploitAvailable: "YES" })).toMatchObject({
      id: "CVE-1",
      exploitable: true,
    });
    expect(found({ Id: "CVE-1" })).toMatchObject({ id: "CVE-1", exploitable: false });
  });

  it("takes another product's word for no vulnerability: whether an exploit is known, it mostly leaves out", () => {
    expect(fixture("xray-vulnerability").Vulnerabilities).toHaveLength(1);
    expect(findingIn("xray-vulnerability").vulnerability).toBeUndefined();
  });

  it("gives a finding without a title one that says what it is", () => {
    expect(findingIn("health-no-title").title).toBe("Health - AWS_SES_CMF_PENDING_TO_SUCCESS");
  });

  it("keeps 20 resources and counts them all", () => {
    const Resources = Array.from({ length: 32 }, (_, n) => ({ Type: "AwsS3Bucket", Id: `arn:aws:s3:::bucket-${n}` }));

    const finding = findingOf({ ...fixture("control-fsbp"), Resources });

    expect(finding.resources).toHaveLength(20);
    expect(finding.resourceCount).toBe(32);
  });

  it("passes on no hole that the product itself left", () => {
    expect(findingIn("custom-action-guardduty-workflow-state").resources[0]?.id).toBe("AWS::IAM::AccessKey");
    expect(findingOf({ ...fixture("control-fsbp"), SourceUrl: "null" }).sourceUrl).toBeUndefined();
  });

  it("leaves out what the source does not say", () => {
    const finding = findingIn("trivy-secret");

    expect(Object.keys(finding)).not.toContain("compliance");
    expect(Object.values(finding)).not.toContain(undefined);
  });
});

function imported(detail: unknown) {
  return { "detail-type": "Security Hub Findings - Imported", detail };
}
