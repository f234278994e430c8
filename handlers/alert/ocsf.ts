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
import { imageIn, vulnerabilityOf } from "./vulnerability";

/**
 * Reads a finding of Security Hub V2 (OCSF classes 2002, 2003, 2004, 2006, ...).
 * Throws UnreadableEvent if product, id, account, severity or every time is missing.
 * https://docs.aws.amazon.com/securityhub/latest/userguide/ocsf-findings.html
 */
export function findingOfOcsf(ocsf: Json, around: Surroundings): Finding {
  const info = objectOf(ocsf.finding_info);
  const metadata = objectOf(ocsf.metadata);
  const maker = objectOf(metadata.product);
  const product = requiredText(maker.uid ?? maker.name, "metadata.product.uid").replace(":productv2/", ":product/");
  const id = idOf(metadata, info);
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
    uid: textOf(metadata.uid),
    productName: textOf(maker.name) ?? product.slice(product.lastIndexOf("/") + 1),
    accountId,
    accountName: textOf(objectOf(objectOf(ocsf.cloud).account).name),
    region: regionOf(ocsf, product, named, around),
    title: cut(textOf(info.title) ?? textOf(info.desc) ?? lastType(info) ?? id, 1024),
    description: cut(textOf(info.desc) ?? "", 8192),
    severity,
    control: controlOf(ocsf, id),
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
    activity: typeof ocsf.count === "number" && ocsf.count > 0 ? ocsf.count : undefined,
    standards: standardsOf(ocsf),
    vulnerability: vulnerabilityOf(
      product,
      objectsOf(ocsf.vulnerabilities).map((one) => ({
        id: objectOf(one.cve).uid,
        exploitable: one.is_exploit_available === true,
      })),
      imageOf(named),
    ),
  });
}

/**
 * The provider's own id where it is an ARN of an account: that is also what CSPM calls the finding, so that one known from there is
 * known here. Another id of a provider need not be unique beyond an account: there V2's own goes first.
 */
function idOf(metadata: Json, info: Json): string {
  const byProvider = textOf(info.uid);
  if (byProvider && /^arn:[^:]*:[^:]*:[^:]*:\d{12}:/.test(byProvider)) return byProvider;
  return requiredText(metadata.uid ?? info.uid, "metadata.uid");
}

/** As CSPM calls it. A finding that does not name its control may bear it in its id. */
function controlOf(ocsf: Json, id: string): string | undefined {
  return textOf(objectOf(ocsf.compliance).control) ?? /:security-control\/([A-Za-z0-9.]+)\/finding\//.exec(id)?.[1];
}

function standardsOf(ocsf: Json): string[] | undefined {
  const { standards } = objectOf(ocsf.compliance);
  const named = Array.isArray(standards) ? standards.flatMap((name) => textOf(name) ?? []) : [];
  return named.length > 0 ? [...new Set(named)] : undefined;
}

function imageOf(resources: Json[]): string | undefined {
  const image = resources.find(({ type }) => /ContainerImage$/.test(textOf(type) ?? ""));
  return image && imageIn(objectOf(image.image).uid, image.uid_alt, image.uid);
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

/** OCSF: 0 Unknown, 1 Pass, 2 Warning, 3 Fail, 99 Other, whose word may still be one that is known. */
function complianceOf(ocsf: Json): Finding["compliance"] {
  const { status_id: id, status } = objectOf(ocsf.compliance);
  const word = textOf(status)?.toUpperCase();
  const known = (number: number, text: string) => id === number || ((id === undefined || id === 99) && word === text);
  if (known(1, "PASS")) return "PASSED";
  if (known(2, "WARNING")) return "WARNING";
  if (known(3, "FAIL")) return "FAILED";
  return id === undefined && word === undefined ? undefined : "NOT_AVAILABLE";
}
