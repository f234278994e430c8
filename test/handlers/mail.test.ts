import { type PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Told } from "../../handlers/alert/record";
import type { Notice } from "../../handlers/alert/types";
import { mailService } from "../../handlers/mail";
import { aFinding } from "./alert/world";
import { noticeOf } from "./fixtures";

const TOPIC = "arn:aws:sns:ap-northeast-1:111122223333:hakken-mail";
const told: Told = {
  ...{ occurrence: 1, version: 1, severity: "HIGH", at: "2026-01-01T00:00:00.000Z" },
  reference: "message-1",
};

describe("mail as a channel", () => {
  const published: PublishCommand["input"][] = [];
  const sns = new SNSClient({ region: "ap-northeast-1" });
  vi.spyOn(sns, "send").mockImplementation(async (command: { input: object }) => {
    published.push(command.input as PublishCommand["input"]);
    return { MessageId: `message-${published.length + 1}` };
  });
  afterEach(() => void published.splice(0));
  const service = mailService({ language: "en", homeRegion: "ap-northeast-1", timeoutSeconds: 60 }, sns, TOPIC);
  const send = (changes: Partial<Notice>) => service.send(noticeOf(aFinding(), changes), told);

  it.each([
    ["opened", {}],
    ["reopened", { occurrence: 2 }],
    ["risen", { previousSeverity: "LOW" }],
    ["requested", {}],
    ["openedAndClosed", { outcome: "resolved" }],
  ] as const)("tells by a mail of its own that an alert is %s", async (kind, more) => {
    const reference = await send({ kind, version: 2, ...more });

    expect(reference).toBe("message-2");
    expect(published).toMatchObject([{ TopicArn: TOPIC, Subject: expect.stringMatching(/^\[hakken\] HIGH/) }]);
  });

  it("sends nothing for a closing, which the digest tells, and keeps the reference of the mail before", async () => {
    const reference = await send({ kind: "closed", version: 2, outcome: "resolved" });

    expect(reference).toBe("message-1");
    expect(published).toEqual([]);
  });
});
