import { expect, it } from "vitest";
import type { Channel } from "../../handlers/alert/types";
import { until } from "./cloud";
import { raisedAndTold } from "./outages";
import type { Stage } from "./stage";
import { minutesAgo, Tale } from "./tale";

/** More than is told by itself, and services that take nothing. */
export function floods(stage: () => Stage): void {
  it("leaves what the budget has no room for to the digest, which tells it, and that all is well the next time", async () => {
    for (const channel of ["slack", "mail"] as const) await spend(stage(), channel, 100_000);
    const tale = await Tale.of(stage(), "Past the budget").report();
    await tale.becomes("left to the digest", ({ restingSince }) => restingSince !== undefined);
    const before = await tale.told();
    for (const channel of ["slack", "mail"] as const) {
      await spend(stage(), channel, 0);
      await dueAgain(stage(), channel);
    }

    await run(stage(), "digest");
    await tale.settled();
    await stage().rest();

    expect(before).toEqual({ slack: [], backlog: ["message"], mail: [] });
    const { slack, mail } = await stage().client.inbox();
    expect(slack.filter((post) => JSON.stringify(post).includes(tale.title))).toHaveLength(1);
    expect(mail.filter((letter) => JSON.stringify(letter).includes(tale.title))).toHaveLength(1);
    expect(await tale.workflow()).toBe("NOTIFIED");
  });

  it("raises one alarm where a service takes nothing, lets the others go on, and tells what has waited as soon as it does", async () => {
    const tale = Tale.of(stage(), "While the key was revoked");
    await tale.fault({ channel: "backlog", fault: "auth", times: 2 });
    await tale.report();
    await until("Backlog to count as broken", async () => (await channelOf(stage(), "backlog")).brokenSince);
    const hasHeard = async (slack: number, mail: number) => {
      const told = await tale.told();
      return told.slack.length >= slack && told.mail.length >= mail;
    };
    await until("the others to have told it", () => hasHeard(1, 1));
    await tale.report({ Severity: { Label: "CRITICAL", Normalized: 90 }, UpdatedAt: minutesAgo(10) });
    // Tried again after a minute, in vain; then the others begin anew.
    await until("the rise to be heard", () => hasHeard(3, 2), 240);
    const meanwhile = await tale.told();
    const { brokenSince } = await channelOf(stage(), "backlog");
    // And after two more.
    await tale.settled(1, 200);
    await stage().rest();

    expect(meanwhile).toEqual({ slack: ["message", "update", "reply"], backlog: [], mail: ["message", "message"] });
    expect(brokenSince).toBeDefined();
    expect(await tale.told()).toEqual({ ...meanwhile, backlog: ["message"] });
    expect((await channelOf(stage(), "backlog")).brokenSince).toBeUndefined();
    await raisedAndTold(stage(), "backlog-broken");
  });
}

/** Runs a function as its schedule does. */
export async function run({ cloud }: Stage, what: string): Promise<void> {
  const { FunctionError, Payload } = await cloud.lambda.invoke({ FunctionName: cloud.functionName(what) });
  expect(FunctionError, Payload && Buffer.from(Payload).toString()).toBeUndefined();
}

/** As if so many of the hour's messages had been sent. */
async function spend({ cloud }: Stage, channel: Channel, sent: number): Promise<void> {
  await cloud.table.update({
    TableName: cloud.tableName,
    Key: { pk: `channel#${channel}`, sk: "channel" },
    UpdateExpression: "SET #hour = :hour, sent = :sent",
    ExpressionAttributeNames: { "#hour": "hour" },
    ExpressionAttributeValues: { ":hour": new Date().toISOString().slice(0, 13), ":sent": sent },
  });
}

/** As on another day. */
async function dueAgain({ cloud }: Stage, channel: Channel): Promise<void> {
  await cloud.table.update({
    TableName: cloud.tableName,
    Key: { pk: `channel#${channel}`, sk: "digest" },
    UpdateExpression: "SET lastDay = :day",
    ExpressionAttributeValues: { ":day": "2000-01-01" },
  });
}

async function channelOf({ cloud }: Stage, channel: Channel): Promise<Record<string, unknown>> {
  const Key = { pk: `channel#${channel}`, sk: "channel" };
  return (await cloud.table.get({ TableName: cloud.tableName, Key, ConsistentRead: true })).Item ?? {};
}
