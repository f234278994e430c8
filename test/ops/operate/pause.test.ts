import { DynamoDBDocument } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type RunningPipeline, startPipeline } from "./running";

let running: RunningPipeline;
beforeAll(async () => {
  running = await startPipeline();
}, 60_000);
afterAll(() => running.stop());

const TableName = "alerts-table-1a2b";
const KEY = { pk: "channel#slack", sk: "channel" };
const table = () => DynamoDBDocument.from(running.aws.dynamodb);
const itemOf = async (channel = "slack") => {
  const Key = { ...KEY, pk: `channel#${channel}` };
  return (await table().get({ TableName, Key, ConsistentRead: true })).Item;
};
// What others keep there must stay.
beforeEach(() => table().put({ TableName, Item: { ...KEY, nextAt: 7 } }));

const operator = expect.stringMatching(/^arn:aws:sts::222222222222:assumed-role\/operator\/hakken$/);

describe("ops pause and resume", { timeout: 60_000 }, () => {
  it("keep who paused a channel, since when, until when and why, beside what others keep there", async () => {
    const first = await running.ops([
      "pause",
      "slack",
      "--for",
      "2h",
      "--reason",
      "Slack\u001b moves",
      "--yes",
      "--json",
    ]).ended;
    const paused = await itemOf();
    const again = await running.ops(["pause", "slack", "--yes"]).ended;
    const open = await itemOf();
    const resumed = await running.ops(["resume"]).ended;
    const twice = await running.ops(["resume", "slack", "--json"]).ended;

    expect([first, again, resumed, twice].map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    const at = String(paused?.pausedAt);
    expect(paused).toEqual({
      ...{ pk: "channel#slack", sk: "channel", nextAt: 7, pausedAt: expect.stringMatching(/Z$/), pausedBy: operator },
      ...{ pausedUntil: new Date(Date.parse(at) + 7_200_000).toISOString(), reason: "Slack moves" },
    });
    expect(JSON.parse(first.stdout).channels).toEqual([
      {
        channel: "slack",
        paused: true,
        pausedAt: at,
        pausedUntil: paused?.pausedUntil,
        pausedBy: operator,
        reason: "Slack moves",
      },
    ]);
    expect(open).toEqual({ pk: "channel#slack", sk: "channel", nextAt: 7, pausedAt: at, pausedBy: operator });
    expect(again.stdout).toMatch(new RegExp(`slack +paused since ${at} +resume +arn:aws:sts`));
    expect(resumed.stdout).toMatch(/slack +tells\nbacklog +tells\n/);
    expect(JSON.parse(twice.stdout).channels).toEqual([{ channel: "slack", paused: false }]);
    expect(await itemOf()).toEqual({ pk: "channel#slack", sk: "channel", nextAt: 7 });
    // No item is left where none was.
    expect(await itemOf("backlog")).toBeUndefined();
  });

  it("count a pause whose time is up as none, and begin a new one from now", async () => {
    const over = { pausedAt: "2026-01-01T00:00:00.000Z", pausedUntil: "2026-01-02T00:00:00.000Z", pausedBy: "arn" };
    await table().put({ TableName, Item: { ...KEY, ...over } });

    const status = await running.ops(["pause", "--status", "--json"]).ended;
    await running.ops(["pause", "slack", "--yes"]).ended;

    expect(JSON.parse(status.stdout).channels).toEqual([
      { channel: "slack", paused: false },
      { channel: "backlog", paused: false },
    ]);
    expect(Date.parse((await itemOf())?.pausedAt)).toBeGreaterThan(Date.now() - 60_000);
  });

  it("ask first, all channels where none is named, and take no channel that the stack lacks, nor a time that is over", async () => {
    const no = await running.atTerminal([["[y/N]", "n\r"]], ["pause"]).ended;
    const mail = await running.ops(["pause", "mail", "--yes"]).ended;
    const past = await running.ops(["pause", "slack", "--yes", "--for", "2020-01-01"]).ended;
    const silent = await running.ops(["pause", "slack"]).ended;

    expect([no, mail, past, silent].map(({ code }) => code)).toEqual([8, 2, 2, 2]);
    expect(no.plain).toContain("Hold back messages in slack, backlog until somebody resumes it? Alerts wait");
    expect(mail.stderr).toContain("mail is no channel of the stack audit, which tells in slack, backlog");
    expect(past.stderr).toMatch(/--for "2020-01-01" is over: 2020-01-01T00:00:00.000Z/);
    expect(await itemOf()).not.toHaveProperty("pausedAt");
  });
});
