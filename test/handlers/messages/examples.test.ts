import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Language, Notice } from "../../../handlers/alert/types";
import { backlogComment, backlogIssue } from "../../../handlers/messages/backlog";
import type { BacklogTextFormat } from "../../../handlers/messages/backlogFormats";
import { isMailed, mailMessage } from "../../../handlers/messages/mail";
import { slackMessage, slackReply } from "../../../handlers/messages/slack";
import type { MessageOptions } from "../../../handlers/messages/words";
import { findingIn, noticeOf } from "../fixtures";
import { slackText } from "./slackText";

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
          spaceUrl: "https://example.backlog.com",
          textFormat,
          leftOut,
        }),
      );

      const text = `${markdown?.description}\n\n========\n\n${notation?.description}\n`;

      await expect(text).toMatchFileSnapshot(join(__dirname, "examples", `left-out.${language}.txt`));
    });

    it(`as before in ${language}: worse, asked for, over, back again, repeated`, async () => {
      const finding = { ...findingIn("control-in-generator-only"), resourceCount: 23 };
      const bucket = (n: number) => ({ type: "AwsS3Bucket", id: `arn:aws:s3:::bucket-${n}` });
      const over = { closedAt: "2026-11-23T19:02:00.000Z" };
      const notices = [
        noticeOf(finding, { kind: "risen", version: 2, previousSeverity: "MEDIUM" }),
        noticeOf(finding, {
          ...{ kind: "risen", version: 3, previousSeverity: "HIGH" },
          added: { resources: [bucket(1), bucket(2)], count: 2 },
        }),
        noticeOf(finding, { kind: "requested", version: 4 }),
        noticeOf(finding, { kind: "closed", version: 5, outcome: "passed", ...over }),
        noticeOf(finding, { kind: "reopened", occurrence: 2, version: 6, previousSeverity: "HIGH" }),
        noticeOf(finding, { kind: "opened", occurrence: 3, version: 7, previousReference: "SEC-12" }),
        noticeOf(finding, { kind: "openedAndClosed", version: 8, outcome: "suppressed", repeated: true, ...over }),
      ];

      const text = notices.map((notice) => told(notice, language)).join("\n\n");

      await expect(text).toMatchFileSnapshot(join(__dirname, "examples", `kinds.${language}.txt`));
    });

    it(`as before in ${language}: an event of AWS Health over accounts and regions`, async () => {
      const text = told(healthNotice, language);

      await expect(text).toMatchFileSnapshot(join(__dirname, "examples", `health-event.${language}.txt`));
    });

    it(`as before in ${language}: a vulnerability, and a control of many findings`, async () => {
      const vulnerability = { id: "CVE-2026-1234", exploitable: true, image: "app@sha256:0123456789abcdef" };
      const resources = Array.from({ length: 12 }, (_, n) => ({
        type: "AwsEc2Instance",
        id: `arn:aws:ec2:eu-west-1:111122223333:instance/i-${String(n).padStart(17, "0")}`,
      }));
      const control = { ...findingIn("control-in-generator-only"), resources, resourceCount: 32 };
      const notices = [
        noticeOf({ ...findingIn("inspector-archived"), vulnerability }),
        noticeOf(control, { findings: 40, regions: ["ap-northeast-1", "eu-west-1", "us-east-1"] }),
      ];

      const text = notices.map((notice) => told(notice, language)).join("\n\n");

      await expect(text).toMatchFileSnapshot(join(__dirname, "examples", `many.${language}.txt`));
    });
  }
});

const healthNotice = noticeOf(
  {
    ...findingIn("health-medium"),
    format: "health",
    product: "aws.health",
    id: "arn:aws:health:ap-northeast-1::event/EC2/AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED/AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED_1a2b-3c4d",
    productName: "AWS Health",
    accountId: "111122223333",
    accountName: "prod",
    region: "ap-northeast-1",
    title: "EC2 instance retirement scheduled",
    description: "EC2 has detected degradation of the underlying hardware of one or more of your instances.",
    resources: [{ type: "Other", id: "i-0abc12345def67890", region: "ap-northeast-1" }],
    resourceCount: 1,
    health: {
      communicationId: "1a2b-3c4d",
      category: "scheduledChange",
      service: "EC2",
      typeCode: "AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED",
      startTime: "2026-12-01T00:00:00.000Z",
      endTime: "2026-12-15T00:00:00.000Z",
    },
  },
  {
    accounts: [{ id: "111122223333", name: "prod" }, { id: "222233334444", name: "staging" }, { id: "333344445555" }],
    regions: ["ap-northeast-1", "us-west-2"],
    findings: 3,
  },
);

function told(notice: Notice, language: Language, more: Partial<MessageOptions> = {}): string {
  const spaceUrl = "https://example.backlog.com";
  const options = { language, homeRegion: "ap-northeast-1", spaceUrl, ...more };
  const isFirst = notice.kind === "opened" || notice.kind === "openedAndClosed";
  const previous = notice.previousReference && "https://example.slack.com/archives/C0123456789/p1700000000000100";
  const backlog = (textFormat: BacklogTextFormat) => {
    const { summary, description } = backlogIssue(notice, { ...options, textFormat });
    return isFirst ? `${summary}\n\n${description}` : backlogComment(notice, { ...options, textFormat });
  };
  const parts = [
    `======== Slack: ${notice.kind}`,
    slackText(slackMessage(notice, { ...options, previous })),
    ...(isFirst ? [] : ["-------- in its thread", slackText(slackReply(notice, options))]),
    `======== Backlog in Markdown: ${notice.kind}`,
    backlog("markdown"),
    `======== Backlog in its own notation: ${notice.kind}`,
    backlog("backlog"),
  ];
  if (isMailed(notice)) {
    const mail = mailMessage(notice, options);
    parts.push(`======== Mail: ${notice.kind}`, `${mail.subject}\n\n${mail.message}`);
  }
  return [...parts, ""].join("\n");
}
