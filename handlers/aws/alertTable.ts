import {
  type DynamoDBDocumentClient,
  GetCommand,
  TransactWriteCommand,
  UpdateCommand,
  type UpdateCommandInput,
} from "@aws-sdk/lib-dynamodb";
import type { AlertStore, FindingId, Found, Lookup } from "../alert/ports";
import type { AlertRecord, FindingRecord } from "../alert/record";
import { channelStates } from "./channelStates";
import { digests } from "./digests";
import { happens } from "./happens";
import { alertItem, batchGet, type Key, memberItem, nameOf, pointerItem, queryAll } from "./items";

/** What intake, settle and sweeper own of an alert item; told, sending and settled belong to the channels and to settle. */
const OWNED = [
  "state",
  "occurrence",
  "continuesFrom",
  "continues",
  "desired",
  "desiredAt",
  "severity",
  "open",
  "findings",
  "finding",
  "digest",
  "outcome",
  "requested",
  "running",
  "attempt",
  "openedAt",
  "closedAt",
  "parkedAt",
  "restingSince",
  "unsettledSince",
  "checkedAt",
  "failing",
  "failingSince",
  "expiresAt",
] as const;

/** The alert table on DynamoDB. Every read is consistent; a write whose condition fails answers false. */
export function alertTable(db: DynamoDBDocumentClient, table: string): AlertStore {
  const update = (alertKey: string, change: Omit<UpdateCommandInput, "TableName" | "Key">) =>
    db.send(new UpdateCommand({ TableName: table, Key: alertItem(alertKey), ...change }));
  return {
    known: (lookups) => readKnown(db, table, lookups),
    load: async (alertKey) => {
      const { Item } = await db.send(
        new GetCommand({ TableName: table, Key: alertItem(alertKey), ConsistentRead: true }),
      );
      return Item as AlertRecord | undefined;
    },
    members: (alertKey) => readMembers(db, table, alertKey),
    take: async (before, alert, findings) => {
      const items = [putAlert(table, before, alert), ...findings.flatMap((finding) => putFinding(table, finding))];
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
        UpdateExpression: "SET told.#channel = :told REMOVE sending.#channel, #deferred.#channel",
        ExpressionAttributeNames: { "#channel": channel, "#deferred": "deferred" },
        ExpressionAttributeValues: { ":told": told },
        ReturnValues: "ALL_NEW",
      });
      return Attributes as AlertRecord;
    },
    notified: async (findings, at) => {
      await Promise.all(findings.map((finding) => noteNotified(db, table, finding, at)));
    },
    reported: async (alertKey, version) => {
      const change = {
        UpdateExpression: "SET failedVersion = :version",
        ExpressionAttributeValues: { ":version": version },
      };
      await update(alertKey, change);
    },
    exit: async (alert, execution, result) => {
      const rest = {
        settled: "settled = desired, parkings = :zero REMOVE running, unsettledSince, unsettled",
        parked: "parkedAt = :at, parkings = parkings + :one REMOVE running",
        resting: "restingSince = :at REMOVE running",
      }[result.kind];
      const values = result.kind === "settled" ? { ":zero": 0 } : { ":at": result.at };
      const deferred = result.kind === "resting" ? result.deferred : [];
      const conditions = ["running = :execution", "desired = :desired"];
      if (result.kind === "parked") conditions.push("failedVersion = :desired");
      for (const channel of deferred) conditions.push(`#deferred.${channel}.version = :desired`);
      return happens(
        update(alert.alertKey, {
          UpdateExpression: `SET revision = revision + :one, ${rest}`,
          ConditionExpression: conditions.join(" AND "),
          ...(deferred.length > 0 && { ExpressionAttributeNames: { "#deferred": "deferred" } }),
          ExpressionAttributeValues: { ...values, ":one": 1, ":execution": execution, ":desired": alert.desired },
        }),
      );
    },
    defer: async (alertKey, channel, deferred) => {
      await update(alertKey, {
        UpdateExpression: "SET #deferred.#channel = :deferred, deferring = :yes, deferredSince = :at",
        ExpressionAttributeNames: { "#channel": channel, "#deferred": "deferred" },
        ExpressionAttributeValues: { ":deferred": deferred, ":yes": "yes", ":at": deferred.at },
      });
    },
    ...digests(db, table),
    ...channelStates(db, table),
    unsettled: (before) => readIndexed(db, table, UNSETTLED, before),
    closedButFailing: (before) => readIndexed(db, table, CLOSED_BUT_FAILING, before),
    unchecked: (before, limit) => readUnchecked(db, table, before, limit),
    checked: async ({ alertKey, checkedAt }, at) => {
      // Not the revision: who has read it before may write after this, and sets at worst the time of before again.
      const note = {
        UpdateExpression: "SET checkedAt = :at",
        ConditionExpression: "checkedAt = :read",
        ExpressionAttributeValues: { ":at": at, ":read": checkedAt },
      };
      await happens(update(alertKey, note));
    },
  };
}

/**
 * Where the findings are, then their alerts, and only then what is kept of them: what another intake takes in meanwhile shows
 * there, or has moved on the revision of the alert, by which this one's write is refused. In any other order a finding that
 * arrives twice at once would be counted twice, and its alert never close.
 */
