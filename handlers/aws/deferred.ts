import { type DynamoDBDocumentClient, GetCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { DeferredAlerts, DeferredPlace, DigestKind } from "../alert/digest";
import { toldBeside } from "../alert/notice";
import type { AlertRecord, Told } from "../alert/record";
import type { Channel } from "../alert/types";
import { happens, happensWith } from "./happens";
import { alertItem, batchGet, type Key, nameOf } from "./items";

/** A position in the index: of an item that may not be in it any more. */
interface IndexKey extends Key {
  deferring: "yes";
  deferredSince: string;
}

/**
 * Alerts that wait for a channel's digest. The index holds keys alone, and of all channels; it is read a page at a time, so
 * that a part of a digest costs what it tells, and not all that waits.
 */
export async function readDeferred(
  db: DynamoDBDocumentClient,
  table: string,
  wanted: { channel: Channel; kind: DigestKind; limit: number; after?: DeferredPlace },
): Promise<DeferredAlerts> {
  const { channel, kind, limit, after } = wanted;
  const alerts: AlertRecord[] = [];
  let reached = after;
  for (;;) {
    const page = await db.send(
      new QueryCommand({
        TableName: table,
        IndexName: "deferred",
        KeyConditionExpression: "deferring = :yes",
        ExpressionAttributeValues: { ":yes": "yes" },
        Limit: Math.min(limit, 100),
        ExclusiveStartKey: reached && startKey(reached),
      }),
    );
    const keys = (page.Items ?? []) as IndexKey[];
    const read = await batchGet<AlertRecord>(
      db,
      table,
      keys.map(({ pk, sk }) => ({ pk, sk })),
    );
    for (const key of keys) {
      reached = { since: key.deferredSince, alertKey: key.pk.slice(alertItem("").pk.length) };
      const alert = read.get(nameOf(key));
      const deferred = alert?.deferred[channel];
      if (alert && deferred && (deferred.reason === "quiet") === (kind === "overview")) alerts.push(alert);
      else if (alert) await stopDeferring(db, table, alert);
      if (alerts.length === limit) return { alerts, reached };
    }
    if (!page.LastEvaluatedKey) return { alerts, reached };
  }
}

const startKey = ({ since, alertKey }: DeferredPlace): IndexKey => ({
  ...alertItem(alertKey),
  deferring: "yes",
  deferredSince: since,
});

/** Takes an alert out of the index, once no channel's digest has to tell it any more. */
async function stopDeferring(
  db: DynamoDBDocumentClient,
  table: string,
  { alertKey, deferred }: AlertRecord,
): Promise<void> {
  if (Object.keys(deferred).length > 0) return;
  const stop = new UpdateCommand({
    TableName: table,
    Key: alertItem(alertKey),
    UpdateExpression: "REMOVE deferring, deferredSince",
    ConditionExpression: "size(#deferred) = :none",
    ExpressionAttributeNames: { "#deferred": "deferred" },
    ExpressionAttributeValues: { ":none": 0 },
  });
  await happens(db.send(stop));
}

/** Counts what a digest told as told; gives the alert, or undefined where a newer version is told. */
export async function noteInDigest(
  db: DynamoDBDocumentClient,
  table: string,
  alertKey: string,
  channel: Channel,
  told: Told,
): Promise<AlertRecord | undefined> {
  const { Item } = await db.send(new GetCommand({ TableName: table, Key: alertItem(alertKey), ConsistentRead: true }));
  const before = (Item as AlertRecord | undefined)?.told[channel];
  const note = new UpdateCommand({
    TableName: table,
    Key: alertItem(alertKey),
    // A newer version may have been left to the next digest meanwhile.
    UpdateExpression: "SET told.#channel = :told",
    ConditionExpression:
      "attribute_exists(pk) AND (attribute_not_exists(told.#channel) OR told.#channel.version < :version)",
    ExpressionAttributeNames: { "#channel": channel },
    ExpressionAttributeValues: { ":told": toldBeside(before, told), ":version": told.version },
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
  const alert = await happensWith<AlertRecord>(db.send(done));
  if (alert) await stopDeferring(db, table, alert);
  return alert;
}
