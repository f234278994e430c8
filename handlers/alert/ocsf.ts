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
import { severityOfOcsf } from "./severity";
import { firstTime } from "./times";
import type { Finding, FindingResource } from "./types";

/**
 * Reads a finding of Security Hub V2 (OCSF classes 2002, 2003, 2004, 2006, ...).
 * Throws UnreadableEvent if product, id, account, severity or every time is missing.
 * https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-ocsf.html
 */
export function findingOfOcsf(ocsf: Json, around: Surroundings): Finding {
  const info = objectOf(ocsf.finding_info);
  const metadata = objectOf(ocsf.metadata);
  const maker = objectOf(metadata.product);
  const product = requiredText(maker.uid ?? maker.name, "metadata.product.uid");
  // BatchUpdateFindingsV2 goes by metadata.uid; a finding without it can be told all the same.
  const id = requiredText(metadata.uid ?? info.uid, "metadata.uid");
  const named = objectsOf(ocsf.resources);
  const accountId = accountOf(ocsf, named);
  const severity = severityOfOcsf(ocsf);
  if (!severity) throw unreadable(`the finding ${id} names no severity (severity_id, severity)`);
  const updatedAt = firstTime(
    info.modified_time_dt,
    info.modified_time,
    ocsf.time_dt,
    ocsf.time,
    info.created_time_dt,
    info.created_time,
    around.time,
  );
  if (!updatedAt) throw unreadable(`the finding ${id} has no readable time (finding_info.modified_time, time)`);

  return withoutAbsent<Finding>({
    format: "ocsf",
    product,
    id,
    productName: textOf(maker.name) ?? product.slice(product.lastIndexOf("/") + 1),
    accountId,
    accountName: textOf(objectOf(objectOf(ocsf.cloud).account).name),
    region: regionOf(ocsf, product, named, around),
    title: cut(textOf(info.title) ?? textOf(info.desc) ?? lastType(info) ?? id, 1024),
    description: cut(textOf(info.desc) ?? "", 8192),
    severity,
    control: textOf(objectOf(ocsf.compliance).control),
    resources: named.slice(0, 20).map(resourceOf),
    resourceCount: named.length,
    workflow: workflowOf(ocsf),
    record: recordOf(ocsf),
    compliance: complianceOf(ocsf),
    firstSeen: firstTime(info.first_seen_time_dt, info.first_seen_time, info.created_time_dt, info.created_time),
    lastSeen: firstTime(info.last_seen_time_dt, info.last_seen_time, updatedAt),
    updatedAt,
    remediationUrl: remediationOf(ocsf),
    sourceUrl: textOf(info.src_url),
  });
}

function accountOf(ocsf: Json, resources: Json[]): string {
  const owner = objectOf(objectOf(objectOf(resources[0]).owner).account).uid;
  return requiredText(objectOf(objectOf(ocsf.cloud).account).uid ?? owner, "cloud.account.uid");
}

function regionOf(ocsf: Json, product: string, resources: Json[], around: Surroundings): string {
  return (
    textOf(objectOf(ocsf.cloud).region) ??
    regionOfArn(product) ??
    textOf(objectOf(resources[0]).region) ??
    around.region ??
    ""
  );
}

/** `uid` is an ARN only now and then; `uid_alt` or the name is then often better. */
function resourceOf(resource: Json): FindingResource {
  const names = [resource.uid, resource.uid_alt, resource.name, resource.type].map(textOf);
  const id = names.find((name) => name?.startsWith("arn:")) ?? names.find((name) => name !== undefined) ?? "-";
  return withoutAbsent({ type: textOf(resource.type) ?? "Other", id: cut(id, 1024), region: textOf(resource.region) });
}

function lastType(info: Json): string | undefined {
  return Array.isArray(info.types) ? textOf(info.types[info.types.length - 1]) : undefined;
}

function remediationOf(ocsf: Json): string | undefined {
  const references = objectOf(ocsf.remediation).references;
  return Array.isArray(references) ? textOf(references[0]) : undefined;
}

/** OCSF: 1 New, 2 In Progress (Security Hub: NOTIFIED), 3 Suppressed, 4 Resolved, 5 Archived, 6 Deleted. */
function workflowOf(ocsf: Json): Finding["workflow"] {
  const status = ocsf.status_id ?? textOf(ocsf.status)?.toUpperCase();
  if (status === 2 || status === "NOTIFIED" || status === "IN PROGRESS") return "NOTIFIED";
  if (status === 3 || status === "SUPPRESSED") return "SUPPRESSED";
  return status === 4 || status === "RESOLVED" ? "RESOLVED" : "NEW";
}

/** The activity Close comes with status New: the provider ended the finding, whatever people did with it. */
function recordOf(ocsf: Json): Finding["record"] {
  return ocsf.activity_id === 3 || ocsf.status_id === 5 || ocsf.status_id === 6 ? "ARCHIVED" : "ACTIVE";
}

function complianceOf(ocsf: Json): Finding["compliance"] {
  const compliance = objectOf(ocsf.compliance);
  const status = compliance.status_id ?? textOf(compliance.status)?.toUpperCase();
  if (status === 1 || status === "PASS") return "PASSED";
  if (status === 2 || status === "WARNING") return "WARNING";
  return status === 3 || status === "FAIL" ? "FAILED" : undefined;
}
