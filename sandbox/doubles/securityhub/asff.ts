import {
  type AwsSecurityFinding,
  AwsSecurityFinding$,
  type Severity,
  type SeverityLabel,
} from "@aws-sdk/client-securityhub";
import { fromWire, shapeOf } from "../controlPlane/shapes";

/** A finding with what the service always fills in. */
export type Finding = AwsSecurityFinding & { [K in "Id" | "ProductArn" | "AwsAccountId" | "UpdatedAt"]: string };

const shape = shapeOf(AwsSecurityFinding$);
/** Lowest normalized severity of each label, worst first: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_Severity.html */
const lowest: readonly (readonly [SeverityLabel, number])[] = [
  ["CRITICAL", 90],
  ["HIGH", 70],
  ["MEDIUM", 40],
  ["LOW", 1],
  ["INFORMATIONAL", 0],
];

const longest: Record<string, number> = { Title: 256, Description: 1024, GeneratorId: 512, Id: 512, ProductArn: 2048 };
const times = ["CreatedAt", "UpdatedAt", "FirstObservedAt", "LastObservedAt", "ProcessedAt"] as const;
const words: readonly (readonly [string, (finding: AwsSecurityFinding) => string | undefined, readonly string[]])[] = [
  ["Severity.Label", (one) => one.Severity?.Label, lowest.map(([label]) => label)],
  [
    "FindingProviderFields.Severity.Label",
    (one) => one.FindingProviderFields?.Severity?.Label,
    lowest.map(([label]) => label),
  ],
  ["Workflow.Status", (one) => one.Workflow?.Status, ["NEW", "NOTIFIED", "RESOLVED", "SUPPRESSED"]],
  ["RecordState", (one) => one.RecordState, ["ACTIVE", "ARCHIVED"]],
  ["Compliance.Status", (one) => one.Compliance?.Status, ["PASSED", "WARNING", "FAILED", "NOT_AVAILABLE"]],
];
const largest = 240 * 1024;

export interface Checked {
  finding?: Finding;
  problems: string[];
  tooLarge?: boolean;
}

/** Checks a finding against the format's schema and rules: https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html */
export function check(given: unknown): Checked {
  return judge(given, () => true);
}

/** Members that real findings of AWS products were seen to lack. */
const absentInSome = ["GeneratorId", "Title", "Description"].map(
  (name) => `data should have required property '${name}'`,
);

/**
 * Checks a finding as AWS products hand it over, and as it was seen in real events and in exports of them: some members may be
 * absent, members that the format does not know are left out, and a time without its zone is in UTC.
 */
export function checkFromService(given: unknown): Checked {
  const excused = (problem: string) => absentInSome.includes(problem) || problem.includes("additional properties");
  return judge(withZones(given), (problem) => !excused(problem));
}

function judge(given: unknown, counts: (problem: string) => boolean): Checked {
  if (typeof given !== "object" || given === null || Array.isArray(given))
    return { problems: ["data should be a finding: an object in the AWS Security Finding Format"] };
  const tooLarge = Buffer.byteLength(JSON.stringify(given)) > largest;
  if (tooLarge) return { problems: ["Finding size exceeds 240 KB"], tooLarge };

  const problems: string[] = [];
  const read = fromWire(shape, given, "data", problems) as AwsSecurityFinding;
  const all = [...problems.filter(counts), ...rules(read)];
  return all.length > 0 ? { problems: all } : { problems: [], finding: read as Finding };
}

function withZones(given: unknown): unknown {
  if (typeof given !== "object" || given === null) return given;
  const bare = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d+)?)$/;
  const entries = Object.entries(given).map(([key, value]) => [
    key,
    typeof value === "string" && times.includes(key as "UpdatedAt") ? value.replace(bare, "$1T$2Z") : value,
  ]);
  return Array.isArray(given) ? given : Object.fromEntries(entries);
}

function rules(finding: AwsSecurityFinding): string[] {
  const problems: string[] = [];
  const demand = (holds: boolean, problem: string) => holds || problems.push(problem);
  demand((finding.SchemaVersion ?? "2018-10-08") === "2018-10-08", "data.SchemaVersion should be 2018-10-08");
  demand(/^\d{12}$/.test(finding.AwsAccountId ?? "000000000000"), "data.AwsAccountId should match pattern ^[0-9]{12}$");
  for (const [name, length] of Object.entries(longest)) {
    const text = finding[name as "Title"];
    demand(text === undefined || text.length > 0, `data.${name} should NOT be empty`);
    demand((text ?? "").length <= length, `data.${name} should NOT be longer than ${length} characters`);
  }
  for (const name of times) demand(isTime(finding[name]), `data.${name} should be an ISO 8601 time`);
  for (const [name, value, allowed] of words) {
    const word = value(finding);
    demand(
      word === undefined || allowed.includes(word),
      `data.${name} should be equal to one of ${allowed.join(", ")}`,
    );
  }
  if (finding.Resources !== undefined)
    demand(finding.Resources.length >= 1 && finding.Resources.length <= 32, "data.Resources should have 1 to 32 items");
  const label = labelOf(finding.Severity) ?? labelOf(finding.FindingProviderFields?.Severity as Severity | undefined);
  demand(
    label !== undefined,
    "data should have Severity.Label, Severity.Normalized or FindingProviderFields.Severity.Label",
  );
  const normalized = finding.Severity?.Normalized ?? 0;
  demand(
    Number.isInteger(normalized) && normalized >= 0 && normalized <= 100,
    "data.Severity.Normalized should be 0 to 100",
  );
  return problems;
}

const isTime = (text: string | undefined) =>
  text === undefined || (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(text) && !Number.isNaN(Date.parse(text)));

/** The severity's label, given or derived from the normalized value. */
export function labelOf(severity: Severity | undefined): SeverityLabel | undefined {
  if (severity?.Label !== undefined) return severity.Label;
  const { Normalized: normalized } = severity ?? {};
  return normalized === undefined ? undefined : lowest.find(([, from]) => normalized >= from)?.[0];
}

/** Label and normalized value derived from each other; where both are given and disagree, the label counts. */
export function completeSeverity(severity: Severity): Severity {
  const Label = labelOf(severity);
  if (Label === undefined) return severity;
  const agrees = severity.Normalized !== undefined && labelOf({ Normalized: severity.Normalized }) === Label;
  const Normalized = agrees ? severity.Normalized : lowest.find(([label]) => label === Label)?.[1];
  return { ...severity, Label, Normalized };
}

/** Products' names as people see them, by the last part of the product's ARN. */
const productNames: Record<string, string> = {
  securityhub: "Security Hub",
  guardduty: "GuardDuty",
  inspector: "Inspector",
  macie: "Macie",
  health: "Health",
  config: "Config",
  "access-analyzer": "IAM Access Analyzer",
  "firewall-manager": "Firewall Manager",
  "ssm-patch-manager": "Systems Manager Patch Manager",
  default: "Default",
};

/** Whose product it is, from "...:product/COMPANY/PRODUCT". */
export function product(arn: string): { company: string; name: string } {
  const [company = "", name = ""] = arn.slice(arn.indexOf(":product/") + ":product/".length).split("/");
  if (name === "default") return { company: "Personal", name: "Default" };
  return { company: company === "aws" ? "AWS" : company, name: productNames[name] ?? name };
}
