import { type DynamoDBDocumentClient, GetCommand, UpdateCommand, type UpdateCommandInput } from "@aws-sdk/lib-dynamodb";
import type { ChannelState } from "../alert/gate";
import type { AlertStore } from "../alert/ports";
import { happens } from "./happens";

/** Slack and Backlog ask for one call a second of one client. */
const SLOT_MILLISECONDS = 1000;

/** The item of a channel in the alert table: its pace, its budget, whether it is broken or paused. */
const keyOf = (channel: string) => ({ pk: `channel#${channel}`, sk: "channel" });

type ChannelStore = Pick<
  AlertStore,
  "channel" | "spend" | "broke" | "probe" | "works" | "claimSummary" | "reserveSlot"
>;

/** How channels are doing, over all executions. */
export function channelStates(db: DynamoDBDocumentClient, table: string): ChannelStore {
  const update = (channel: string, change: Omit<UpdateCommandInput, "TableName" | "Key">) =>
    db.send(new UpdateCommand({ TableName: table, Key: keyOf(channel), ...change }));

  return {
    channel: async (channel) => {
      const { Item } = await db.send(new GetCommand({ TableName: table, Key: keyOf(channel), ConsistentRead: true }));
      return (Item ?? {}) as ChannelState;
    },
    spend: async (channel, hour, budget) => {
      const counts = () =>
        update(channel, {
          UpdateExpression: "SET sent = sent + :one",
          ConditionExpression: "#hour = :hour AND sent < :budget",
          ExpressionAttributeNames: { "#hour": "hour" },
          ExpressionAttributeValues: { ":one": 1, ":hour": hour, ":budget": budget },
        });
      if (await happens(counts())) return true;
      // Only the first of an hour gets through here: the others find it begun, and full.
      const begins = update(channel, {
        UpdateExpression: "SET sent = :one, #hour = :hour",
        ConditionExpression: "attribute_not_exists(#hour) OR #hour < :hour",
        ExpressionAttributeNames: { "#hour": "hour" },
        ExpressionAttributeValues: { ":one": 1, ":hour": hour },
      });
      // Or begun in between, by one that sends at the same time.
      return (await happens(begins)) || happens(counts());
    },
    broke: async (channel, { reason, failures, at, retryAt }) => {
      await update(channel, {
        UpdateExpression:
          "SET brokenSince = if_not_exists(brokenSince, :at), brokenReason = :reason, failures = :failures, retryAt = :retryAt",
        ExpressionAttributeValues: { ":at": at, ":reason": reason, ":failures": failures, ":retryAt": retryAt },
      });
    },
    probe: (channel, before, retryAt) =>
      happens(
        update(channel, {
          UpdateExpression: "SET retryAt = :retryAt",
          ConditionExpression: "retryAt = :before",
          ExpressionAttributeValues: { ":retryAt": retryAt, ":before": before },
        }),
      ),
    works: async (channel) => {
      await update(channel, { UpdateExpression: "REMOVE brokenSince, brokenReason, failures, retryAt" });
    },
    claimSummary: (channel, hour) =>
      happens(
        update(channel, {
          UpdateExpression: "SET summarized = :hour",
          ConditionExpression: "attribute_not_exists(summarized) OR summarized < :hour",
          ExpressionAttributeValues: { ":hour": hour },
        }),
      ),
    reserveSlot: (channel, now) => reserveSlot(db, table, channel, Date.parse(now)),
  };
}

/** Slots stand in line: who finds the next one taken gets the one after the last. */
async function reserveSlot(db: DynamoDBDocumentClient, table: string, channel: string, now: number): Promise<number> {
  const slot = { TableName: table, Key: keyOf(channel) };
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
