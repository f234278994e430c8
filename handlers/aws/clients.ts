import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { AlertStore } from "../alert/ports";
import { alertTable } from "./alertTable";
import { environment } from "./environment";

/**
 * DynamoDB with items as objects; what is undefined in them is left out. A write to an item that a transaction is at, for some
 * milliseconds, is tried again, which the SDK does not by itself.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling
 */
export function documents(): DynamoDBDocumentClient {
  const client = new DynamoDBClient({ maxAttempts: 6 });
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (error instanceof Error && error.name === CONFLICT) Object.assign(error, { $retryable: {} });
        throw error;
      }
    },
    // After the SDK's own retries in the order of a request, so before them in that of its answer.
    { step: "finalizeRequest", priority: "low", name: "retryConflicts" },
  );
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}

const CONFLICT = "TransactionConflictException";

/** The alert table that the function's environment names in ALERT_TABLE. */
export const storeOfEnvironment = (): AlertStore => alertTable(documents(), environment("ALERT_TABLE"));

/** The time of now, as the records hold it. */
export const now = (): string => new Date().toISOString();
