import {
  cut,
  type Json,
  objectOf,
  objectsOf,
  regionOfArn,
  requiredText,
  type Surroundings,
  textOf,
  unreadable,
  withoutAbsent,
} from "./fields";
import { severityOfAsff } from "./severity";
import { firstTime } from "./times";
import type { Finding, FindingResource } from "./types";
import { imageIn, vulnerabilityOf } from "./vulnerability";

/**
 * Reads a finding in the AWS Security Finding Format, as events and GetFindings carry it.
 * Throws UnreadableEvent if product, id, account, severity or every time is missing.
 * https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format-syntax.html
 */
export function findingOfAsff(asff: Json, around: Surroundings): Finding {
  const product = requiredText(asff.ProductArn, "ProductArn");
  const id = requiredText(asff.Id, "Id");
  const accountId = requiredText(asff.AwsAccountId, "AwsAccountId");
  const severity = severityOfAsff(asff);
  if (!severity) throw unreadable(`the finding ${id} names no severity (Severity, FindingProviderFields.Severity)`);
  const updatedAt = firstTime(asff.UpdatedAt, asff.LastObservedAt, asff.CreatedAt, around.time);
  if (!updatedAt) throw unreadable(`the finding ${id} has no readable time (UpdatedAt, CreatedAt)`);

  const named = objectsOf(asff.Resources);
  const productName = productNameOf(asff, product);
  return withoutAbsent<Finding>({
    format: "asff",
    product,
    id,
    productName,
    accountId,
    accountName: textOf(asff.AwsAccountName),
    region: regionOf(asff, product, named, around),
    title: titleOf(asff, productName, id),
    description: cut(textOf(asff.Description) ?? "", 8192),
    severity,
    control: controlOf(asff, product),
    resources: named.slice(0, 20).map(resourceOf),
    resourceCount: named.length,
    workflow: workflowOf(asff),
    record: asff.RecordState === "ARCHIVED" ? "ARCHIVED" : "ACTIVE",
    compliance: complianceOf(asff),
    firstSeen: firstTime(asff.FirstObservedAt, asff.CreatedAt),
    lastSeen: firstTime(asff.LastObservedAt, asff.UpdatedAt),
    updatedAt,
    remediationUrl: textOf(objectOf(objectOf(asff.Remediation).Recommendation).Url),
    sourceUrl: textOf(asff.SourceUrl),
    activity: activityOf(asff),
    standards: standardsOf(asff, product),
    vulnerability: vulnerabilityOf(
      product,
      objectsOf(asff.Vulnerabilities).map((one) => ({ id: one.Id, exploitable: one.ExploitAvailable === "YES" })),
      imageOf(named),
    ),
  });
}

/** The finding's region: what it says, else where its product reported it, else where its first resource is. */
function regionOf(asff: Json, product: string, resources: Json[], around: Surroundings): string {
  const first = objectOf(resources[0]);
  return (
    textOf(asff.Region) ??
    regionOfArn(product) ??
    textOf(first.Region) ??
    regionOfArn(textOf(first.Id)) ??
    around.region ??
    ""
  );
}

function resourceOf(resource: Json): FindingResource {
  // GuardDuty has sent "AWS::IAM::AccessKey:null".
  const id = textOf(textOf(resource.Id)?.replace(/:(null|undefined)$/, "")) ?? textOf(resource.Type) ?? "-";
  return withoutAbsent({ type: textOf(resource.Type) ?? "Other", id: cut(id, 1024), region: textOf(resource.Region) });
}

/** AWS Health has sent findings without a title. */
function titleOf(asff: Json, productName: string, id: string): string {
  const generator = textOf(asff.GeneratorId);
  const made = generator && !generator.startsWith("arn:") ? `${productName} - ${generator}` : undefined;
  return cut(textOf(asff.Title) ?? made ?? textOf(asff.Description) ?? id, 1024);
}

