import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { FindingId, Later, Over } from "../alert/ports";
import type { Recheck } from "../alert/receive";

const DETAIL_TYPE = "hakken Recheck";

/** The message to intake by which it reads a finding again, or takes it as over. */
export const recheckMessage = ({ format, product, id }: FindingId, over?: Over) => ({
  source: "hakken",
  "detail-type": DETAIL_TYPE,
  detail: { format, product, id, ...(over && { over }) },
});

/** Has intake read a finding again, or take it as over: at once, or after up to 15 minutes, which is SQS's longest delay. */
export const laterByQueue =
  (sqs: SQSClient, QueueUrl: string): Later =>
  async (finding, afterSeconds, over) => {
    const MessageBody = JSON.stringify(recheckMessage(finding, over));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, DelaySeconds: Math.min(afterSeconds, 900) }));
  };

/** The finding that a message of `laterByQueue` names; undefined for any other message. */
export function recheckOf(message: unknown): Recheck | undefined {
  const { source, "detail-type": type, detail } = (message ?? {}) as Record<string, unknown>;
  if (source !== "hakken" || type !== DETAIL_TYPE) return undefined;
  const { format = "asff", product, id, over } = detail as Recheck;
  return { format, product, id, ...(over && { over }) };
}
