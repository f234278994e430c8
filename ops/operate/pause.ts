import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { Channel } from "../../handlers/alert/types";
import type { Pipeline } from "./pipeline";

/** A channel's pause, as the alert table has it: the channels read it before they send. */
export interface Pause {
  /** ISO 8601. */
  pausedAt: string;
  /** When it ends by itself; ISO 8601. Absent: not before somebody resumes it. */
  pausedUntil?: string;
  /** Who paused it: an ARN. */
  pausedBy: string;
  reason?: string;
}

/** A channel, and whether it is paused now. */
export interface ChannelPause extends Partial<Pause> {
  channel: Channel;
  paused: boolean;
}

/** The item that holds what a channel's messages must obey. Other attributes of it are not ours. */
const keyOf = (channel: Channel) => ({ pk: `channel#${channel}`, sk: "channel" });

const ATTRIBUTES = ["pausedAt", "pausedUntil", "pausedBy", "reason"] as const;
const NAMES = Object.fromEntries(ATTRIBUTES.map((name) => [`#${name}`, name]));

const tableOf = ({ account, region }: Pipeline) => DynamoDBDocumentClient.from(account.client(DynamoDBClient, region));

/** How a channel is now. One whose time is up counts as not paused. */
export const pauseOf = async (pipeline: Pipeline, channel: Channel, now: string): Promise<ChannelPause> => {
  const { Item = {} } = await tableOf(pipeline).send(
    new GetCommand({ TableName: pipeline.alertTable, Key: keyOf(channel), ConsistentRead: true }),
  );
  const { pausedAt, pausedUntil, pausedBy, reason } = Item as Partial<Pause>;
  if (!pausedAt || (pausedUntil && pausedUntil <= now)) return { channel, paused: false };
  return {
    ...{ channel, paused: true, pausedAt, pausedBy },
    ...(pausedUntil && { pausedUntil }),
    ...(reason && { reason }),
  };
};

/** Pauses a channel. One that is paused keeps the time since when, and gets the rest anew. */
export const setPause = async (pipeline: Pipeline, channel: Channel, pause: Pause): Promise<void> => {
  const before = await pauseOf(pipeline, channel, pause.pausedAt);
  const values = { ...pause, pausedAt: before.pausedAt ?? pause.pausedAt };
  const present = ATTRIBUTES.filter((name) => values[name] !== undefined);
  const absent = ATTRIBUTES.filter((name) => values[name] === undefined);
  const set = `SET ${present.map((name) => `#${name} = :${name}`).join(", ")}`;
  const remove = absent.length ? ` REMOVE ${absent.map((name) => `#${name}`).join(", ")}` : "";
  await tableOf(pipeline).send(
    new UpdateCommand({
      TableName: pipeline.alertTable,
      Key: keyOf(channel),
      UpdateExpression: set + remove,
      ExpressionAttributeNames: NAMES,
      ExpressionAttributeValues: Object.fromEntries(present.map((name) => [`:${name}`, values[name]])),
    }),
  );
};

/** Ends a pause. Nothing happens where there is none. */
export const endPause = async (pipeline: Pipeline, channel: Channel): Promise<void> => {
  const end = new UpdateCommand({
    TableName: pipeline.alertTable,
    Key: keyOf(channel),
    UpdateExpression: `REMOVE ${ATTRIBUTES.map((name) => `#${name}`).join(", ")}`,
    // An update would make the item.
    ConditionExpression: "attribute_exists(#pausedAt)",
    ExpressionAttributeNames: NAMES,
  });
  await tableOf(pipeline)
    .send(end)
    .catch((error: Error) => {
      if (error.name !== "ConditionalCheckFailedException") throw error;
    });
};
