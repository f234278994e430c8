import { describe, expect, it } from "vitest";
import { broken, slowDown } from "../../../handlers/alert/errors";
import { beat } from "../../../handlers/alert/heartbeat";
import { memoryTable } from "./memoryTable";

const NOW = "2026-11-22T00:00:00.000Z";

function backlogThat(answers: () => Promise<void>) {
  const table = memoryTable(async (_label, call) => call(), { alerts: new Map(), findings: new Map() });
  return { table, beats: () => beat({ store: table, now: () => NOW }, { channel: "backlog", ask: answers }) };
}

describe("a heartbeat", () => {
  it("of a service that refuses everything has its channel count as broken, and tried again after a minute", async () => {
    const { table, beats } = backlogThat(() => Promise.reject(broken("Authentication failure")));

    expect(await beats()).toBe("Authentication failure");

    expect(await table.channel("backlog")).toMatchObject({
      brokenSince: NOW,
      brokenReason: "Authentication failure",
      failures: 1,
      retryAt: "2026-11-22T00:01:00.000Z",
    });
  });

  it("of a service that answers again has its channel work again", async () => {
    const { table, beats } = backlogThat(async () => {});
    await table.broke("backlog", { reason: "gone", failures: 3, at: NOW, retryAt: NOW });

    expect(await beats()).toBeUndefined();

    expect((await table.channel("backlog")).brokenSince).toBeUndefined();
  });

  it("that gets no answer says nothing of the channel", async () => {
    const { table, beats } = backlogThat(() => Promise.reject(slowDown(5, "Too many requests")));

    await expect(beats()).rejects.toThrow("Too many requests");

    expect((await table.channel("backlog")).brokenSince).toBeUndefined();
  });
});
