import { expect, it } from "vitest";
import type { AlertRecord, FindingRecord } from "../../../handlers/alert/record";
import { type TellPorts, tell } from "../../../handlers/alert/tell";
import { memoryTable } from "./memoryTable";
import { takenIn } from "./takenIn";
import { aFinding } from "./world";

const OPENED = "2026-12-01T12:00:00.000Z";

/** Has mail tell, with all its budget, an alert that it has left to its digest; as another channel's digest has it told again. */
async function toldAgain(now: string) {
  const tables = { alerts: new Map<string, AlertRecord>(), findings: new Map<string, FindingRecord>() };
  const store = memoryTable(async (_, call) => call(), tables);
  const { alertKey, running: execution = "" } = await takenIn(store, aFinding(), OPENED);
  await store.defer(alertKey, "mail", { version: 1, reason: "budget", at: OPENED });
  let sent = 0;
  const ports: TellPorts = {
    ...{ store, now: () => now, timeoutSeconds: 60, timing: { groupWaitSeconds: 0, groupIntervalSeconds: 0 } },
    gate: { mutes: [], digests: true, hourlyBudget: 100 },
    service: { channel: "mail", send: async () => `${++sent}` },
  };
  const { outcome } = await tell(ports, { alertKey, execution, reserved: false, began: now });
  return { outcome, sent };
}

it("leaves to its digest what that may be telling just now", async () => {
  expect(await toldAgain("2026-12-02T09:00:00.000Z")).toEqual({ outcome: "deferred", sent: 0 });
});

it("tells by itself what a day's digest has left out", async () => {
  expect(await toldAgain("2026-12-02T15:00:00.000Z")).toEqual({ outcome: "told", sent: 1 });
});
