import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SNSClient } from "@aws-sdk/client-sns";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { type DigestPorts, type DigestService, tellDigest } from "./alert/digest";
import { quietUntil } from "./alert/quiet";
import { redriveMessage } from "./alert/redrive";
import { dayOnceAfter } from "./alert/times";
import type { Channel } from "./alert/types";
import { now, storeOfEnvironment } from "./aws/clients";
import { environment } from "./aws/environment";
import { secretReader } from "./aws/secret";
import { mailDigests, slackDigests } from "./digestServices";
import { log } from "./log";
import type { MessageOptions } from "./messages/words";

export interface DigestHandlerSettings extends MessageOptions {
  /** The time of day from which a digest is due: "09:00". */
  at: string;
  /** Where that time is: "Asia/Tokyo". */
  timeZone: string;
  /** Default: no digest in Slack. */
  slack?: { apiUrl: string; channel: string };
  /** Whether a digest is mailed. */
  mail: boolean;
  /** All channels that are set up: a broken one is named in every digest. */
  channels: Channel[];
  /** The function's timeout. */
  timeoutSeconds: number;
}

/**
 * Tells, once a day, how all is and what was not told by itself. Called every few minutes: it goes on where it was.
 * Reads ALERT_TABLE, OPENING_QUEUE_URL, and as the channels ask SLACK_TOKEN_SECRET and MAIL_TOPIC.
 */
export const digestHandler = (settings: DigestHandlerSettings) => () => {
  const store = storeOfEnvironment();
  const sqs = new SQSClient({});
  const broken = async (): Promise<Channel[]> => {
    const states = await Promise.all(settings.channels.map((channel) => store.channel(channel)));
    return settings.channels.filter((_, i) => states[i]?.brokenSince !== undefined);
  };
  const services = servicesOf(settings, broken);
  const goOn = async (alertKey: string) => {
    const MessageBody = JSON.stringify(redriveMessage(alertKey));
    await sqs.send(new SendMessageCommand({ QueueUrl: environment("OPENING_QUEUE_URL"), MessageBody }));
  };

  return async (): Promise<void> => {
    const failures: string[] = [];
    const starts = await store.starts([], now());
    for (const service of services) {
      const begun = Date.now();
      const ports: DigestPorts = {
        ...{ store, service, goOn, now },
        dueDay: (time) => dayOnceAfter(time, settings.at, settings.timeZone),
        quietUntil: quietUntil(starts, now()),
        budgetMs: (settings.timeoutSeconds * 1000 * 0.8) / services.length,
      };
      const line = { step: "digest", channel: service.channel };
      try {
        const sent = await tellDigest(ports);
        if (sent.parts > 0) log({ ...line, outcome: "told", ...sent, durationMs: Date.now() - begun });
      } catch (error) {
        // One channel that fails must not keep the other from its digest.
        log({ ...line, outcome: "failed", error }, { failed: 1 });
        failures.push(`${service.channel}: ${(error as Error).message}`);
      }
    }
    if (failures.length > 0) throw new Error(`The digest could not be told: ${failures.join("; ")}`);
  };
};

function servicesOf(settings: DigestHandlerSettings, broken: () => Promise<Channel[]>): DigestService[] {
  const { slack, mail } = settings;
  const token = slack && secretReader(new SecretsManagerClient({}), environment("SLACK_TOKEN_SECRET"));
  return [
    ...(slack && token ? [slackDigests({ ...settings, ...slack }, token, broken)] : []),
    // No retries of the SDK's own: a second Publish is a second mail.
    ...(mail ? [mailDigests(settings, new SNSClient({ maxAttempts: 1 }), environment("MAIL_TOPIC"), broken)] : []),
  ];
}
