import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { severities } from "../../../handlers/alert/severity";
import type { Finding, Notice } from "../../../handlers/alert/types";
import type { AccessPortal } from "../../../handlers/messages/accessPortal";
import { backlogComment, backlogIssue } from "../../../handlers/messages/backlog";
import { mailMessage } from "../../../handlers/messages/mail";
import { endsWithMarker, markerOf, updateMarkerOf } from "../../../handlers/messages/marker";
import { type SlackMessage, slackMessage, slackReply } from "../../../handlers/messages/slack";
import type { MessageOptions } from "../../../handlers/messages/words";
import { noticeOf } from "../fixtures";

const runs = { numRuns: 400 };

describe("messages on any finding", () => {
  it("keep Slack's limits and show nothing of a finding as markup", () => {
    fc.assert(
      fc.property(notices(), options, (notice, language) => {
        checkSlack(slackMessage(notice, language), markerOf(notice));
        checkSlack(slackReply(notice, language), updateMarkerOf(notice));
      }),
      runs,
    );
  });

  it("keep Backlog's limits, hold no character beyond U+FFFF, and end with the marker", () => {
    fc.assert(
      fc.property(notices(), options, (notice, language) => {
        const issue = backlogIssue(notice, language);
        const comment = backlogComment(notice, language);

        expect(issue.summary.length).toBeLessThanOrEqual(255);
        expect(issue.summary).toMatch(/^[^\n\r\u2028\u2029]+$/);
        expect(issue.description.length).toBeLessThan(100_000);
        expect(comment.length).toBeLessThan(50_000);
        expect(endsWithMarker(issue.description, markerOf(notice))).toBe(true);
        expect(endsWithMarker(comment, updateMarkerOf(notice))).toBe(true);
        for (const text of [issue.summary, issue.description, comment]) {
          expect(text).not.toMatch(/[\u{10000}-\u{10ffff}]/u);
          checkText(text);
        }
      }),
      runs,
    );
  });

  it("keep the limits of SNS", () => {
    fc.assert(
      fc.property(notices(), options, (notice, language) => {
        const mail = mailMessage(notice, language);

        // https://docs.aws.amazon.com/sns/latest/api/API_Publish.html: begins with a letter, number or punctuation mark
        expect(mail.subject).toMatch(/^[\x21-\x7e][\x20-\x7e]{0,98}$/);
        expect(mail.subject.length).toBeLessThan(100);
        expect(Buffer.byteLength(mail.message)).toBeLessThan(256 * 1024);
        expect(endsWithMarker(mail.message, markerOf(notice))).toBe(true);
        checkText(mail.subject);
        checkText(mail.message);
      }),
      runs,
    );
  });
});

describe("messages on the worst of findings", () => {
  // Each of these grows when it is written: as JSON, as an entity, as UTF-8, in a URL.
  it.each(['"', "\\", "&", "<", "発", "🔴", "*"])("keep all limits where every text is full of %s", (character) => {
    const full = (length: number) => character.repeat(length).slice(0, length);
    const url = `https://example.com/${"x".repeat(1150)}`;
    const resource = { type: full(1024), id: full(1024), region: full(1024) };
    const finding: Finding = {
      format: "asff",
      product: full(1024),
      // Short enough for its link to stay long: all links together must not fit.
      id: full(190),
      productName: full(1024),
      accountId: full(1024),
      accountName: full(1024),
      region: full(1024),
      title: full(1024),
      description: full(8192),
      severity: "INFORMATIONAL",
      control: full(1024),
      resources: Array.from({ length: 20 }, () => resource),
      resourceCount: 1_000_000,
      workflow: "NEW",
      record: "ACTIVE",
      updatedAt: "2026-11-21T00:00:00.000Z",
      remediationUrl: url,
      sourceUrl: url,
    };
    const notice = noticeOf(finding, { kind: "openedAndClosed", occurrence: 1_000_000, repeated: true });
    const language: MessageOptions = { language: "ja", homeRegion: "ap-northeast-1", accessPortal };

    checkSlack(slackMessage(notice, language), markerOf(notice));
    checkSlack(slackReply(notice, language), updateMarkerOf(notice));
    expect(backlogIssue(notice, language).summary.length).toBeLessThanOrEqual(255);
    expect(backlogIssue(notice, language).description.length).toBeLessThan(100_000);
    expect(backlogComment(notice, language).length).toBeLessThan(50_000);
    expect(Buffer.byteLength(mailMessage(notice, language).message)).toBeLessThan(256 * 1024);
  });
});

