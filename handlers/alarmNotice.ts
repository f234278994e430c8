import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import type { EventBridgeEvent } from "aws-lambda";
import { Agent } from "undici";
import type { Language } from "./alert/types";
import { environment } from "./aws/environment";
import { secretReader } from "./aws/secret";
import { call, header } from "./http";
import { type AlarmChange, alarmText } from "./messages/alarm";

export interface AlarmNoticeSettings {
  language: Language;
  /** Where it is posted; without it, it goes to the topic of the findings' mails. */
  slack?: { apiUrl: string; channel: string };
}

/**
 * The second way out of an alarm, beside its own topic: to Slack, or to the findings' mail topic. It repeats itself when
 * EventBridge invokes it again: an alarm told twice is better than one not told.
 * Reads SLACK_TOKEN_SECRET, or MAIL_TOPIC.
 */
export const alarmNoticeHandler = (settings: AlarmNoticeSettings) => () => {
  const http = new Agent({ connectTimeout: 5_000, headersTimeout: 10_000, bodyTimeout: 10_000 });
  const sns = new SNSClient({});
  const token = settings.slack && secretReader(new SecretsManagerClient({}), environment("SLACK_TOKEN_SECRET"));

  return async ({ detail }: EventBridgeEvent<"CloudWatch Alarm State Change", AlarmChange>): Promise<void> => {
    const { subject, text } = alarmText(detail, settings.language);
    if (!settings.slack || !token) {
      await sns.send(new PublishCommand({ TopicArn: environment("MAIL_TOPIC"), Subject: subject, Message: text }));
      return;
    }
    const { apiUrl, channel } = settings.slack;
    const secret = await token();
    const post = {
      method: "POST" as const,
      url: `${apiUrl}/chat.postMessage`,
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json; charset=utf-8" },
      body: JSON.stringify({ channel, text, unfurl_links: false }),
      secrets: [secret],
    };
    let answer = await call(http, post);
    // Alarms come in swarms, and Slack takes one message a second.
    for (let tries = 1; answer.status === 429 && tries < TRIES; tries++) {
      await sleep(1000 * Math.min(Number(header(answer, "retry-after")) || 5, 30));
      answer = await call(http, post);
    }
    const reply = (answer.body ?? {}) as { ok?: boolean; error?: string };
    if (!reply.ok) throw new Error(`Slack did not take the alarm ${detail.alarmName}: ${reply.error ?? answer.status}`);
  };
};

/** Within the function's timeout, even where each is answered slowly. */
const TRIES = 3;

const sleep = (milliseconds: number) => new Promise<void>((done) => setTimeout(done, milliseconds));
