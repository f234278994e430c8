import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Finding } from "../../../handlers/alert/types";
import { backlogComment, backlogIssue } from "../../../handlers/messages/backlog";
import { isMailed, mailMessage } from "../../../handlers/messages/mail";
import { endsWithMarker, markerOf, updateMarkerOf } from "../../../handlers/messages/marker";
import { slackMessage, slackReply } from "../../../handlers/messages/slack";
import type { SlackMessage } from "../../../handlers/messages/slackText";
import type { MessageOptions } from "../../../handlers/messages/words";
import { noticeOf } from "../fixtures";
import { accessPortal, kinds, notices, options, spaceUrl, textFormats } from "./anyNotice";
import { checkMail, checkSlackBlocks, checkText } from "./checks";

const runs = { numRuns: 400 };

describe("messages on any finding", () => {
  it("keep Slack's limits and show nothing of a finding as markup", () => {
    fc.assert(
      fc.property(notices(), options, (notice, language) => {
        const previous = notice.finding.sourceUrl;
        checkSlack(slackMessage(notice, { ...language, previous }), markerOf(notice));
        checkSlack(slackReply(notice, language), updateMarkerOf(notice));
      }),
      runs,
    );
  });

  it("keep Backlog's limits, hold no character beyond U+FFFF, and end with the marker", () => {
    fc.assert(
      fc.property(notices(), options, textFormats, (notice, language, textFormat) => {
        const issue = backlogIssue(notice, { ...language, spaceUrl, textFormat });
        const comment = backlogComment(notice, { ...language, spaceUrl, textFormat });

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
        fc.pre(isMailed(notice));
        const mail = mailMessage(notice, language);

        checkMail(mail);
        expect(endsWithMarker(mail.message, markerOf(notice))).toBe(true);
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
      vulnerability: { id: full(1024), exploitable: false, image: full(1024) },
    };
    const account = { id: full(1024), name: full(1024) };
    const language: MessageOptions = { language: "ja", homeRegion: "ap-northeast-1", accessPortal };
    for (const kind of kinds) {
      const notice = noticeOf(finding, {
        kind,
        occurrence: 1_000_000,
        repeated: true,
        findings: 1_000_000,
        accounts: Array.from({ length: 1000 }, () => account),
        regions: Array.from({ length: 30 }, () => full(100)),
        added: { resources: finding.resources, count: 1_000_000 },
        closedAt: "2036-11-21T00:00:00.000Z",
      });

      checkSlack(slackMessage(notice, { ...language, previous: url }), markerOf(notice));
      checkSlack(slackReply(notice, language), updateMarkerOf(notice));
      for (const textFormat of ["markdown", "backlog"] as const) {
        const issue = backlogIssue(notice, { ...language, spaceUrl, textFormat });
        expect(issue.summary.length).toBeLessThanOrEqual(255);
        expect(issue.description.length).toBeLessThan(100_000);
        expect(backlogComment(notice, { ...language, spaceUrl, textFormat }).length).toBeLessThan(50_000);
      }
      if (isMailed(notice)) {
        expect(Buffer.byteLength(mailMessage(notice, language).message)).toBeLessThan(256 * 1024);
      }
    }
  });
});

function checkSlack(message: SlackMessage, marker: string) {
  checkSlackBlocks(message);
  expect(JSON.stringify(message.blocks.at(-1))).toContain(marker);
}
