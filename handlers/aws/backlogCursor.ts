import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { Cursor } from "../alert/takeBack";

/** An item of the alert table: up to where closed issues were taken back. */
const CURSOR = { pk: "backlog#poll", sk: "poll" };

/** The cursor in the alert table. */
export const backlogCursor = (db: DynamoDBDocumentClient, table: string): Cursor => ({
  load: async () => {
    const { Item } = await db.send(new GetCommand({ TableName: table, Key: CURSOR, ConsistentRead: true }));
    return Item?.reached as string | undefined;
  },
  save: async (time) => {
    const update = { UpdateExpression: "SET reached = :time", ExpressionAttributeValues: { ":time": time } };
    await db.send(new UpdateCommand({ TableName: table, Key: CURSOR, ...update }));
  },
});
