import {
  type DynamoDBDocumentClient,
  GetCommand,
  paginateScan,
  UpdateCommand,
  type UpdateCommandInput,
} from "@aws-sdk/lib-dynamodb";
import type { Census, DigestState } from "../alert/digest";
import type { AlertStore } from "../alert/ports";
import type { Starts } from "../alert/quiet";
import type { AlertRecord } from "../alert/record";
import { noteInDigest, readDeferred } from "./deferred";
import { happens } from "./happens";

/** The item of a channel's digest in the alert table. */
const keyOf = (channel: string) => ({ pk: `channel#${channel}`, sk: "digest" });

type DigestStore = Pick<
  AlertStore,
  "deferred" | "toldInDigest" | "starts" | "census" | "digest" | "startPart" | "tryPart" | "endPart" | "endDigest"
>;

/** How far the channels' digests are. */
export function digests(db: DynamoDBDocumentClient, table: string): DigestStore {
  const update = (channel: string, change: Omit<UpdateCommandInput, "TableName" | "Key">) =>
    db.send(new UpdateCommand({ TableName: table, Key: keyOf(channel), ...change }));

  return {
    deferred: (channel, kind, limit, after) => readDeferred(db, table, { channel, kind, limit, after }),
    toldInDigest: (alertKey, channel, told) => noteInDigest(db, table, alertKey, channel, told),
    starts: (names, now) => begin(db, table, names, now),
    census: (since, now) => takeCensus(db, table, since, now),
    digest: async (channel) => {
      const { Item } = await db.send(new GetCommand({ TableName: table, Key: keyOf(channel), ConsistentRead: true }));
      return (Item ?? {}) as DigestState;
    },
    startPart: (channel, part) =>
      happens(
        update(channel, {
          UpdateExpression: "SET part = :part, attempts = :none REMOVE retryAt",
          ConditionExpression: "attribute_not_exists(part) AND (attribute_not_exists(parts) OR parts = :before)",
          ExpressionAttributeValues: { ":part": part, ":none": 0, ":before": part.number - 1 },
        }),
      ),
    tryPart: async (channel, attempts, retryAt) => {
      await update(channel, {
        UpdateExpression: "SET attempts = :attempts, retryAt = :retryAt",
        ExpressionAttributeValues: { ":attempts": attempts, ":retryAt": retryAt },
      });
    },
    endPart: async (channel, { id, number, census, reached }, thread, at) => {
      const sets = `thread = :thread, parts = :number, reached = :reached${census ? ", countedAt = :at" : ""}`;
      const values = { ":thread": thread, ":number": number, ":reached": reached, ":id": id };
      const ended = update(channel, {
        UpdateExpression: `SET ${sets} REMOVE part, attempts, retryAt`,
        ConditionExpression: "part.id = :id",
        ExpressionAttributeValues: { ...values, ...(census && { ":at": at }) },
      });
      await happens(ended);
    },
    endDigest: async (channel, day) => {
      const ended = update(channel, {
        UpdateExpression: "SET lastDay = :day REMOVE thread, parts, reached",
        ConditionExpression: "attribute_not_exists(part)",
        ExpressionAttributeValues: { ":day": day },
      });
      await happens(ended);
    },
  };
}

/** The item of what began when. */
const STARTS = { pk: "starts", sk: "starts" };

async function begin(
  db: DynamoDBDocumentClient,
  table: string,
  names: readonly string[],
  now: string,
): Promise<Starts> {
  const { Item } = await db.send(new GetCommand({ TableName: table, Key: STARTS, ConsistentRead: true }));
  const known = Item as Record<string, string> | undefined;
  const missing = [...new Set(names)].filter((name) => !known?.[name]);
  if (missing.length === 0) return startsIn(known);
  const places = missing.map((_, i) => `#n${i} = if_not_exists(#n${i}, :now)`);
  const update = new UpdateCommand({
    TableName: table,
    Key: STARTS,
    UpdateExpression: `SET ${places.join(", ")}`,
    ExpressionAttributeNames: Object.fromEntries(missing.map((name, i) => [`#n${i}`, name])),
    ExpressionAttributeValues: { ":now": now },
    ReturnValues: "ALL_NEW",
  });
  return startsIn((await db.send(update)).Attributes);
}

const startsIn = (item: Record<string, string> | undefined): Starts => {
  const { pk: _, sk: __, ...starts } = item ?? {};
  return starts;
};

/** Reads every alert once: a table of a hundred thousand costs a few cents, and that once a day. */
async function takeCensus(db: DynamoDBDocumentClient, table: string, since: string, now: string): Promise<Census> {
  const census: Census = { open: {}, opened: 0, closed: 0, waiting: 0 };
  const names = { "#state": "state", "#severity": "severity" };
  const input = {
    TableName: table,
    FilterExpression: "sk = :alert AND (#state = :open OR closedAt > :since OR attribute_exists(unsettledSince))",
    ProjectionExpression: "#state, #severity, openedAt, closedAt, unsettledSince",
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: { ":alert": "alert", ":open": "open", ":since": since },
  };
  for await (const { Items = [] } of paginateScan({ client: db }, input)) {
    for (const item of Items as AlertRecord[]) {
      if (item.state === "open") census.open[item.severity] = (census.open[item.severity] ?? 0) + 1;
      if (item.openedAt > since && item.openedAt <= now) census.opened++;
      if ((item.closedAt ?? "") > since) census.closed++;
      if (item.unsettledSince) census.waiting++;
    }
  }
  return census;
}
