import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";

/** A message that was received. Nobody else sees it until it is deleted or shown again, or its time is up. */
export interface Held {
  id: string;
  body: string;
  /** By which it is deleted. */
  handle: string;
  /** Texts of its message attributes. */
  attributes: Record<string, string>;
  /** When it was sent, where the queue got it from: ISO 8601. */
  sentAt: string;
  /** ARN of the queue that gave it up; undefined where it was sent here directly. */
  givenUpBy?: string;
}

/** About how many messages a queue has: to be seen, and hidden because somebody is reading them. */
export interface Depth {
  visible: number;
  hidden: number;
}

/**
 * Seconds that a message stays hidden once it was received. It must last from there to its deletion, which takes a second; when the command
 * is killed, the messages show again after it.
 */
export const HIDDEN_SECONDS = 120;

/** SQS's own limit, and what every queue takes in one call. */
const AT_ONCE = { messages: 10, bytes: 262_144 };

export const depthOf = async (sqs: SQSClient, QueueUrl: string): Promise<Depth> => {
  const AttributeNames = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] as const;
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }),
  );
  const [visible = 0, hidden = 0] = AttributeNames.map((name) => Number(Attributes?.[name] ?? 0));
  return { visible, hidden };
};

/** All messages of a queue that can be seen, a page at a time, each once. `room` says how many more are wanted. */
export async function* pagesOf(sqs: SQSClient, QueueUrl: string, room: () => number): AsyncGenerator<Held[]> {
  const seen = new Set<string>();
  while (room() > 0) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: Math.min(room(), AT_ONCE.messages),
        VisibilityTimeout: HIDDEN_SECONDS,
        // Long polling asks all of SQS's servers: a short one may find nothing where something is.
        WaitTimeSeconds: 2,
        MessageAttributeNames: ["All"],
        MessageSystemAttributeNames: ["SentTimestamp", "DeadLetterQueueSourceArn"],
      }),
    );
    const page = Messages.map(heldOf).filter(({ id }) => !seen.has(id));
    // A list so long that its first ones show again: those have been dealt with.
    if (page.length === 0) return;
    for (const { id } of page) seen.add(id);
    yield page;
  }
}

const heldOf = ({ MessageId = "", Body = "", ReceiptHandle = "", Attributes, MessageAttributes }: Message): Held => ({
  id: MessageId,
  body: Body,
  handle: ReceiptHandle,
  attributes: Object.fromEntries(
    Object.entries(MessageAttributes ?? {}).map(([name, { StringValue }]) => [name, StringValue ?? ""]),
  ),
  sentAt: new Date(Number(Attributes?.SentTimestamp ?? 0)).toISOString(),
  ...(Attributes?.DeadLetterQueueSourceArn && { givenUpBy: Attributes.DeadLetterQueueSourceArn }),
});

/** Sends messages; `id` tells them apart. Gives why some were refused, by id. */
export const sendAll = async (
  sqs: SQSClient,
  QueueUrl: string,
  messages: readonly { id: string; body: string }[],
): Promise<Map<string, string>> => {
  const refused = new Map<string, string>();
  for (const some of batches(messages)) {
    const Entries = some.map(({ id, body }) => ({ Id: id, MessageBody: body }));
    const { Failed } = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    for (const { Id = "", Code, Message } of Failed ?? []) refused.set(Id, `${Code}: ${Message ?? ""}`);
  }
  return refused;
};

/** Deletes messages of one page. Gives why some could not be, by id. */
export const deleteAll = async (
  sqs: SQSClient,
  QueueUrl: string,
  held: readonly Held[],
): Promise<Map<string, string>> => {
  if (held.length === 0) return new Map();
  const Entries = held.map(({ id, handle }) => ({ Id: id, ReceiptHandle: handle }));
  const { Failed } = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  return new Map((Failed ?? []).map(({ Id = "", Code, Message }) => [Id, `${Code}: ${Message ?? ""}`]));
};

/** Shows messages again at once. One for which it is too late has shown itself already. */
export const showAll = async (sqs: SQSClient, QueueUrl: string, held: readonly Held[]): Promise<void> => {
  for (let at = 0; at < held.length; at += AT_ONCE.messages) {
    const Entries = held
      .slice(at, at + AT_ONCE.messages)
      .map(({ id, handle }) => ({ Id: id, ReceiptHandle: handle, VisibilityTimeout: 0 }));
    await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
  }
};

/** As many as one call takes. */
function batches<T extends { body: string }>(messages: readonly T[]): T[][] {
  const all: T[][] = [];
  let bytes = 0;
  for (const message of messages) {
    const last = all.at(-1);
    const size = Buffer.byteLength(message.body);
    const fits = last && last.length < AT_ONCE.messages && bytes + size <= AT_ONCE.bytes;
    if (fits) last.push(message);
    else all.push([message]);
    bytes = fits ? bytes + size : size;
  }
  return all;
}
