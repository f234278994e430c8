import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { AlertStore } from "../alert/ports";
import { alertTable } from "./alertTable";
import { environment } from "./environment";

/** DynamoDB with items as objects; what is undefined in them is left out. */
export const documents = (): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(new DynamoDBClient({}), { marshallOptions: { removeUndefinedValues: true } });

/** The alert table that the function's environment names in ALERT_TABLE. */
export const storeOfEnvironment = (): AlertStore => alertTable(documents(), environment("ALERT_TABLE"));

/** The time of now, as the records hold it. */
export const now = (): string => new Date().toISOString();
