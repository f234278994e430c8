import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { FindingId, Later } from "../alert/ports";

const DETAIL_TYPE = "hakken Recheck";

/** The message to intake by which it reads a finding again. */
export const recheckMessage = ({ format, product, id }: FindingId) => ({
  source: "hakken",
  "detail-type": DETAIL_TYPE,
  detail: { format, product, id },
});

/** Has intake read a finding again: at once, or after up to 15 minutes, which is SQS's longest delay. */
export const laterByQueue =
  (sqs: SQSClient, QueueUrl: string): Later =>
  async (finding, afterSeconds) => {
    const MessageBody = JSON.stringify(recheckMessage(finding));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, DelaySeconds: Math.min(afterSeconds, 900) }));
  };

/** The finding that a message of `laterByQueue` names; undefined for any other message. */
export function recheckOf(message: unknown): FindingId | undefined {
  const { source, "detail-type": type, detail } = (message ?? {}) as Record<string, unknown>;
  if (source !== "hakken" || type !== DETAIL_TYPE) return undefined;
  const { format = "asff", product, id } = detail as FindingId;
  return { format, product, id };
}
