import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { AlertStore } from "../alert/ports";
import { alertTable } from "./alertTable";
import { environment } from "./environment";

/** The alert table that the function's environment names in ALERT_TABLE. */
export const storeOfEnvironment = (): AlertStore => {
  const marshallOptions = { removeUndefinedValues: true };
  return alertTable(
    DynamoDBDocumentClient.from(new DynamoDBClient({}), { marshallOptions }),
    environment("ALERT_TABLE"),
  );
};

/** The time of now, as the records hold it. */
export const now = (): string => new Date().toISOString();
