import { describe, expect, it } from "vitest";
import { type SilencedSettings, silencedText } from "../../../handlers/messages/silenced";

const settings: SilencedSettings = {
  language: "en",
  deployRoleArn: "arn:aws:iam::111122223333:role/ci/hakken-deploy",
  runbook: "docs/runbook/switched-off.md#switched-off",
};
const by = (arn: string) => ({
  eventName: "DeleteDetector",
  eventSource: "guardduty.amazonaws.com",
  eventTime: "2026-11-22T08:00:00Z",
  awsRegion: "us-east-1",
  sourceIPAddress: "203.0.113.7",
  userAgent: "aws-cli/2.0",
  userIdentity: { type: "AssumedRole", arn },
  requestParameters: { detectorId: "12abc", token: "x=1&apiKey=verysecret" },
});

describe("what a person reads of a call that silences", () => {
  it("says who, what, when, where, and what to do", () => {
    const call = by("arn:aws:sts::111122223333:assumed-role/admin/mallory");

    const { subject, text } = silencedText(call, "111122223333", settings);

    expect(subject).toBe("[SILENCED] DeleteDetector");
    expect(text.split("\n")).toEqual([
      "🔴 Detection or its telling was switched off by a call: DeleteDetector",
      "Who: arn:aws:sts::111122223333:assumed-role/admin/mallory",
      'What: guardduty.amazonaws.com DeleteDetector {"detectorId":"12abc","token":"x=1&apiKey=***"}',
      "When: 2026-11-22T08:00:00Z",
      "Where: 111122223333 us-east-1",
      "From: 203.0.113.7 aws-cli/2.0",
      "It was not made by hakken's own role for deployments.",
      "docs/runbook/switched-off.md#switched-off",
    ]);
  });

  it("tells hakken's own deployment from anybody else, by its role and account", () => {
    const said = (arn: string) => silencedText(by(arn), "111122223333", settings).text;

    expect(said("arn:aws:sts::111122223333:assumed-role/hakken-deploy/hakken")).toContain("as expected if you are");
    expect(said("arn:aws:sts::999999999999:assumed-role/hakken-deploy/hakken")).toContain("It was not made by");
    expect(said("arn:aws:sts::111122223333:assumed-role/hakken-deploy-2/hakken")).toContain("It was not made by");
  });

  it("says nothing of a role for deployments of a call in another account", () => {
    const { text } = silencedText(by("arn:aws:sts::999999999999:assumed-role/admin/mallory"), "999999999999", settings);

    expect(text).toContain("Where: 999999999999 us-east-1");
    expect(text).not.toContain("for deployments");
  });

  it("says nothing of a role for deployments where none is known, and is in Japanese too", () => {
    const { text } = silencedText(by("arn:aws:iam::111122223333:root"), "111122223333", {
      language: "ja",
      runbook: settings.runbook,
    });

    expect(text).toContain("実行者: arn:aws:iam::111122223333:root");
    expect(text).not.toContain("デプロイ");
  });

  it("says that it does not know, of a record without names", () => {
    const { subject, text } = silencedText({}, "111122223333", settings);

    expect(subject).toBe("[SILENCED] unknown");
    expect(text).toContain("Who: unknown");
  });
});
