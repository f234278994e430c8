import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { Lambda } from "@aws-sdk/client-lambda";
import { DynamoDBDocument, paginateScan } from "@aws-sdk/lib-dynamodb";
import type { DigestState } from "../../../handlers/alert/digest";
import type { AlertRecord, FindingRecord } from "../../../handlers/alert/record";
import type { Channel } from "../../../handlers/alert/types";
import { ACCOUNTS, HOME_REGION, rootOf } from "../../organization";
import type { Run } from "../../run";

/** What a bench asks of the pipeline itself, as the audit account's root. */
export interface Pipeline {
  alerts(): Promise<AlertRecord[]>;
  /** Findings, each with the alert that lists it. */
  members(): Promise<FindingRecord[]>;
  digest(channel: Channel): Promise<DigestState>;
  /** Lets a channel's digest be due once more today. */
  dueAgain(channel: Channel): Promise<void>;
  /** Runs a function by the name that its component gives it, without waiting for its end. */
  invoke(what: string): Promise<void>;
}

/** Finds the pipeline's functions and table. Throws where they are not there. */
export const pipelineOf = async ({ endpoint }: Pick<Run, "endpoint">): Promise<Pipeline> => {
  const how = { endpoint, region: HOME_REGION, credentials: rootOf(ACCOUNTS.audit), maxAttempts: 8 };
  const lambda = new Lambda(how);
  const client = DynamoDBDocument.from(new DynamoDB(how));
  const names = ((await lambda.listFunctions({})).Functions ?? []).map(({ FunctionName = "" }) => FunctionName);
  const functionName = (what: string): string => {
    const found = names.find((name) => new RegExp(`^alerts-${what}-[0-9a-f]{7}$`).test(name));
    if (!found) throw new Error(`There is no function alerts-${what} among ${names.join(", ")}`);
    return found;
  };
  const intake = await lambda.getFunctionConfiguration({ FunctionName: functionName("intake") });
  const TableName = intake.Environment?.Variables?.ALERT_TABLE;
  const items = async (begins: string) => {
    const filter = {
      FilterExpression: "begins_with(sk, :begins) AND begins_with(pk, :alert)",
      ExpressionAttributeValues: { ":begins": begins, ":alert": "alert#" },
    };
    const found: Record<string, unknown>[] = [];
    for await (const { Items = [] } of paginateScan({ client }, { TableName, ...filter })) found.push(...Items);
    return found;
  };
  const Key = (channel: Channel) => ({ pk: `channel#${channel}`, sk: "digest" });

  return {
    alerts: async () => (await items("alert")) as unknown as AlertRecord[],
    members: async () => (await items("finding#")) as unknown as FindingRecord[],
    digest: async (channel) => ((await client.get({ TableName, Key: Key(channel) })).Item ?? {}) as DigestState,
    dueAgain: async (channel) => {
      await client.update({
        TableName,
        Key: Key(channel),
        UpdateExpression: "SET lastDay = :day",
        ExpressionAttributeValues: { ":day": "2000-01-01" },
      });
    },
    invoke: async (what) => {
      await lambda.invoke({ FunctionName: functionName(what), InvocationType: "Event" });
    },
  };
};