async function readKnown(db: DynamoDBDocumentClient, table: string, lookups: readonly Lookup[]): Promise<Found[]> {
  const computed = lookups.flatMap(({ alertKey }) => (alertKey ? [alertItem(alertKey)] : []));
  const read = await batchGet<{ alertKey: string } & AlertRecord>(db, table, [
    ...computed,
    ...lookups.map(({ finding }) => pointerItem(finding)),
  ]);
  const places = lookups.map(({ finding, alertKey }) => ({
    finding,
    alertKey: read.get(nameOf(pointerItem(finding)))?.alertKey ?? alertKey,
  }));
  const keysOf = (of: (alertKey: string, finding: FindingId) => Key) =>
    places.flatMap(({ finding, alertKey }) => (alertKey ? [of(alertKey, finding)] : []));
  const isComputed = new Set(computed.map(nameOf));
  const elsewhere = keysOf(alertItem).filter((key) => !isComputed.has(nameOf(key)));
  const alerts = new Map<string, AlertRecord>([...read, ...(await batchGet<AlertRecord>(db, table, elsewhere))]);
  const members = await batchGet<FindingRecord>(db, table, keysOf(memberItem));
  return places.map(({ finding, alertKey }): Found => {
    if (!alertKey) return {};
    return {
      alertKey,
      alert: alerts.get(nameOf(alertItem(alertKey))),
      finding: members.get(nameOf(memberItem(alertKey, finding))),
    };
  });
}

async function readMembers(db: DynamoDBDocumentClient, table: string, alertKey: string): Promise<FindingRecord[]> {
  const { pk } = alertItem(alertKey);
  const found = await queryAll(db, {
    TableName: table,
    ConsistentRead: true,
    KeyConditionExpression: "pk = :pk AND begins_with(sk, :finding)",
    ExpressionAttributeValues: { ":pk": pk, ":finding": "finding#" },
  });
  return found as FindingRecord[] & Record<string, unknown>[];
}

/** The finding, guarded by its alert's revision, and its pointer, which never moves to another alert. */
function putFinding(table: string, finding: FindingRecord) {
  const { alertKey, expiresAt } = finding;
  const member = { ...memberItem(alertKey, finding), ...finding };
  const pointer = { ...pointerItem(finding), alertKey, expiresAt };
  return [
    { Put: { TableName: table, Item: member } },
    {
      Put: {
        TableName: table,
        Item: pointer,
        ConditionExpression: "attribute_not_exists(pk) OR alertKey = :alertKey",
        ExpressionAttributeValues: { ":alertKey": alertKey },
      },
    },
  ];
}

/** Not where intake has written it anew since it was read: that is still to be told. */
async function noteNotified(
  db: DynamoDBDocumentClient,
  table: string,
  finding: FindingRecord,
  at: string,
): Promise<void> {
  const note = new UpdateCommand({
    TableName: table,
    Key: memberItem(finding.alertKey, finding),
    UpdateExpression: "SET notifiedAt = :at",
    ConditionExpression: "version = :version",
    ExpressionAttributeValues: { ":at": at, ":version": finding.version },
  });
  await happens(db.send(note));
}

function putAlert(table: string, before: AlertRecord | undefined, alert: AlertRecord) {
  if (before) return updateAlert(table, before, alert);
  const Item = { ...alertItem(alert.alertKey), ...alert, ...indexed(alert), revision: 1 };
  return { Put: { TableName: table, Item, ConditionExpression: "attribute_not_exists(pk)" } };
}

/** Partition keys of the sparse indexes: each is there while the alert is one of those that the index lists. */
const indexed = ({ unsettledSince, checkedAt, failingSince }: AlertRecord) => ({
  unsettled: unsettledSince && "yes",
  unchecked: checkedAt && "yes",
  closedButFailing: failingSince && "yes",
});

/** Sets or removes what intake owns, if the revision is still the one that was read. */
function updateAlert(table: string, before: AlertRecord, alert: AlertRecord) {
  const owned = { ...alert, ...indexed(alert) };
  const names = [...OWNED, "unsettled", "unchecked", "closedButFailing"] as const;
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

/** A sparse index: its partition, and the time by which it is sorted. */
interface Index {
  name: "unsettled" | "closedButFailing";
  since: "unsettledSince" | "failingSince";
}
const UNSETTLED: Index = { name: "unsettled", since: "unsettledSince" };
const CLOSED_BUT_FAILING: Index = { name: "closedButFailing", since: "failingSince" };

async function readIndexed(
  db: DynamoDBDocumentClient,
  table: string,
  { name, since }: Index,
  before: string,
): Promise<AlertRecord[]> {
  const found = await queryAll(db, {
    TableName: table,
    IndexName: name,
    KeyConditionExpression: `${name} = :yes AND ${since} < :before`,
    ExpressionAttributeValues: { ":yes": "yes", ":before": before },
  });
  // The index holds keys alone, and lags: what is no longer in it is of no interest.
  const keys = found.map(({ pk, sk }) => ({ pk, sk }) as Key);
  const alerts = await batchGet<AlertRecord>(db, table, keys);
  return keys.flatMap((key) => alerts.get(nameOf(key)) ?? []).filter((alert) => alert[since] !== undefined);
}

async function readUnchecked(
  db: DynamoDBDocumentClient,
  table: string,
  before: string,
  limit: number,
): Promise<string[]> {
  const query = {
    TableName: table,
    IndexName: "unchecked",
    KeyConditionExpression: "unchecked = :yes AND checkedAt < :before",
    ExpressionAttributeValues: { ":yes": "yes", ":before": before },
  };
  return (await queryAll(db, query, limit)).map(({ pk }) => `${pk}`.slice(alertItem("").pk.length));
}
