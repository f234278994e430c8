import type { AwsSecurityFinding, Severity } from "@aws-sdk/client-securityhub";
import { completeSeverity, type Finding, labelOf, product } from "./asff";

/** What the service knows of where a finding comes from. */
export interface Origin {
  region: string;
  /** Undefined for accounts outside the organization. */
  accountName?: string;
  now: number;
  /** An AWS product writes it itself: it may say what Workflow a new finding has. */
  asService: boolean;
}

/** Members that belong to the customer once a finding is there. */
const customers = ["Note", "UserDefinedFields", "VerificationState", "Workflow", "WorkflowState"] as const;
/** Members that follow the provider until the customer has set them. */
export const shared = ["Confidence", "Criticality", "RelatedFindings", "Severity", "Types"] as const;

/** A finding as the service stores it when it meets it for the first time. */
export function created(given: Finding, origin: Origin): Finding {
  const filled = fill(given, origin);
  const Workflow = origin.asService ? given.Workflow : undefined;
  return {
    ...filled,
    Workflow: { Status: Workflow?.Status ?? "NEW" },
    WorkflowState: given.WorkflowState ?? "NEW",
  };
}

/**
 * A finding as the service stores it when its provider reports it again: what customers own stays.
 * https://docs.aws.amazon.com/securityhub/latest/userguide/finding-update-batchimportfindings.html
 */
export function updated(before: Finding, given: Finding, origin: Origin, setByCustomer: ReadonlySet<string>): Finding {
  const filled = fill(given, origin);
  const kept = [...customers, ...shared.filter((name) => setByCustomer.has(name))];
  const after: Finding = { ...filled };
  for (const name of kept) keep(after, before, name);
  after.Workflow = { Status: workflow(before, after) };
  return after;
}

function keep<K extends keyof AwsSecurityFinding>(
  after: AwsSecurityFinding,
  before: AwsSecurityFinding,
  name: K,
): void {
  if (before[name] === undefined) delete after[name];
  else after[name] = before[name];
}

/** Workflow status after a report: https://docs.aws.amazon.com/securityhub/latest/userguide/findings-workflow-status.html */
function workflow(before: Finding, after: Finding) {
  const status = before.Workflow?.Status ?? "NEW";
  const told = status === "NOTIFIED" || status === "RESOLVED";
  const revived = before.RecordState === "ARCHIVED" && after.RecordState === "ACTIVE";
  const failedAgain = before.Compliance?.Status === "PASSED" && after.Compliance?.Status !== "PASSED";
  if (told && (revived || (failedAgain && after.Compliance?.Status !== undefined))) return "NEW";
  // Security Hub resolves the finding of a control of its own when the check passes.
  const mended = before.Compliance?.Status !== "PASSED" && after.Compliance?.Status === "PASSED";
  if (mended && status !== "SUPPRESSED" && isControl(after)) return "RESOLVED";
  return status;
}

const isControl = (finding: Finding) => finding.ProductArn.endsWith(":product/aws/securityhub");

function fill(given: Finding, origin: Origin): Finding {
  const { company, name } = product(given.ProductArn);
  const provided = given.FindingProviderFields ?? {};
  // The API takes the provider's fields first; what a service hands over has been settled between both already.
  const offered = [provided.Severity as Severity | undefined, given.Severity];
  const chosen = (origin.asService ? offered.reverse() : offered).find((one) => labelOf(one) !== undefined);
  const severity = completeSeverity({ ...given.Severity, ...chosen });
  const types = origin.asService ? (given.Types ?? provided.Types) : (provided.Types ?? given.Types);
  return {
    ...given,
    ProductName: given.ProductName ?? name,
    CompanyName: given.CompanyName ?? company,
    Region: given.Region ?? origin.region,
    ...(origin.accountName === undefined ? {} : { AwsAccountName: origin.accountName }),
    RecordState: given.RecordState ?? "ACTIVE",
    Severity: severity,
    ...(types === undefined ? {} : { Types: types }),
    ProductFields: {
      ...given.ProductFields,
      "aws/securityhub/FindingId": `${given.ProductArn}/${given.Id}`,
      "aws/securityhub/ProductName": given.ProductName ?? name,
      "aws/securityhub/CompanyName": given.CompanyName ?? company,
    },
    FindingProviderFields: {
      ...pick(given, "Confidence", "Criticality", "RelatedFindings"),
      ...provided,
      Severity: { Label: severity.Label, ...pick(severity, "Original"), ...provided.Severity },
      ...(types === undefined ? {} : { Types: provided.Types ?? types }),
    },
    ProcessedAt: new Date(origin.now).toISOString(),
  };
}

/** The members that are there. */
function pick<T extends object, K extends keyof T>(from: T, ...names: K[]): Partial<Pick<T, K>> {
  const found = names.filter((name) => from[name] !== undefined).map((name) => [name, from[name]]);
  return Object.fromEntries(found) as Partial<Pick<T, K>>;
}