/** "Default" is what Security Hub calls an account's own, unnamed product. */
function productNameOf(asff: Json, product: string): string {
  const fields = objectOf(asff.ProductFields);
  const names = [
    asff.ProductName,
    fields["aws/securityhub/ProductName"],
    fields["Product Name"],
    fields.ProviderName,
    asff.CompanyName,
  ];
  const name = names.map(textOf).find((text) => text !== undefined && text !== "Default");
  if (name) return name;
  const last = product.slice(product.lastIndexOf("/") + 1);
  return productNames[last] ?? last;
}

const productNames: Record<string, string> = {
  "access-analyzer": "IAM Access Analyzer",
  config: "Config",
  guardduty: "GuardDuty",
  health: "Health",
  inspector: "Inspector",
  macie: "Macie",
  securityhub: "Security Hub",
};

/**
 * The control that a finding is of. Consolidated findings name it; older ones name it in a field by standard ("1.22" of
 * CIS becomes "CIS.1.22"), or only within GeneratorId. Fields of products other than Security Hub mean other things.
 */
function controlOf(asff: Json, product: string): string | undefined {
  const consolidated = textOf(objectOf(asff.Compliance).SecurityControlId);
  if (consolidated) return consolidated;
  if (!product.endsWith("product/aws/securityhub")) return undefined;

  const fields = objectOf(asff.ProductFields);
  const generator = textOf(asff.GeneratorId) ?? "";
  const named = textOf(fields.ControlId) ?? textOf(fields.RuleId) ?? generatorShape.exec(generator)?.[1];
  // Only CIS numbers its rules without the name of a service.
  return named && /^\d/.test(named) ? `CIS.${named}` : named;
}

/** security-control/S3.6, aws-foundational-security-best-practices/v/1.0.0/EC2.8, arn:...:ruleset/.../rule/2.2 */
const generatorShape = /(?:^security-control\/|\/v\/[\d.]+\/(?:rule\/)?)([A-Za-z0-9]+(?:\.[A-Za-z0-9]+)+)$/;

/**
 * Workflow, else its forerunner WorkflowState. A state that a person gave there (ASSIGNED, IN_PROGRESS, DEFERRED) means
 * that a person knows. A word that nobody knows counts as NEW, so that it is told rather than lost.
 */
function workflowOf(asff: Json): Finding["workflow"] {
  const status = textOf(objectOf(asff.Workflow).Status) ?? textOf(asff.WorkflowState) ?? "NEW";
  if (status === "NOTIFIED" || status === "SUPPRESSED" || status === "RESOLVED") return status;
  return status === "ASSIGNED" || status === "IN_PROGRESS" || status === "DEFERRED" ? "NOTIFIED" : "NEW";
}

function complianceOf(asff: Json): Finding["compliance"] {
  const status = objectOf(asff.Compliance).Status;
  return status === "PASSED" || status === "WARNING" || status === "FAILED" || status === "NOT_AVAILABLE"
    ? status
    : undefined;
}

/** GuardDuty counts in its own fields how often it has seen what it found. */
function activityOf(asff: Json): number | undefined {
  const count = Number(textOf(objectOf(asff.ProductFields)["aws/guardduty/service/count"]));
  return count > 0 ? count : undefined;
}

/** Consolidated findings list their standards; older ones are of one, whose ARN is in a field by its age. */
function standardsOf(asff: Json, product: string): string[] | undefined {
  const associated = objectsOf(objectOf(asff.Compliance).AssociatedStandards).map(({ StandardsId }) => StandardsId);
  const fields = product.endsWith("product/aws/securityhub") ? objectOf(asff.ProductFields) : {};
  const named = [...associated, fields.StandardsArn, fields.StandardsGuideArn].map(textOf);
  const names = named.flatMap((name) => (name ? [name.replace(/^arn:[^:]*:securityhub:[^:]*:[^:]*:/, "")] : []));
  return names.length > 0 ? [...new Set(names)] : undefined;
}

function imageOf(resources: Json[]): string | undefined {
  const image = resources.find(({ Type }) => Type === "AwsEcrContainerImage");
  return imageIn(objectOf(objectOf(image?.Details).AwsEcrContainerImage).ImageDigest, image?.Id);
}
