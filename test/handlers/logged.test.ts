import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { refused } from "../../handlers/alert/errors";
import { groupOf } from "../../handlers/alert/group";
import type { ChannelService } from "../../handlers/alert/ports";
import { type ReceivePorts, receive } from "../../handlers/alert/receive";
import type { TellPorts } from "../../handlers/alert/tell";
import { logIntake } from "../../handlers/intakeLog";
import { waited } from "../../handlers/log";
import { tellAndLog } from "../../handlers/tellAndLog";
import { memoryTable } from "./alert/memoryTable";
import { aFinding } from "./alert/world";

const NOW = "2026-11-22T08:00:30.000Z";
const finding = aFinding({ updatedAt: "2026-11-22T08:00:00.000Z" });

/** Lines written since the test began. */
let lines: Record<string, unknown>[] = [];
beforeEach(() => {
  lines = [];
  vi.useFakeTimers({ now: Date.parse(NOW), toFake: ["Date"] });
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    lines.push(JSON.parse(String(text)));
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** An alert taken in, and what tells it by a service that does as it is told. */
async function alert(service: Partial<ChannelService>) {
  const store = memoryTable(async (_label, call) => call(), { alerts: new Map(), findings: new Map() });
  const now = () => new Date().toISOString();
  const ports = {
    store,
    now,
    severities: ["HIGH"],
    reopenWithinSeconds: 3600,
    groupOf: () => groupOf(finding, { controls: "finding", vulnerabilities: "finding", routes: [] }),
    digestOf: () => undefined,
    executions: { start: async () => true, status: async () => "running" },
  } as unknown as ReceivePorts;
  const [received] = await receive(ports, [{ finding, eventTime: NOW }]);
  const alertKey = received instanceof Error || !received?.alertKey ? "" : received.alertKey;
  const request = { alertKey, execution: "execution-1", reserved: true, began: "2026-11-22T00:00:00.000Z" };
  const tellPorts: TellPorts = {
    store,
    now,
    service: { channel: "slack", send: async () => "ts-1", ...service },
    timeoutSeconds: 60,
    gate: { mutes: [], digests: false },
    timing: { groupWaitSeconds: 0, groupIntervalSeconds: 0 },
  };
  return { alertKey, tell: () => tellAndLog(tellPorts, request) };
}

describe("telling is logged", () => {
  it("with what was told, how long it took, and the time since the finding", async () => {
    const { alertKey, tell } = await alert({});

    await tell();

    expect(lines).toEqual([
      {
        step: "tell",
        outcome: "told",
        channel: "slack",
        alertKey,
        execution: "execution-1",
        kind: "opened",
        version: 1,
        product: finding.product,
        findingId: finding.id,
        waitMs: 0,
        durationMs: 0,
        told: 1,
        findingToToldSeconds: 30,
        _aws: expect.anything(),
      },
    ]);
  });

  it("as failed, with the reason, without what is secret in it; and fails as before", async () => {
    const { tell } = await alert({ send: () => Promise.reject(refused("Slack: invalid_auth for xoxb-123-abc")) });

    await expect(tell()).rejects.toThrow("xoxb");

    expect(lines).toMatchObject([
      { step: "tell", outcome: "failed", errorName: "Refused", reason: "Slack: invalid_auth for ***", failed: 1 },
    ]);
    expect(lines[0]).not.toHaveProperty("told");
  });

  it("counts nothing as told where nothing was to be told", async () => {
    const { tell } = await alert({});
    await tell();
    lines = [];

    await tell();

    expect(lines).toMatchObject([{ step: "tell", outcome: "told", durationMs: 0 }]);
    expect(lines[0]).not.toHaveProperty("told");
  });

  it("counts a message once that was sent with an unknown outcome and is found again", async () => {
    const send = () => Promise.reject(new Error("socket hang up"));
    const { tell } = await alert({ send, find: async () => "ts-1" });
    await expect(tell()).rejects.toThrow();
    lines = [];

    await tell();

    expect(lines).toMatchObject([{ outcome: "again", told: 1 }]);
  });
});

describe("taking in is logged", () => {
  const records = [{ attributes: { SentTimestamp: String(Date.parse(NOW) - 1500) } }];
  const other = (id: string) => ({ ...finding, id });

  it("with a line for what is of an alert, and only a count of closings that nobody was told of", () => {
    logIntake({
      begun: Date.parse(NOW) - 20,
      records,
      reported: [
        { finding, result: { alertKey: "k1", outcome: "joined" } },
        { finding: other("b"), result: { outcome: "not known, and not an opening" } },
        { finding: { ...other("c"), workflow: "SUPPRESSED" }, result: { outcome: "not known, and not an opening" } },
        { finding: other("d"), result: new Error("throttled") },
      ],
      confirmed: [{ finding: other("e"), result: { alertKey: "k2", outcome: "over" } }],
    });

    expect(lines).toMatchObject([
      { step: "intake", outcome: "joined", alertKey: "k1", findingId: finding.id },
      { step: "intake", outcome: "failed", findingId: "d", reason: "throttled" },
      { step: "recheck", outcome: "over", alertKey: "k2", findingId: "e" },
      {
        step: "intake",
        outcome: "batch",
        records: 1,
        durationMs: 20,
        waitMs: 1500,
        received: 4,
        unknown: 2,
        merged: 1,
        suppressed: 1,
        failed: 1,
      },
    ]);
    expect(lines.filter((line) => "_aws" in line)).toHaveLength(1);
  });

  it("without a wait where SQS does not say when a message was sent", () => {
    expect(waited([{ attributes: {} as never }])).toEqual({});
    expect(waited([])).toEqual({});
  });
});
