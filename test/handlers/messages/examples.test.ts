import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Language, Notice } from "../../../handlers/alert/types";
import { backlogComment, backlogIssue } from "../../../handlers/messages/backlog";
import type { BacklogTextFormat } from "../../../handlers/messages/backlogFormats";
import { mailMessage } from "../../../handlers/messages/mail";
import { type SlackMessage, slackMessage, slackReply } from "../../../handlers/messages/slack";
import type { MessageOptions } from "../../../handlers/messages/words";
import { findingIn, noticeOf } from "../fixtures";

/**
 * What a person reads, kept as text in examples/, so that a change of words or order is seen in review.
 * `npx vitest run test/handlers/messages -u` writes them anew.
 */
describe("messages read", () => {
  const fixtures = [
    "guardduty-ssh-brute-force",
    "control-in-generator-only",
    "imported-cis-high-other-resources",
    "health-medium",
    "trivy-secret",
    "inspector-archived",
    "config-rule",
    "decoy-spaced-time-three-resources",
    "v2-guardduty-high",
    "ocsf-detection-closed",
  ];
  const languages: Language[] = ["ja", "en"];

  for (const language of languages) {
    it.each(fixtures)(`as before in ${language}: %s`, async (name) => {
      const text = told(noticeOf(findingIn(name)), language);

      await expect(text).toMatchFileSnapshot(join(__dirname, "examples", `${name}.${language}.txt`));
    });

    it(`as before in ${language}: through an access portal`, async () => {
      const accessPortal = {
        url: "https://d-1234567890.awsapps.com/start",
        roleName: "SecurityAudit",
        auditAccount: "444455556666",
      };

      const text = told(noticeOf(findingIn("guardduty-ssh-brute-force")), language, { accessPortal });

      await expect(text).toMatchFileSnapshot(join(__dirname, "examples", `access-portal.${language}.txt`));
    });

    it(`as before in ${language}: filed in Backlog without whom the project does not know`, async () => {
      const leftOut = [
        { as: "category", name: "Azure" },
        { as: "assignee", name: "佐藤" },
        { as: "notifiedUser", name: "suzuki@example.com" },
      ] as const;
      const [markdown, notation] = (["markdown", "backlog"] as const).map((textFormat) =>
        backlogIssue(noticeOf(findingIn("control-in-generator-only")), {
          language,
          homeRegion: "ap-northeast-1",
          textFormat,
          leftOut,
        }),
      );

      const text = `${markdown?.description}\n\n========\n\n${notation?.description}\n`;

      await expect(text).toMatchFileSnapshot(join(__dirname, "examples", `left-out.${language}.txt`));
    });

    it(`as before in ${language}: worse, back again, closed already, repeated`, async () => {
      const finding = { ...findingIn("control-in-generator-only"), resourceCount: 23 };
      const notices = [
        noticeOf(finding, { kind: "risen", version: 2, previousSeverity: "MEDIUM" }),
        noticeOf(finding, { kind: "risen", version: 3, previousSeverity: "HIGH" }),
        noticeOf(finding, { kind: "opened", occurrence: 3, version: 4 }),
        noticeOf(finding, { kind: "openedAndClosed", version: 5, repeated: true }),
      ];

      const text = notices.map((notice) => told(notice, language)).join("\n\n");

      await expect(text).toMatchFileSnapshot(join(__dirname, "examples", `kinds.${language}.txt`));
    });
  }
});

function told(notice: Notice, language: Language, more: Partial<MessageOptions> = {}): string {
  const options = { language, homeRegion: "ap-northeast-1", ...more };
  const mail = mailMessage(notice, options);
  const slack = notice.kind === "risen" ? slackReply(notice, options) : slackMessage(notice, options);
  const backlog = (textFormat: BacklogTextFormat) => {
    const { summary, description } = backlogIssue(notice, { ...options, textFormat });
    return notice.kind === "risen"
      ? backlogComment(notice, { ...options, textFormat })
      : `${summary}\n\n${description}`;
  };
  return [
    `======== Slack: ${notice.kind}`,
    slackText(slack),
    `======== Backlog in Markdown: ${notice.kind}`,
    backlog("markdown"),
    `======== Backlog in its own notation: ${notice.kind}`,
    backlog("backlog"),
    `======== Mail: ${notice.kind}`,
    `${mail.subject}\n\n${mail.message}`,
    "",
  ].join("\n");
}

function slackText(message: SlackMessage): string {
  const blocks = message.blocks.map((block) => {
    const fields = "fields" in block ? (block.fields ?? []) : [];
    const elements = "elements" in block ? block.elements : [];
    const text = "text" in block && block.text ? [block.text] : [];
    return `[${block.type}] ${[...text, ...fields, ...elements].map((part) => part.text).join("\n")}`;
  });
  return [message.text, ...blocks].join("\n");
}
