import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
  type UpdateCommandInput,
} from "@aws-sdk/lib-dynamodb";
import type { Known } from "../alert/lifecycle";
import type { AlertStore } from "../alert/ports";
import { type AlertRecord, type FindingRecord, findingKey } from "../alert/record";

/** Partition key of an alert item. */
const alertItem = (alertKey: string) => ({ pk: `alert#${alertKey}` });
/** Partition key of a finding item. */
const findingItem = (finding: { product: string; id: string }) => ({ pk: `finding#${findingKey(finding)}` });

/** Slack and Backlog ask for one call a second of one client. */
const SLOT_MILLISECONDS = 1000;

/** What intake, settle and sweeper own of an alert item; told, sending and settled belong to the channels and to settle. */
const OWNED = [
  "state",
  "occurrence",
  "desired",
  "finding",
  "running",
  "attempt",
  "openedAt",
  "closedAt",
  "parkedAt",
  "unsettledSince",
  "expiresAt",
] as const;

/** The alert table on DynamoDB. Every read is consistent; a write whose condition fails answers false. */
export function alertTable(db: DynamoDBDocumentClient, table: string): AlertStore {
  const update = (alertKey: string, change: Omit<UpdateCommandInput, "TableName" | "Key">) =>
    db.send(new UpdateCommand({ TableName: table, Key: alertItem(alertKey), ...change }));
  const set = async (alertKey: string, attribute: "notifiedAt" | "failedVersion", value: string | number) => {
    const change = { UpdateExpression: `SET ${attribute} = :value`, ExpressionAttributeValues: { ":value": value } };
    await update(alertKey, change);
  };

  return {
    known: (findings) => readKnown(db, table, findings),
    load: async (alertKey) => {
      const { Item } = await db.send(
        new GetCommand({ TableName: table, Key: alertItem(alertKey), ConsistentRead: true }),
      );
      return Item as AlertRecord | undefined;
    },
    take: async (before, alert, finding) => {
      const items = [putFinding(table, before.finding, finding), putAlert(table, before.alert, alert)];
      return happens(db.send(new TransactWriteCommand({ TransactItems: items })));
    },
    reclaim: async (before, claimed) => {
      const { Update } = updateAlert(table, before, claimed);
      return happens(db.send(new UpdateCommand(Update)));
    },
    startSending: async (alertKey, channel, sending) =>
      happens(
        update(alertKey, {
          UpdateExpression: "SET sending.#channel = :sending",
          ConditionExpression: "attribute_not_exists(told.#channel) OR told.#channel.version < :version",
          ExpressionAttributeNames: { "#channel": channel },
          ExpressionAttributeValues: { ":sending": sending, ":version": sending.version },
        }),
      ),
    stopSending: async (alertKey, channel) => {
      const change = { UpdateExpression: "REMOVE sending.#channel", ExpressionAttributeNames: { "#channel": channel } };
      await update(alertKey, change);
    },
    told: async (alertKey, channel, told) => {
      const { Attributes } = await update(alertKey, {
        UpdateExpression: "SET told.#channel = :told REMOVE sending.#channel",
        ExpressionAttributeNames: { "#channel": channel },
        ExpressionAttributeValues: { ":told": told },
        ReturnValues: "ALL_NEW",
      });
      return Attributes as AlertRecord;
    },
    notified: (alertKey, at) => set(alertKey, "notifiedAt", at),
    reported: (alertKey, version) => set(alertKey, "failedVersion", version),
    exit: async (alert, execution, result) => {
      const rest =
        result.kind === "settled"
          ? "settled = desired, parkings = :zero REMOVE running, unsettledSince, unsettled"
          : "parkedAt = :at, parkings = parkings + :one REMOVE running";
      const values = result.kind === "settled" ? { ":zero": 0 } : { ":at": result.at };
      return happens(
        update(alert.alertKey, {
          UpdateExpression: `SET revision = revision + :one, ${rest}`,
          ConditionExpression: "running = :execution AND desired = :desired",
          ExpressionAttributeValues: { ...values, ":one": 1, ":execution": execution, ":desired": alert.desired },
        }),
      );
    },
    reserveSlot: (channel, now) => reserveSlot(db, table, channel, Date.parse(now)),
    unsettled: (before) => readUnsettled(db, table, before),
  };
}

async function readKnown(
  db: DynamoDBDocumentClient,
  table: string,
  findings: readonly { product: string; id: string }[],
): Promise<Known[]> {
  const pointers = await batchGet<FindingRecord>(db, table, findings.map(findingItem));
  const alertKeys = [...pointers.values()].map(({ alertKey }) => alertItem(alertKey));
  const alerts = alertKeys.length > 0 ? await batchGet<AlertRecord>(db, table, alertKeys) : undefined;
  return findings.map((finding) => {
    const pointer = pointers.get(findingItem(finding).pk);
    return pointer ? { finding: pointer, alert: alerts?.get(alertItem(pointer.alertKey).pk) } : {};
  });
}

