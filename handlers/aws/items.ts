import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  QueryCommand,
  type QueryCommandInput,
} from "@aws-sdk/lib-dynamodb";
import { findingKey } from "../alert/record";

/** Key of an item. Items of one partition are read together. */
export interface Key {
  pk: string;
  sk: string;
}

/** An alert. */
export const alertItem = (alertKey: string): Key => ({ pk: `alert#${alertKey}`, sk: "alert" });
/** A finding, beside its alert. */
export const memberItem = (alertKey: string, finding: { product: string; id: string }): Key => ({
  pk: `alert#${alertKey}`,
  sk: `finding#${findingKey(finding)}`,
});
/** Which alert a finding is in. */
export const pointerItem = (finding: { product: string; id: string }): Key => ({
  pk: `finding#${findingKey(finding)}`,
  sk: "pointer",
});
export const nameOf = ({ pk, sk }: Key): string => `${pk} ${sk}`;

/** All that a query finds; or the first of it, as many as `limit` says. */
export async function queryAll(
  db: DynamoDBDocumentClient,
  input: QueryCommandInput,
  limit = Number.POSITIVE_INFINITY,
): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  do {
    const page = await db.send(new QueryCommand({ ...input, ExclusiveStartKey }));
    items.push(...(page.Items ?? []));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey && items.length < limit);
  return items.slice(0, limit);
}

/** BatchGetItem takes 100 keys, none twice, and may leave some for another call. */
export async function batchGet<T>(
  db: DynamoDBDocumentClient,
  table: string,
  keys: readonly Key[],
): Promise<Map<string, T>> {
  const found = new Map<string, T>();
  let wanted = [...new Map(keys.map((key) => [nameOf(key), key])).values()];
  while (wanted.length > 0) {
    const RequestItems = { [table]: { Keys: wanted.slice(0, 100), ConsistentRead: true } };
    const { Responses, UnprocessedKeys } = await db.send(new BatchGetCommand({ RequestItems }));
    for (const item of Responses?.[table] ?? []) found.set(nameOf(item as Key), item as T);
    wanted = [...((UnprocessedKeys?.[table]?.Keys ?? []) as Key[]), ...wanted.slice(100)];
  }
  return found;
}