function checkSlack(message: SlackMessage, marker: string) {
  expect(message.text.length).toBeGreaterThan(0);
  expect(message.text.length).toBeLessThanOrEqual(4000);
  expect(message.blocks.length).toBeLessThanOrEqual(50);
  expect(message.text.length + JSON.stringify(message.blocks).length).toBeLessThan(13_200);
  expect(JSON.stringify(message.blocks.at(-1))).toContain(marker);

  checkMarkup(message.text);
  for (const block of message.blocks) {
    const texts = [
      ...("text" in block && block.text ? [block.text] : []),
      ...("fields" in block ? (block.fields ?? []) : []),
      ...("elements" in block ? block.elements : []),
    ];
    expect(texts.length).toBeGreaterThan(0);
    if ("fields" in block) expect(block.fields?.length).toBeLessThanOrEqual(10);
    for (const { type, text } of texts) {
      const max = block.type === "header" ? 150 : "fields" in block ? 2000 : 3000;
      expect(text.length).toBeGreaterThan(0);
      expect(text.length).toBeLessThanOrEqual(max);
      if (block.type === "header") expect(type).toBe("plain_text");
      checkMarkup(text);
    }
  }
}

/** "<" only where a link of ours begins, "&" only where an escape does. */
function checkMarkup(text: string) {
  expect(text.replace(/<https:\/\/[^<>|\s]+\|[^<>|]+>|<http:\/\/[^<>|\s]+\|[^<>|]+>/g, "")).not.toMatch(/[<>]/);
  expect(text.replace(/&(amp|lt|gt);/g, "")).not.toContain("&");
  checkText(text);
}

/** No hole where a value should be, no half of a surrogate pair, no control character. */
function checkText(text: string) {
  expect(text).not.toMatch(/undefined|null|NaN|Invalid Date|\[object/);
  expect(text).not.toMatch(/\p{Cs}/u);
  expect(text).not.toMatch(/[^\P{Cc}\n]/u);
  expect(text).not.toMatch(/[\u2028\u2029\u202e]/u);
}

const accessPortal: AccessPortal = {
  url: "https://d-1234567890.awsapps.com/start",
  roleName: "SecurityAudit",
  auditAccount: "444455556666",
};

const options: fc.Arbitrary<MessageOptions> = fc.record({
  language: fc.constantFrom("ja", "en"),
  homeRegion: fc.constantFrom("ap-northeast-1", "us-gov-west-1", "cn-north-1"),
  accessPortal: fc.option(fc.constant(accessPortal), { nil: undefined }),
});

/** Strings that break displays: markup, line breaks of all kinds, halves of pairs, and very long ones. */
function text(max: number): fc.Arbitrary<string> {
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

function notices(): fc.Arbitrary<Notice> {
  const optionalTime = fc.option(
    fc.date({ min: new Date(1), max: new Date("9998-12-31"), noInvalidDate: true }).map((date) => date.toISOString()),
    { nil: undefined },
  );
  const absent = { nil: undefined };
  const severity = fc.constantFrom(...severities);
  const region = fc.oneof(fc.constantFrom("us-east-1", "cn-north-1", "", "global", "test-region"), text(50));
  const url = fc.option(fc.oneof(fc.webUrl({ withQueryParameters: true }), longUrl, text(2000), arn()), absent);
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
    remediationUrl: url,
    sourceUrl: url,
  });
  return fc.record({
    alertKey: fc.stringMatching(/^[0-9a-f]{32}$/),
    occurrence: fc.integer({ min: 1, max: 10_000 }),
    version: fc.integer({ min: 1, max: 10_000 }),
    kind: fc.constantFrom("opened", "risen", "openedAndClosed"),
    finding,
    previousSeverity: fc.option(severity, absent),
    repeated: fc.option(fc.boolean(), absent),
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
