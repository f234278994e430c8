import fc from "fast-check";
import { severities } from "../../../handlers/alert/severity";
import type { Finding, HealthEvent, Notice, Outcome, Vulnerability } from "../../../handlers/alert/types";
import type { AccessPortal } from "../../../handlers/messages/accessPortal";
import type { BacklogTextFormat } from "../../../handlers/messages/backlogFormats";
import type { MessageOptions } from "../../../handlers/messages/words";

/** Notices on findings whose every text is the worst that a product may send, and the ways to write them. */

export const accessPortal: AccessPortal = {
  url: "https://d-1234567890.awsapps.com/start",
  roleName: "SecurityAudit",
  auditAccount: "444455556666",
};

export const options: fc.Arbitrary<MessageOptions> = fc.record({
  language: fc.constantFrom("ja", "en"),
  homeRegion: fc.constantFrom("ap-northeast-1", "us-gov-west-1", "cn-north-1"),
  accessPortal: fc.option(fc.constant(accessPortal), { nil: undefined }),
  healthOrganization: fc.option(fc.boolean(), { nil: undefined }),
});

export const spaceUrl = "https://example.backlog.com";

export const textFormats = fc.constantFrom<BacklogTextFormat[]>("markdown", "backlog");

/** Strings that break displays: markup, line breaks of all kinds, halves of pairs, and very long ones. */
export function text(max: number): fc.Arbitrary<string> {
  const unit = fc.constantFrom(
    ..."abc XYZ 019",
    ..."<>&*_~`|\"'\\@#!{}[]()%",
    "<!channel>",
    "<@U12345>",
    "<https://evil.example|here>",
    "\n",
    "\r\n",
    "\\n",
    "\u2028",
    "\u0000",
    "\u202e",
    "\ud83d",
    "\udd34",
    "🔴",
    "検出",
    "é",
    "&amp;",
    "![x](y)",
    "hakken: 0123456789abcdef0123456789abcdef/1\n",
  );
  return fc.oneof(
    fc.array(unit, { maxLength: 30 }).map((units) => units.join("")),
    fc.tuple(unit, fc.nat(max)).map(([part, times]) => part.repeat(times)),
    // Full length; slice may leave half of a pair at the end.
    fc.array(unit, { minLength: 1, maxLength: 12 }).map((units) => units.join("").repeat(max).slice(0, max)),
  );
}

const longUrl = fc.nat(1200).map((length) => `https://example.com/?a=1&b=${"x".repeat(length)}`);

/** What may stand where an address should. */
export const url = fc.oneof(fc.webUrl({ withQueryParameters: true }), longUrl, text(2000), arn());

/** Every kind of notice. */
export const kinds: Notice["kind"][] = ["opened", "reopened", "risen", "requested", "closed", "openedAndClosed"];

/** Every outcome. */
const outcomes: Outcome[] = ["resolved", "suppressed", "archived", "passed", "gone", "left"];

const time = fc
  .date({ min: new Date(1), max: new Date("9998-12-31"), noInvalidDate: true })
  .map((date) => date.toISOString());

export function notices(): fc.Arbitrary<Notice> {
  const absent = { nil: undefined };
  const optionalTime = fc.option(time, absent);
  const severity = fc.constantFrom(...severities);
  const region = fc.oneof(fc.constantFrom("us-east-1", "cn-north-1", "", "global", "test-region"), text(50));
  const page = fc.option(url, absent);
  const resource = fc.record({ type: text(50), id: fc.oneof(arn(), text(1024)), region: fc.option(region, absent) });
  const finding: fc.Arbitrary<Finding> = fc.record({
    format: fc.constantFrom("asff", "ocsf", "health"),
    product: fc.oneof(fc.constantFrom("arn:aws:securityhub:us-east-1::product/aws/guardduty", "aws.health"), text(100)),
    id: fc.oneof(arn(), text(512)),
    productName: text(100),
    accountId: fc.oneof(fc.constant("111122223333"), text(50)),
    accountName: fc.option(text(200), absent),
    region,
    title: text(1024),
    description: text(8192),
    severity,
    control: fc.option(fc.oneof(fc.constantFrom("S3.6", "CIS.1.22"), text(100)), absent),
    resources: fc.array(resource, { maxLength: 20 }),
    resourceCount: fc.nat(5000),
    workflow: fc.constant("NEW"),
    record: fc.constant("ACTIVE"),
    firstSeen: optionalTime,
    lastSeen: optionalTime,
    updatedAt: fc.constant("2026-11-21T00:00:00.000Z"),
    remediationUrl: page,
    sourceUrl: page,
    vulnerability: fc.option(vulnerability(), absent),
    health: fc.option(healthEvent(), absent),
  });
  return fc.record({
    alertKey: fc.stringMatching(/^[0-9a-f]{32}$/),
    occurrence: fc.integer({ min: 1, max: 10_000 }),
    version: fc.integer({ min: 1, max: 10_000 }),
    kind: fc.constantFrom(...kinds),
    openedAt: time,
    closedAt: optionalTime,
    outcome: fc.option(fc.constantFrom(...outcomes), absent),
    finding,
    findings: fc.integer({ min: 1, max: 10_000 }),
    regions: fc.array(region, { minLength: 1, maxLength: 30 }),
    accounts: fc.array(fc.record({ id: text(50), name: fc.option(text(200), absent) }), {
      minLength: 1,
      maxLength: 30,
    }),
    added: fc.option(fc.record({ resources: fc.array(resource, { maxLength: 20 }), count: fc.nat(5000) }), absent),
    previousSeverity: fc.option(severity, absent),
    previousReference: fc.option(fc.oneof(fc.constantFrom("SEC-12", "1700000000.000100"), text(50)), absent),
    repeated: fc.option(fc.boolean(), absent),
  });
}

function vulnerability(): fc.Arbitrary<Vulnerability> {
  return fc.record({
    id: fc.oneof(fc.constant("CVE-2026-1234"), text(100)),
    exploitable: fc.boolean(),
    image: fc.option(text(500), { nil: undefined }),
  });
}

function healthEvent(): fc.Arbitrary<HealthEvent> {
  const event = fc.constant("arn:aws:health:us-east-1::event/EC2/AWS_EC2_X/AWS_EC2_X_1-2");
  return fc.record({
    communicationId: fc.oneof(event, text(300)),
    category: fc.oneof(fc.constantFrom("issue", "scheduledChange", "accountNotification", "investigation"), text(50)),
    service: text(50),
    typeCode: text(200),
    startTime: fc.option(time, { nil: undefined }),
    endTime: fc.option(time, { nil: undefined }),
  });
}

function arn(): fc.Arbitrary<string> {
  const service = fc.constantFrom("s3", "iam", "ec2", "ecr", "lambda", "rds", "cloudtrail", "guardduty", "x");
  const rest = fc.oneof(
    text(200),
    fc.constantFrom("role/a/b", "user/x@y", "security-group/sg-1", "bucket", "trail/日本", "policy/p", "db:d"),
  );
  return fc.tuple(service, rest).map(([name, tail]) => `arn:aws:${name}:us-east-1:111122223333:${tail}`);
}
