import { describe, expect, it } from "vitest";
import { broken, slowDown } from "../../../handlers/alert/errors";
import { beat, beatAgain } from "../../../handlers/alert/heartbeat";
import { memoryTable } from "./memoryTable";

const NOW = "2026-11-22T00:00:00.000Z";

function backlogThat(answers: () => Promise<void>) {
  const table = memoryTable(async (_label, call) => call(), { alerts: new Map(), findings: new Map() });
  const again = () => beatAgain({ store: table, now: () => NOW }, { channel: "backlog", ask: answers });
  return { table, again, beats: () => beat({ store: table, now: () => NOW }, { channel: "backlog", ask: answers }) };
}

describe("a heartbeat", () => {
  it("of a service that refuses everything has its channel count as broken, and tried again after a minute", async () => {
    const { table, beats } = backlogThat(() => Promise.reject(broken("Authentication failure")));

    expect(await beats()).toEqual({ broken: "Authentication failure" });

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

    expect(await beats()).toEqual({});

    expect((await table.channel("backlog")).brokenSince).toBeUndefined();
  });

  it("that gets no answer says nothing of the channel", async () => {
    const { table, beats } = backlogThat(() => Promise.reject(slowDown(5, "Too many requests")));

    await expect(beats()).rejects.toThrow("Too many requests");

    expect((await table.channel("backlog")).brokenSince).toBeUndefined();
  });

  it("is repeated while the channel is broken, whenever it is due, so that its alarm stays", async () => {
    const { table, again } = backlogThat(() => Promise.reject(broken("Authentication failure")));
    expect(await again()).toBeUndefined();
    await table.broke("backlog", { reason: "gone", failures: 3, at: NOW, retryAt: NOW });

    expect([await again(), await again()]).toEqual([{ broken: "Authentication failure" }, undefined]);

    expect(await table.channel("backlog")).toMatchObject({ failures: 4, retryAt: "2026-11-22T00:08:00.000Z" });
  });

  it("that is repeated and answered leaves it to a message whether the channel works", async () => {
    const { table, again } = backlogThat(async () => {});
    await table.broke("backlog", { reason: "may add no issues", failures: 3, at: NOW, retryAt: NOW });

    expect(await again()).toEqual({});

    expect((await table.channel("backlog")).brokenSince).toBe(NOW);
  });

  it("is not asked of a channel that is paused", async () => {
    const { table } = backlogThat(async () => {});
    await table.broke("backlog", { reason: "Maintenance", failures: 1, at: NOW, retryAt: NOW });
    const channel = async () => ({ ...(await table.channel("backlog")), pausedAt: NOW });
    const ports = { store: { ...table, channel }, now: () => NOW };
    const ask = () => Promise.reject(broken("Maintenance"));

    expect(await beat(ports, { channel: "backlog", ask })).toBeUndefined();
    expect(await beatAgain(ports, { channel: "backlog", ask })).toBeUndefined();
  });
});
