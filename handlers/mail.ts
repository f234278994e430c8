import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { broken, refused, slowDown } from "./alert/errors";
import type { GateSettings } from "./alert/gate";
import type { Timing } from "./alert/notice";
import type { ChannelService } from "./alert/ports";
import type { TellOutcome, TellRequest } from "./alert/tell";
import type { Language } from "./alert/types";
import { now, storeOfEnvironment } from "./aws/clients";
import { environment } from "./aws/environment";
import type { AccessPortal } from "./messages/accessPortal";
import { isMailed, type MailMessage, mailMessage } from "./messages/mail";
import { mailSummary } from "./messages/overview";
import { tellAndLog } from "./tellAndLog";

export interface MailSettings {
  language: Language;
  homeRegion: string;
  /** Where links to the console sign in first. Default: nowhere. */
  accessPortal?: AccessPortal;
  /** Whether AWS Health has an organizational view in the audit account, to be linked. Default: it has. */
  healthOrganization?: boolean;
  /** How long words on an alert are held back. */
  timing: Timing;
  /** What else may keep a word from going. */
  gate: GateSettings;
  /** The function's timeout. */
  timeoutSeconds: number;
}

/** Mails an alert to all subscribers of the topic. Reads ALERT_TABLE and MAIL_TOPIC. */
export const mailHandler = (settings: MailSettings) => () => {
  const store = storeOfEnvironment();
  // No retries of the SDK's own: a second Publish is a second mail.
  const service = mailService(settings, new SNSClient({ maxAttempts: 1 }), environment("MAIL_TOPIC"));

  return async (request: TellRequest): Promise<TellOutcome> =>
    tellAndLog(
      { store, service, now, timeoutSeconds: settings.timeoutSeconds, timing: settings.timing, gate: settings.gate },
      request,
    );
};

/**
 * E-mail by SNS as a channel. It can't be asked what it has sent; its reference is SNS's message id. A closing sends nothing:
 * it stands in the digest, and the reference stays that of the mail before.
 */
export function mailService(
  settings: Omit<MailSettings, "timing" | "gate">,
  sns: SNSClient,
  TopicArn: string,
): ChannelService {
  const publish = mailPublisher(sns, TopicArn);
  return {
    channel: "mail",
    isSilent: (notice) => !isMailed(notice),
    send: async (notice, parent) => {
      // Never asked for (isSilent); a mail on it could not be written, either.
      if (!isMailed(notice)) return parent?.reference ?? "";
      return publish(mailMessage(notice, settings));
    },
    summarize: async (messages) => {
      await publish(mailSummary({ messages }, settings));
    },
  };
}

/** Publishes a mail and gives SNS's message id. Throws as a channel's `send` does. */
export const mailPublisher =
  (sns: SNSClient, TopicArn: string) =>
  async ({ subject, message }: MailMessage): Promise<string> => {
    try {
      const { MessageId } = await sns.send(new PublishCommand({ TopicArn, Subject: subject, Message: message }));
      return MessageId ?? "";
    } catch (error) {
      throw knownOutcome(error, TopicArn);
    }
  };

/** SNS's own refusals are known outcomes: nothing was sent. All else may have been. */
function knownOutcome(error: unknown, topicArn: string): unknown {
  const { name, message, $metadata } = error as {
    name: string;
    message: string;
    $metadata?: { httpStatusCode?: number };
  };
  const status = $metadata?.httpStatusCode ?? 0;
  if (/Throttl|TooManyRequests/.test(name)) return slowDown(5, `SNS asks to slow down (${topicArn})`);
  // The topic is gone, or may not be written to, or its key may not be used: whatever the mail.
  if (/^(NotFound|AuthorizationError|KMS|InvalidSecurity|ExpiredToken)/.test(name)) {
    return broken(`SNS takes no mail for ${topicArn}: ${name}: ${message}`);
  }
  if (status >= 400 && status < 500) return refused(`SNS refused the mail to ${topicArn}: ${name}: ${message}`);
  return error;
}
