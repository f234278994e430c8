import { describe, expect, it } from "vitest";
import { type BacklogOptions, backlogComment } from "../../../handlers/messages/backlog";
import { linksOf } from "../../../handlers/messages/links";
import { mailMessage } from "../../../handlers/messages/mail";
import { slackMessage, slackReply } from "../../../handlers/messages/slack";
import type { MessageOptions } from "../../../handlers/messages/words";
import { findingIn, findingsIn, fixture, fixtureNames, noticeOf } from "../fixtures";

const ja: MessageOptions = { language: "ja", homeRegion: "ap-northeast-1" };
const en: MessageOptions = { ...ja, language: "en" };
const inBacklog: BacklogOptions = { ...en, spaceUrl: "https://example.backlog.com", textFormat: "markdown" };
const finding = findingIn("control-in-generator-only");

describe("slackMessage", () => {
  it("shows what a finding says as text, never as markup", () => {
    const title = "<!channel> <@U1> <https://evil.example|click> & done";

    const message = slackMessage(noticeOf({ ...finding, control: undefined, title }), en);

    expect(message.blocks[0]).toEqual({
      type: "header",
      text: {
        type: "plain_text",
        text: "🟠 HIGH &lt;!channel&gt; &lt;@U1&gt; &lt;https://evil.example|click&gt; &amp; done",
        emoji: false,
      },
    });
    expect(message.text).not.toMatch(/[<>]/);
  });

  it("adds the whole title where the header can't hold it", () => {
    const title = "long ".repeat(40).trim();

    const { blocks } = slackMessage(noticeOf({ ...finding, title }), en);

    expect(JSON.stringify(blocks[0])).toContain("…");
    expect(blocks[1]).toEqual({
      type: "section",
      text: { type: "plain_text", text: `EC2.8 ${title}`, emoji: false },
    });
  });

  it("cuts no escape through", () => {
    const { blocks } = slackMessage(noticeOf({ ...finding, title: "&".repeat(200) }), en);

    const [header] = blocks;
    expect(header?.type === "header" && header.text.text).toMatch(/^🟠 HIGH EC2\.8 (&amp;)+…$/);
  });

  it.each(fixtureNames())("has all links of %s, through the access portal too", (name) => {
    const accessPortal = {
      url: "https://d-1234567890.awsapps.com/start",
      roleName: "SecurityAudit",
      auditAccount: "444455556666",
    };
    for (const one of findingsIn(fixture(name))) {
      const text = JSON.stringify(slackMessage(noticeOf(one), { ...en, accessPortal }));

      for (const link of Object.values(linksOf(one, { ...en, accessPortal }))) {
        if (link !== undefined) expect(text).toContain(link.replace(/&/g, "&amp;"));
      }
    }
  });

  it("shows ten resources and how many there are beyond them", () => {
    const resources = Array.from({ length: 20 }, (_, n) => ({ type: "AwsS3Bucket", id: `arn:aws:s3:::bucket-${n}` }));

    const text = JSON.stringify(slackMessage(noticeOf({ ...finding, resources, resourceCount: 32 }), ja));

    expect(text).toContain("`arn:aws:s3:::bucket-9`");
    expect(text).not.toContain("bucket-10");
    expect(text).toContain("ほか 22 件");
  });
});

describe("slackReply", () => {
  it("says from what to what the severity rose", () => {
    const notice = noticeOf(finding, { kind: "risen", version: 2, previousSeverity: "MEDIUM" });

    expect(JSON.stringify(slackReply(notice, en))).toContain("Severity rose from MEDIUM to HIGH");
    expect(JSON.stringify(slackReply(notice, ja))).toContain("重要度が MEDIUM(中) から HIGH(高) に上がりました");
  });
});

describe("an update of AWS Health", () => {
  const health = findingIn("health-event-lifecycle");
  const update = noticeOf(health, { kind: "risen", version: 2, previousSeverity: health.severity });

  it("is said to be one, and no growth, in each channel", () => {
    const told = [JSON.stringify(slackReply(update, en)), mailMessage(update, en).message];

    for (const text of told) {
      expect(text).toContain("Updated by AWS Health");
      expect(text).not.toContain("More resources");
    }
    expect(mailMessage(update, en).subject).toContain("(updated)");
    expect(JSON.stringify(slackReply(update, ja))).toContain("AWS Health の情報が更新されました");
  });

  it("is in Backlog's comment whole, since the issue stays as it was", () => {
    const comment = backlogComment(update, inBacklog);

    expect(comment).toContain("Updated by AWS Health");
    expect(comment).toContain("| Start | 2026-10-31 00:00:00 UTC |");
    expect(comment).toContain("We are ending support for Node.js 20");
  });

  it("says how many entities have recovered", () => {
    const notice = { ...update, finding: { ...health, health: { ...health.health, recovered: 3 } } } as typeof update;

    for (const text of [mailMessage(notice, en).message, backlogComment(notice, inBacklog)]) {
      expect(text).toMatch(/No longer affected(:| \|) 3/);
    }
  });

  it("says what joined, where that is known", () => {
    const grown = { ...update, added: { resources: health.resources, count: 1 } };

    expect(JSON.stringify(slackReply(grown, en))).toContain("1 more resource is affected");
    expect(mailMessage(grown, en).subject).toContain("(more resources)");
  });
});

describe("mailMessage", () => {
  it("keeps the subject ASCII, and leaves out a title of which only crumbs would be left", () => {
    const notice = noticeOf({ ...finding, title: "S3 バケットが公開されています" });

    expect(mailMessage(notice, ja).subject).toBe("[hakken] HIGH 111122223333 eu-west-1 EC2.8");
    expect(mailMessage(notice, ja).message).toContain("S3 バケットが公開されています");
  });

  it.each([
    [62, 99, "x"],
    [63, 99, "..."],
  ])("keeps a subject below 100 characters: title of %d", (length, total, end) => {
    const { subject } = mailMessage(noticeOf({ ...finding, control: undefined, title: "x".repeat(length) }), en);

    expect(subject.length).toBe(total);
    expect(subject.endsWith(end)).toBe(true);
  });

  it("turns literal and real line breaks into lines", () => {
    const description = 'one\\n\\ntwo "quoted" and \\ alone\nthree\u2028four';

    const { message } = mailMessage(noticeOf({ ...finding, description }), en);

    expect(message).toContain('  one\n\n  two "quoted" and \\ alone\n  three\n  four');
  });

  it("says that it may be a repeat", () => {
    const repeated = noticeOf(finding, { repeated: true });

    expect(mailMessage(repeated, en).subject).toContain("(may be a repeat)");
    expect(mailMessage(repeated, en).message).toContain("may be a repeat");
    expect(mailMessage(repeated, ja).message).toContain("再送しています");
    expect(mailMessage(noticeOf(finding), en).message).not.toContain("repeat");
  });

  it("says that the alert has closed already", () => {
    const closed = noticeOf(finding, { kind: "openedAndClosed", outcome: "resolved" });

    expect(mailMessage(closed, en).message).toContain("Closed before it could be told: resolved");
    expect(mailMessage(closed, ja).message).toContain("通知する前にクローズしました(解決済み)");
  });
});
