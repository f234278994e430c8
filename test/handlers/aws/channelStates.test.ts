import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { describe, expect, it } from "vitest";
import { channelStates } from "../../../handlers/aws/channelStates";

const HOUR = "2026-11-22T19";

/** A table's one item, which checks the conditions of `spend`, each call in its turn. */
function anItem(stored: { hour?: string; sent?: number } = {}) {
  const send = async ({ input }: { input: { UpdateExpression: string; ExpressionAttributeValues: object } }) => {
    await new Promise(setImmediate);
    const { ":hour": hour, ":budget": budget } = input.ExpressionAttributeValues as {
      ":hour": string;
      ":budget": number;
    };
    const counts = input.UpdateExpression.startsWith("SET sent = sent");
    const holds = counts
      ? stored.hour === hour && (stored.sent ?? 0) < budget
      : stored.hour === undefined || stored.hour < hour;
    if (!holds) throw Object.assign(new Error("refused"), { name: "ConditionalCheckFailedException" });
    Object.assign(stored, counts ? { sent: (stored.sent ?? 0) + 1 } : { hour, sent: 1 });
    return {};
  };
  return channelStates({ send } as unknown as DynamoDBDocumentClient, "alerts");
}

describe("a channel's hourly budget", () => {
  it("has room for all that begin an hour at the same time", async () => {
    const states = anItem({ hour: "2026-11-22T18", sent: 100 });

    const spent = await Promise.all([1, 2, 3, 4].map(() => states.spend("mail", HOUR, 100)));

    expect(spent).toEqual([true, true, true, true]);
  });

  it("has room for no more than it is", async () => {
    const states = anItem();

    const spent = await Promise.all([1, 2, 3, 4].map(() => states.spend("mail", HOUR, 3)));

    expect(spent.filter(Boolean)).toHaveLength(3);
  });
});
