import type { AutomationRulesConfig, AwsSecurityFinding } from "@aws-sdk/client-securityhub";
import { describe, expect, it } from "vitest";
import { isCovered } from "../../../handlers/suppressions/rules";
import { finding as aFinding } from "../../sandbox/doubles/findings";

const NOW = "2027-01-01T00:00:00.000Z";
const finding: AwsSecurityFinding = {
  ...aFinding(),
  ProductName: "GuardDuty",
  Compliance: { Status: "FAILED", SecurityControlId: "S3.8" },
  Resources: [
    { Type: "AwsS3Bucket", Id: "arn:aws:s3:::acme-prod" },
    { Type: "AwsS3Bucket", Id: "arn:aws:s3:::acme-dev-1", Tags: { stage: "dev" } },
  ],
};
const rule = (Criteria: AutomationRulesConfig["Criteria"], change: Partial<AutomationRulesConfig> = {}) => ({
  RuleStatus: "ENABLED" as const,
  Criteria,
  Actions: [
    { Type: "FINDING_FIELDS_UPDATE" as const, FindingFieldsUpdate: { Workflow: { Status: "SUPPRESSED" as const } } },
  ],
  ...change,
});
const text = (Comparison: "EQUALS" | "PREFIX", ...values: string[]) => values.map((Value) => ({ Value, Comparison }));
const tag = (Value: string) => [{ Key: "stage", Value, Comparison: "EQUALS" as const }];
const until = (End: string) => [{ Start: "2000-01-01T00:00:00.000Z", End }];

describe("whether a rule holds a finding", () => {
  it.each<[string, AutomationRulesConfig["Criteria"], AutomationRulesConfig["Criteria"]]>([
    [
      "a control",
      { ComplianceSecurityControlId: text("EQUALS", "S3.1", "S3.8") },
      { ComplianceSecurityControlId: text("EQUALS", "S3.1") },
    ],
    ["a product", { ProductName: text("EQUALS", "GuardDuty") }, { ProductName: text("EQUALS", "Macie") }],
    ["an account", { AwsAccountId: text("EQUALS", "333333333333") }, { AwsAccountId: text("EQUALS", "444444444444") }],
    [
      "a resource",
      { ResourceId: text("EQUALS", "arn:aws:s3:::acme-prod") },
      { ResourceId: text("EQUALS", "arn:aws:s3:::acme") },
    ],
    [
      "resources' beginning",
      { ResourceId: text("PREFIX", "arn:aws:s3:::acme-dev-") },
      { ResourceId: text("PREFIX", "arn:aws:s3:::acme-test-") },
    ],
    ["a tag", { ResourceTags: tag("dev") }, { ResourceTags: tag("prod") }],
    ["a title's beginning", { Title: text("PREFIX", "Open") }, { Title: text("PREFIX", "Closed") }],
    ["a severity", { SeverityLabel: text("EQUALS", "HIGH") }, { SeverityLabel: text("EQUALS", "LOW") }],
    [
      "an end to come",
      { UpdatedAt: until("2027-01-02T00:00:00.000Z") },
      { UpdatedAt: until("2026-12-31T00:00:00.000Z") },
    ],
    [
      "all of several",
      { ProductName: text("EQUALS", "GuardDuty"), Title: text("EQUALS", "Open port") },
      { ProductName: text("EQUALS", "GuardDuty"), Title: text("EQUALS", "Other") },
    ],
  ])("goes by %s", (_what, met, missed) => {
    expect([isCovered(finding, [rule(met)], NOW), isCovered(finding, [rule(missed)], NOW)]).toEqual([true, false]);
  });

  it("takes for met what it can't judge, so that the finding stays as it is", () => {
    const unknown = rule({ Confidence: [{ Gte: 90 }] });
    const negative = rule({ Title: [{ Value: "Open port", Comparison: "NOT_EQUALS" }] });
    const lasting = rule({ UpdatedAt: [{ DateRange: { Unit: "DAYS", Value: 3 } }] });

    expect([unknown, negative, lasting].map((one) => isCovered(finding, [one], NOW))).toEqual([true, true, true]);
  });

  it("looks at rules that suppress alone, and that are switched on", () => {
    const off = rule({ Title: text("EQUALS", "Open port") }, { RuleStatus: "DISABLED" });
    const rates = rule({ Title: text("EQUALS", "Open port") }, { Actions: [] });

    expect(isCovered(finding, [off, rates], NOW)).toBe(false);
  });
});
