import { beforeEach, describe, expect, it } from "vitest";
import { groupOf } from "../../../handlers/alert/group";
import { type Circumstances, observe } from "../../../handlers/alert/lifecycle";
import { noticeFor } from "../../../handlers/alert/notice";
import type { DigestReason } from "../../../handlers/alert/record";
import { type AlertRecord, type FindingRecord, findingKey } from "../../../handlers/alert/record";
import type { Finding } from "../../../handlers/alert/types";
import { aFinding } from "./world";

const at = (minutes: number) => new Date(Date.parse("2026-12-01T00:00:00Z") + minutes * 60_000).toISOString();
const bucket = (name: string, region: string, changes: Partial<Finding> = {}) =>
  aFinding({
    ...{ id: name, region, control: "S3.8", compliance: "FAILED", resourceCount: 1 },
    resources: [{ type: "AwsS3Bucket", id: `arn:aws:s3:::${name}` }],
    ...changes,
  });

let alert: AlertRecord | undefined;
let members: Map<string, FindingRecord>;
let digest: DigestReason | undefined;
beforeEach(() => {
  [alert, members, digest] = [undefined, new Map(), undefined];
});

/** Takes a finding in as Security Hub has it, and gives what the alert becomes. */
function take(finding: Finding, minutes: number): string {
  const circumstances: Circumstances = {
    ...{ severities: ["HIGH", "CRITICAL"], reopenWithinSeconds: 3600, now: at(minutes), confirmed: true },
    groupOf: (one) => groupOf(one, { controls: "control", vulnerabilities: "vulnerability", routes: [] }),
    digestOf: () => digest,
  };
  const known = { alert, finding: members.get(findingKey(finding)) };
  const newer = { ...finding, updatedAt: at(minutes) };
  const decision = observe(known, { finding: newer, eventTime: at(minutes) }, circumstances);
  if (decision.kind !== "write") return decision.kind;
  alert = decision.alert;
  members.set(findingKey(finding), decision.finding);
  return decision.reason;
}
const noticeNow = () => alert && noticeFor(alert, "backlog", [...members.values()]);
const tellNow = () => {
  const { desired: version, occurrence = 1, severity = "HIGH" } = alert ?? {};
  if (alert && version) alert.told.backlog = { version, occurrence, severity, reference: "SEC-1", at: at(0) };
};

describe("a notice on several findings", () => {
  it("names what is left, not the one that spoke for all and is over", () => {
    take(bucket("a", "ap-northeast-1"), 0);
    take(bucket("b", "us-east-1", { accountName: "prod" }), 1);
    take(bucket("a", "ap-northeast-1", { compliance: "PASSED" }), 2);

    expect(noticeNow()).toMatchObject({
      finding: { id: "b", region: "us-east-1", resources: [{ id: "arn:aws:s3:::b" }], resourceCount: 1 },
      ...{ findings: 1, regions: ["us-east-1"] },
    });
  });

  it("lets the worst of those that are left speak", () => {
    take(bucket("a", "ap-northeast-1", { severity: "CRITICAL" }), 0);
    take(bucket("b", "us-east-1"), 1);
    take(bucket("c", "eu-west-1", { severity: "CRITICAL" }), 2);
    take(bucket("a", "ap-northeast-1", { compliance: "PASSED" }), 3);

    expect(noticeNow()).toMatchObject({ finding: { id: "c", severity: "CRITICAL" }, findings: 2 });
  });

  it("calls no resource added that was named before, when its finding gets worse", () => {
    take(bucket("a", "ap-northeast-1"), 0);
    take(bucket("b", "us-east-1"), 1);
    tellNow();
    take(bucket("a", "ap-northeast-1", { severity: "CRITICAL" }), 2);
    take(bucket("c", "us-east-1"), 3);

    expect(noticeNow()).toMatchObject({ kind: "risen", added: { resources: [{ id: "arn:aws:s3:::c" }], count: 1 } });
  });
});

describe("what existed before the start", () => {
  it("stays for the overview, however late it is seen again, unless it gets worse", () => {
    digest = "quiet";
    take(bucket("a", "ap-northeast-1"), 0);
    digest = undefined;

    const again = take(bucket("a", "ap-northeast-1"), 25 * 60);
    const reason = alert?.digest;
    const worse = take(bucket("a", "ap-northeast-1", { severity: "CRITICAL" }), 26 * 60);

    expect([again, reason]).toEqual(["drop", "quiet"]);
    expect([worse, alert?.digest]).toEqual(["worse than before", undefined]);
  });

  it("is told once an exploit becomes known", () => {
    digest = "quiet";
    const found = (exploitable: boolean) =>
      bucket("a", "ap-northeast-1", { vulnerability: { id: "CVE-2026-1", exploitable } });
    take(found(false), 0);
    digest = undefined;

    expect([take(found(false), 25 * 60), take(found(true), 26 * 60)]).toEqual(["drop", "worse than before"]);
    expect(alert?.digest).toBeUndefined();
  });
});