/** BatchGetItem takes 100 keys, none twice, and may leave some for another call. */
async function batchGet<T>(db: DynamoDBDocumentClient, table: string, keys: { pk: string }[]): Promise<Map<string, T>> {
  const found = new Map<string, T>();
  let wanted = [...new Set(keys.map(({ pk }) => pk))].map((pk) => ({ pk }));
  while (wanted.length > 0) {
    const RequestItems = { [table]: { Keys: wanted.slice(0, 100), ConsistentRead: true } };
    const { Responses, UnprocessedKeys } = await db.send(new BatchGetCommand({ RequestItems }));
    for (const item of Responses?.[table] ?? []) found.set(item.pk, item as T);
    wanted = [...((UnprocessedKeys?.[table]?.Keys ?? []) as { pk: string }[]), ...wanted.slice(100)];
  }
  return found;
}

function putFinding(table: string, before: FindingRecord | undefined, finding: FindingRecord) {
  const Put = { TableName: table, Item: { ...findingItem(finding), ...finding } };
  if (!before) return { Put: { ...Put, ConditionExpression: "attribute_not_exists(pk)" } };
  return {
    Put: {
      ...Put,
      ConditionExpression: "updatedAt = :updatedAt AND eventTime = :eventTime",
      ExpressionAttributeValues: { ":updatedAt": before.updatedAt, ":eventTime": before.eventTime },
    },
  };
}

function putAlert(table: string, before: AlertRecord | undefined, alert: AlertRecord) {
  if (before) return updateAlert(table, before, alert);
  const Item = { ...alertItem(alert.alertKey), ...alert, unsettled: "yes" };
  return { Put: { TableName: table, Item, ConditionExpression: "attribute_not_exists(pk)" } };
}

/** Sets or removes what intake owns, if the revision is still the one that was read. */
function updateAlert(table: string, before: AlertRecord, alert: AlertRecord) {
  // The partition key of the sparse index: there while unsettledSince is.
  const owned = { ...alert, unsettled: alert.unsettledSince && "yes" };
  const names = [...OWNED, "unsettled"] as const;
  const present = names.filter((name) => owned[name] !== undefined);
  const absent = names.filter((name) => owned[name] === undefined);
  const sets = [...present.map((name) => `#${name} = :${name}`), "revision = :next"];
  return {
    Update: {
      TableName: table,
      Key: alertItem(alert.alertKey),
      UpdateExpression: `SET ${sets.join(", ")} REMOVE ${absent.map((name) => `#${name}`).join(", ")}`,
      ConditionExpression: "revision = :revision",
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
      ExpressionAttributeValues: {
        ...Object.fromEntries(present.map((name) => [`:${name}`, owned[name]])),
        ":revision": before.revision,
        ":next": before.revision + 1,
      },
    },
  };
}

/** Slots stand in line: who finds the next one taken gets the one after the last. */
async function reserveSlot(db: DynamoDBDocumentClient, table: string, channel: string, now: number): Promise<number> {
  const slot = { TableName: table, Key: { pk: `slot#${channel}` } };
  const free = new UpdateCommand({
    ...slot,
    UpdateExpression: "SET nextAt = :next",
    ConditionExpression: "attribute_not_exists(nextAt) OR nextAt <= :now",
    ExpressionAttributeValues: { ":next": now + SLOT_MILLISECONDS, ":now": now },
  });
  if (await happens(db.send(free))) return 0;
  const inLine = new UpdateCommand({
    ...slot,
    UpdateExpression: "SET nextAt = nextAt + :slot",
    ExpressionAttributeValues: { ":slot": SLOT_MILLISECONDS },
    ReturnValues: "UPDATED_NEW",
  });
  const { Attributes } = await db.send(inLine);
  return Math.max(0, Math.ceil((Number(Attributes?.nextAt) - SLOT_MILLISECONDS - now) / 1000));
}

async function readUnsettled(db: DynamoDBDocumentClient, table: string, before: string): Promise<AlertRecord[]> {
  const keys: { pk: string }[] = [];
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  do {
    const page = await db.send(
      new QueryCommand({
        TableName: table,
        IndexName: "unsettled",
        KeyConditionExpression: "unsettled = :yes AND unsettledSince < :before",
        ExpressionAttributeValues: { ":yes": "yes", ":before": before },
        ExclusiveStartKey,
      }),
    );
    keys.push(...(page.Items ?? []).map(({ pk }) => ({ pk: pk as string })));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  // The index holds keys alone, and lags: what has settled meanwhile is no longer of interest.
  const alerts = await batchGet<AlertRecord>(db, table, keys);
  return keys.flatMap(({ pk }) => alerts.get(pk) ?? []).filter(({ unsettledSince }) => unsettledSince !== undefined);
}

/** True when the write happened, false when its condition failed or another transaction was at it. */
async function happens(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    const { name, CancellationReasons } = error as { name?: string; CancellationReasons?: { Code?: string }[] };
    if (name === "ConditionalCheckFailedException" || name === "TransactionConflictException") return false;
    const lost = ["ConditionalCheckFailed", "TransactionConflict"];
    if (name === "TransactionCanceledException" && CancellationReasons?.some(({ Code }) => lost.includes(Code ?? ""))) {
      return false;
    }
    throw error;
  }
}
