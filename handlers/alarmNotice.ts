import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import type { EventBridgeEvent } from "aws-lambda";
import { Agent } from "undici";
import { environment } from "./aws/environment";
import { secretReader } from "./aws/secret";
import { call, header } from "./http";
import { log } from "./log";
import { type AlarmChange, alarmText } from "./messages/alarm";
import { type ApiCall, type SilencedSettings, silencedText } from "./messages/silenced";

export interface AlarmNoticeSettings extends SilencedSettings {
  /** Where it is posted; without it, it goes to the topic of the findings' mails. */
  slack?: { apiUrl: string; channel: string };
}

/** An alarm's change of state; or a call that switches detection or telling off. */
type AlarmEvent =
  | EventBridgeEvent<"CloudWatch Alarm State Change", AlarmChange>
  | EventBridgeEvent<"AWS API Call via CloudTrail", ApiCall>;

/**
 * The second way out of an alarm, beside its own topic: to Slack, or to the findings' mail topic. It repeats itself when
 * EventBridge invokes it again: an alarm told twice is better than one not told.
 * Reads SLACK_TOKEN_SECRET, or MAIL_TOPIC.
 */
export const alarmNoticeHandler = (settings: AlarmNoticeSettings) => () => {
  const http = new Agent({ connectTimeout: 5_000, headersTimeout: 10_000, bodyTimeout: 10_000 });
  const sns = new SNSClient({});
  const token = settings.slack && secretReader(new SecretsManagerClient({}), environment("SLACK_TOKEN_SECRET"));

  return async (event: AlarmEvent): Promise<void> => {
    const begun = Date.now();
    const { subject, text } = textOf(event, settings);
    const told = () => log({ step: "alarm-notice", outcome: "told", about: subject, durationMs: Date.now() - begun });
    if (!settings.slack || !token) {
      await sns.send(new PublishCommand({ TopicArn: environment("MAIL_TOPIC"), Subject: subject, Message: text }));
      told();
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
    if (!reply.ok) throw new Error(`Slack did not take ${subject}: ${reply.error ?? answer.status}`);
    told();
  };
};

const textOf = (event: AlarmEvent, settings: AlarmNoticeSettings) =>
  event["detail-type"] === "AWS API Call via CloudTrail"
    ? silencedText(event.detail, event.account, settings)
    : alarmText(event.detail, settings.language);

/** Within the function's timeout, even where each is answered slowly. */
const TRIES = 3;

const sleep = (milliseconds: number) => new Promise<void>((done) => setTimeout(done, milliseconds));
