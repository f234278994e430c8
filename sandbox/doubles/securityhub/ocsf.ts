import { createHash } from "node:crypto";
import type { Resource, SeverityLabel } from "@aws-sdk/client-securityhub";
import { type Finding, product } from "./asff";

/** A finding in OCSF, as events and GetFindingsV2 carry it. */
export type Ocsf = Record<string, unknown>;

/** What Security Hub V2 keeps of a finding beside what its provider says: the customer's. */
export interface CustomersView {
  statusId: number;
  severityId?: number;
  comment?: string;
}

export const STATUSES: Readonly<Record<number, string>> = {
  0: "Unknown",
  1: "New",
  2: "In Progress",
  3: "Suppressed",
  4: "Resolved",
  5: "Archived",
  99: "Other",
};
export const SEVERITIES: Readonly<Record<number, string>> = {
  0: "Unknown",
  1: "Informational",
  2: "Low",
  3: "Medium",
  4: "High",
  5: "Critical",
  6: "Fatal",
  99: "Other",
};
const severityIds: Record<SeverityLabel, number> = { INFORMATIONAL: 1, LOW: 2, MEDIUM: 3, HIGH: 4, CRITICAL: 5 };
const activities: Readonly<Record<number, string>> = { 1: "Create", 2: "Update", 3: "Close" };
const compliances: Readonly<Record<string, [number, string]>> = {
  PASSED: [1, "Pass"],
  WARNING: [2, "Warning"],
  FAILED: [3, "Fail"],
  NOT_AVAILABLE: [0, "Unknown"],
};

/** Whether V2 has a finding of this product: AWS's own, which report to both. Those of other companies would need V2's integration. */
export const isInV2 = ({ ProductArn }: Finding): boolean => ProductArn.includes("::product/aws/");

/** V2's own id of a finding: the same for as long as the finding lasts. */
export const uidOf = (account: string, { ProductArn, Id }: Finding): string =>
  createHash("sha256")
    .update(JSON.stringify([account, ProductArn, Id]))
    .digest("hex");

/** A finding that a product of AWS reports, as V2 has it. After what real events, and GetFindingsV2's answers, were seen to hold. */
export function ocsfOf(given: Finding, account: string, isFirst: boolean, customers: CustomersView): Ocsf {
  const [classUid, className] = classOf(given);
  const activity = given.RecordState === "ARCHIVED" ? 3 : isFirst ? 1 : 2;
  const label = given.FindingProviderFields?.Severity?.Label ?? given.Severity?.Label ?? "INFORMATIONAL";
  const bySeverity = severityIds[label as SeverityLabel];
  const severity = customers.severityId ?? bySeverity;
  const region = given.Region ?? "";
  return {
    activity_id: activity,
    activity_name: activities[activity],
    category_name: "Findings",
    category_uid: 2,
    class_name: className,
    class_uid: classUid,
    type_name: `${className}: ${activities[activity]}`,
    type_uid: classUid * 100 + activity,
    cloud: { account: present({ name: given.AwsAccountName, uid: given.AwsAccountId }), provider: "AWS", region },
    ...(customers.comment !== undefined && { comment: customers.comment }),
    ...compliance(given),
    ...count(given),
    finding_info: present({
      uid: given.Id,
      title: given.Title,
      desc: given.Description,
      types: given.Types,
      src_url: given.SourceUrl,
      ...time("created_time", given.CreatedAt),
      ...time("first_seen_time", given.FirstObservedAt ?? given.CreatedAt),
      ...time("last_seen_time", given.LastObservedAt ?? given.UpdatedAt),
      ...time("modified_time", given.UpdatedAt),
    }),
    metadata: {
      product: {
        name: product(given.ProductArn).name,
        uid: given.ProductArn.replace(":product/", ":productv2/"),
        vendor_name: "AWS",
      },
      profiles: ["cloud", "datetime", "aws/cloud_resources"],
      uid: uidOf(account, given),
      version: "1.8.0",
    },
    ...remediation(given),
    resources: (given.Resources ?? []).map((resource) => resourceOf(resource, given.AwsAccountId, region)),
    severity: SEVERITIES[severity],
    severity_id: severity,
    status: STATUSES[customers.statusId],
    status_id: customers.statusId,
    ...time("time", given.UpdatedAt),
    vendor_attributes: { severity: SEVERITIES[bySeverity], severity_id: bySeverity },
    ...vulnerabilities(given),
  };
}

function classOf({ ProductArn, Compliance }: Finding): [number, string] {
  if (ProductArn.endsWith("/inspector")) return [2002, "Vulnerability Finding"];
  if (ProductArn.endsWith("/macie")) return [2006, "Data Security Finding"];
  return Compliance === undefined ? [2004, "Detection Finding"] : [2003, "Compliance Finding"];
}

function compliance({ Compliance: given }: Finding): Ocsf {
  if (given === undefined) return {};
  const [status_id, status] = compliances[given.Status ?? "NOT_AVAILABLE"] ?? [99, "Other"];
  const standards = given.AssociatedStandards?.flatMap(({ StandardsId }) => StandardsId ?? []);
  return { compliance: present({ control: given.SecurityControlId, standards, status, status_id }) };
}

function count({ ProductFields }: Finding): Ocsf {
  const seen = Number(ProductFields?.["aws/guardduty/service/count"]);
  return seen > 0 ? { count: seen } : {};
}

function remediation({ Remediation }: Finding): Ocsf {
  const { Text, Url } = Remediation?.Recommendation ?? {};
  return Text || Url ? { remediation: present({ desc: Text, references: Url ? [Url] : undefined }) } : {};
}

function vulnerabilities({ Vulnerabilities }: Finding): Ocsf {
  if (Vulnerabilities === undefined) return {};
  const all = Vulnerabilities.map(({ Id, ExploitAvailable, FixAvailable }) => ({
    cve: { uid: Id },
    is_exploit_available: ExploitAvailable === "YES",
    is_fix_available: FixAvailable === "YES",
  }));
  return { vulnerabilities: all };
}

/** V2 calls a resource by its short name, its ARN beside that; and its type as AWS Config does. */
function resourceOf({ Id = "", Type = "Other", Region, Tags }: Resource, account: string, region: string): Ocsf {
  const isArn = Id.startsWith("arn:");
  const [, service, kind] = /^Aws([A-Z][a-z0-9]+)([A-Z]\w+)$/.exec(Type) ?? [];
  return present({
    cloud_partition: "aws",
    owner: { account: { uid: account } },
    provider: "AWS",
    region: Region ?? region,
    type: service
      ? `AWS::${/^(Ec2|Iam|Ecr|Rds|Kms|Eks|Ecs|Sns|Sqs)$/.test(service) ? service.toUpperCase() : service}::${kind}`
      : Type,
    uid: isArn ? Id.split(/[:/]/).at(-1) : Id,
    uid_alt: isArn ? Id : undefined,
    tags: Tags && Object.entries(Tags).map(([name, value]) => ({ name, value })),
  });
}

/** Both as a number, in milliseconds, and as text. */
const time = (name: string, given: string | undefined): Ocsf =>
  given === undefined ? {} : { [name]: Date.parse(given), [`${name}_dt`]: new Date(given).toISOString() };

const present = (all: Ocsf): Ocsf => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
