import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SNSClient } from "@aws-sdk/client-sns";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { type DigestPorts, type DigestService, isNewDigest, tellDigest } from "./alert/digest";
import type { Mute } from "./alert/gate";
import { beat, beatAgain, type Heartbeat } from "./alert/heartbeat";
import { quietUntil } from "./alert/quiet";
import { redriveMessage } from "./alert/redrive";
import { dayOnceAfter } from "./alert/times";
import type { Channel } from "./alert/types";
import { now, storeOfEnvironment } from "./aws/clients";
import { environment } from "./aws/environment";
import { secretReader } from "./aws/secret";
import { backlogApi } from "./backlogApi";
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
  /** Times of maintenance. */
  mutes: readonly Mute[];
  /** Whether a digest is mailed. */
  mail: boolean;
  /** Asked before each digest whether it lives, since it has none of its own. Default: no Backlog. */
  backlog?: { spaceUrl: string; project: string };
  /** All channels that are set up: a broken one is named in every digest. */
  channels: Channel[];
  /** The function's timeout. */
  timeoutSeconds: number;
}

/**
 * Tells, once a day, how all is and what was not told by itself. Called every few minutes: it goes on where it was.
 * Reads ALERT_TABLE, OPENING_QUEUE_URL, and as the channels ask SLACK_TOKEN_SECRET, MAIL_TOPIC and BACKLOG_API_KEY_SECRET.
 */
export const digestHandler = (settings: DigestHandlerSettings) => () => {
  const store = storeOfEnvironment();
  const sqs = new SQSClient({});
  const broken = async (): Promise<Channel[]> => {
    const states = await Promise.all(settings.channels.map((channel) => store.channel(channel)));
    return settings.channels.filter((_, i) => states[i]?.brokenSince !== undefined);
  };
  const services = servicesOf(settings, broken);
  const heartbeat = heartbeatOf(settings);
  const goOn = async (alertKey: string) => {
    const MessageBody = JSON.stringify(redriveMessage(alertKey));
    await sqs.send(new SendMessageCommand({ QueueUrl: environment("OPENING_QUEUE_URL"), MessageBody }));
  };

  return async (): Promise<void> => {
    const failures: string[] = [];
    const starts = await store.starts([], now());
    let beaten = false;
    if (heartbeat) await beatAndLog({ store, now }, heartbeat, beatAgain);
    for (const service of services) {
      const begun = Date.now();
      const ports: DigestPorts = {
        ...{ store, service, goOn, now },
        dueDay: (time) => dayOnceAfter(time, settings.at, settings.timeZone),
        quietUntil: quietUntil(starts, now()),
        mutes: settings.mutes,
        budgetMs: (settings.timeoutSeconds * 1000 * 0.8) / services.length,
      };
      const line = { step: "digest", channel: service.channel };
      try {
        // So that the digest can say what it found.
        if (heartbeat && !beaten && (await isNewDigest(ports))) {
          beaten = true;
          await beatAndLog({ store, now }, heartbeat, beat);
        }
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

function heartbeatOf({ backlog }: DigestHandlerSettings): Heartbeat | undefined {
  if (!backlog) return undefined;
  const apiKey = secretReader(new SecretsManagerClient({}), environment("BACKLOG_API_KEY_SECRET"));
  const ask = backlogApi(backlog.spaceUrl, apiKey);
  return { channel: "backlog", ask: async () => void (await ask("GET", `projects/${backlog.project}`)) };
}

/** A broken channel raises its alarm; one that gives no answer is tried by the next alert. */
async function beatAndLog(ports: Parameters<typeof beat>[0], heartbeat: Heartbeat, asked: typeof beat): Promise<void> {
  const line = { step: "heartbeat", channel: heartbeat.channel };
  try {
    const answer = await asked(ports, heartbeat);
    if (!answer) return;
    const { broken: reason } = answer;
    log({ ...line, outcome: reason ? "broken" : "alive", reason }, reason ? { broken: 1 } : {});
  } catch (error) {
    log({ ...line, outcome: "no answer", error });
  }
}
