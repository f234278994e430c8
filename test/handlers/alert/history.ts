import fc from "fast-check";
import { expect } from "vitest";
import type { Finding } from "../../../handlers/alert/types";
import { aFinding, type World } from "./world";

/** What happens to a finding, in Security Hub's own terms. */
type Step =
  | "fail"
  | "update"
  | "pass"
  | "archive"
  | "unarchive"
  | "worse"
  | "suppress"
  | "unsuppress"
  | "resolve"
  | "active"
  /** A person closes the alert's issue, as done or as one that is not to be mended; or nobody does anything for a fortnight. */
  | "close"
  | "wontFix"
  | "fortnight";

/** Security Hub's rules for a finding's next state; undefined where the step can't happen. */
export function next(finding: Finding, step: Step, updatedAt: string): Finding | undefined {
  const changed = { ...finding, updatedAt };
  const over = finding.record === "ARCHIVED" || finding.compliance === "PASSED";
  const kept = finding.workflow === "SUPPRESSED" ? "SUPPRESSED" : "NEW";
  switch (step) {
    case "update":
      return over ? undefined : changed;
    case "worse":
      return over || finding.severity === "CRITICAL" ? undefined : { ...changed, severity: "CRITICAL" };
    case "pass":
      if (finding.compliance !== "FAILED") return undefined;
      return { ...changed, compliance: "PASSED", workflow: "RESOLVED" };
    case "fail":
      // PASSED -> FAILED resets NOTIFIED and RESOLVED to NEW, but keeps what a person has suppressed.
      return finding.compliance === "PASSED" ? { ...changed, compliance: "FAILED", workflow: kept } : undefined;
    case "archive":
      return finding.record === "ARCHIVED" ? undefined : { ...changed, record: "ARCHIVED" };
    case "unarchive":
      return finding.record === "ACTIVE" ? undefined : { ...changed, record: "ACTIVE", workflow: kept };
    case "suppress":
      // A person's change never moves updatedAt.
      return finding.workflow === "SUPPRESSED" ? undefined : { ...finding, workflow: "SUPPRESSED" };
    case "unsuppress":
      return finding.workflow === "SUPPRESSED" ? { ...finding, workflow: "NEW" } : undefined;
    case "resolve":
      return over || finding.workflow === "RESOLVED" ? undefined : { ...finding, workflow: "RESOLVED" };
    case "active":
      // GuardDuty folds new activity into the same finding, and leaves its workflow alone.
      if (finding.activity === undefined || over) return undefined;
      return { ...changed, activity: finding.activity + 1, lastSeen: updatedAt };
    default:
      return undefined;
  }
}

/** Somebody has to act on it, told or not. */
export const isLive = (f: Finding) =>
  f.record === "ACTIVE" && f.compliance !== "PASSED" && (f.workflow === "NEW" || f.workflow === "NOTIFIED");

const kinds: Step[] = ["fail", "update", "pass", "archive", "unarchive", "worse", "suppress", "unsuppress", "resolve"];
/** Steps of one finding or another. */
export const steps = fc.array(
  fc.record({ step: fc.constantFrom<Step>(...kinds, "active", "close", "wontFix", "fortnight"), nth: fc.nat(2) }),
  { maxLength: 8 },
);

export const control = (id: string, bucket: string, changes: Partial<Finding> = {}) =>
  aFinding({
    ...{ id, compliance: "FAILED", control: "S3.8", title: "S3 buckets should block public access" },
    ...{ resources: [{ type: "AwsS3Bucket", id: `arn:aws:s3:::${bucket}` }], resourceCount: 1 },
    ...changes,
  });
/** Findings that are told as one alert. */
export const alike = fc.constantFrom<Finding[]>(
  [aFinding({ activity: 1, lastSeen: "2026-01-01T00:00:00.000Z" })],
  [control("control-1", "one")],
  // Two buckets, one of which two standards check, in two regions.
  [control("fsbp-1", "one"), control("cis-1", "one"), control("fsbp-2", "two", { region: "us-east-1" })],
);

/** Each finding that was ever told is open just where somebody has to act on it, and as bad and as large as it is. */
export function expectAsInSecurityHub(world: World) {
  for (const [key, record] of world.records) {
    const alert = world.alerts.get(record.alertKey);
    if (world.failed.some(({ alertKey }) => alertKey === record.alertKey)) continue;
    const finding = world.hub.get(key);
    expect(record.state, `${record.id} is ${finding?.workflow}`).toBe(finding && isLive(finding) ? "open" : "over");
    if (!finding || record.state === "over") continue;
    expect([record.severity, record.resourceCount]).toEqual([finding.severity, finding.resourceCount]);
    if (finding.severity === "CRITICAL") expect(alert?.severity).toBe("CRITICAL");
  }
}
