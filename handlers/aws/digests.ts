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
import type { AlertRecord, Told } from "../alert/record";
import type { Channel } from "../alert/types";
import { happens, happensWith } from "./happens";
import { alertItem, batchGet, type Key, nameOf, queryAll } from "./items";

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
    deferred: (channel, limit) => readDeferred(db, table, channel, limit),
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
    endPart: async (channel, { id, number, census }, thread, at) => {
      const ended = update(channel, {
        UpdateExpression: `SET thread = :thread, parts = :number${census ? ", countedAt = :at" : ""} REMOVE part, attempts, retryAt`,
        ConditionExpression: "part.id = :id",
        ExpressionAttributeValues: { ":thread": thread, ":number": number, ":id": id, ...(census && { ":at": at }) },
      });
      await happens(ended);
    },
    endDigest: async (channel, day) => {
      const ended = update(channel, {
        UpdateExpression: "SET lastDay = :day REMOVE thread, parts",
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

async function readDeferred(
  db: DynamoDBDocumentClient,
  table: string,
  channel: Channel,
  limit: number,
): Promise<AlertRecord[]> {
  const found = await queryAll(db, {
    TableName: table,
    IndexName: "deferred",
    KeyConditionExpression: "deferring = :yes",
    ExpressionAttributeValues: { ":yes": "yes" },
  });
  const keys = found.map(({ pk, sk }) => ({ pk, sk }) as Key);
  const deferred: AlertRecord[] = [];
  for (let at = 0; at < keys.length && deferred.length < limit; at += 100) {
    const some = keys.slice(at, at + 100);
    const alerts = await batchGet<AlertRecord>(db, table, some);
    for (const key of some) {
      const alert = alerts.get(nameOf(key));
      if (alert?.deferred[channel]) deferred.push(alert);
      else if (alert && Object.keys(alert.deferred).length === 0) await stopDeferring(db, table, key);
    }
  }
  return deferred.slice(0, limit);
}

/** Takes it out of the index, once no channel's digest has to tell it any more. */
async function stopDeferring(db: DynamoDBDocumentClient, table: string, key: Key): Promise<void> {
  const stop = new UpdateCommand({
    TableName: table,
    Key: key,
    UpdateExpression: "REMOVE deferring, deferredSince",
    ConditionExpression: "size(#deferred) = :none",
    ExpressionAttributeNames: { "#deferred": "deferred" },
    ExpressionAttributeValues: { ":none": 0 },
  });
  await happens(db.send(stop));
}

async function noteInDigest(
  db: DynamoDBDocumentClient,
  table: string,
  alertKey: string,
  channel: Channel,
  told: Told,
): Promise<AlertRecord | undefined> {
  const { Item } = await db.send(new GetCommand({ TableName: table, Key: alertItem(alertKey), ConsistentRead: true }));
  const before = (Item as AlertRecord | undefined)?.told[channel];
  const reference = before?.occurrence === told.occurrence ? before.reference : told.reference;
  const note = new UpdateCommand({
    TableName: table,
    Key: alertItem(alertKey),
    // A newer version may have been left to the next digest meanwhile.
    UpdateExpression: "SET told.#channel = :told",
    ConditionExpression:
      "attribute_exists(pk) AND (attribute_not_exists(told.#channel) OR told.#channel.version < :version)",
    ExpressionAttributeNames: { "#channel": channel },
    ExpressionAttributeValues: { ":told": { ...told, reference }, ":version": told.version },
  });
  await happens(db.send(note));
  const done = new UpdateCommand({
    TableName: table,
    Key: alertItem(alertKey),
    UpdateExpression: "REMOVE #deferred.#channel",
    ConditionExpression: "#deferred.#channel.version <= :version",
    ExpressionAttributeNames: { "#channel": channel, "#deferred": "deferred" },
    ExpressionAttributeValues: { ":version": told.version },
    ReturnValues: "ALL_NEW",
  });
  return happensWith(db.send(done));
}
