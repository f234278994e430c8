import { text } from "./shapes";

/** Of a secret in the audit account's home region, whole: with the six letters at its end, since a policy names exactly this. */
export const secretArn = text(
  /^arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+-[A-Za-z0-9]{6}$/,
  "it must be the whole ARN of a secret, such as arn:aws:secretsmanager:ap-northeast-1:444455556666:secret:slack-token-AbCdEf",
);

/** Of a key by its id: KMS knows an alias in no policy. */
export const secretKeyArn = text(
  /^arn:aws:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/,
  "it must be the ARN of a key, not of an alias, such as arn:aws:kms:ap-northeast-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab",
);

/** A secret of a channel: the setting that holds its value, and the one in the channel's object that names an existing secret. */
export interface ChannelSecret {
  /** Key of the Pulumi secret. */
  value: "slackToken" | "backlogApiKey";
  /** Key of the channel's object. */
  channel: "slack" | "backlog";
  /** Key inside that object. */
  arn: "tokenSecretArn" | "apiKeySecretArn";
  /** The same, for the customer-managed key. */
  keyArn: "tokenSecretKeyArn" | "apiKeySecretKeyArn";
}

export const CHANNEL_SECRETS: readonly ChannelSecret[] = [
  { value: "slackToken", channel: "slack", arn: "tokenSecretArn", keyArn: "tokenSecretKeyArn" },
  { value: "backlogApiKey", channel: "backlog", arn: "apiKeySecretArn", keyArn: "apiKeySecretKeyArn" },
];
