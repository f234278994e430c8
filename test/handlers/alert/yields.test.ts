import { describe, expect, it } from "vitest";
import type { AlertRecord, FindingRecord } from "../../../handlers/alert/record";
import { type TellPorts, tell } from "../../../handlers/alert/tell";
import type { Channel, Severity } from "../../../handlers/alert/types";
import { memoryTable } from "./memoryTable";
import { takenIn } from "./takenIn";
import { aFinding } from "./world";

const at = (time: string) => `2026-12-01T${time}:00.000Z`;
const [OPENED, BEGAN, ROSE, LATER] = [at("12:00"), at("12:01"), at("12:10"), at("12:20")];

/** An alert that Backlog has told, and that rises while Slack takes nothing. */
async function aRiseWhileSlackIsBroken() {
  const findings = new Map<string, FindingRecord>();
  const store = memoryTable(async (_, call) => call(), { alerts: new Map<string, AlertRecord>(), findings });
  const finding = aFinding();
  const report = (severity: Severity, now: string) => takenIn(store, { ...finding, severity, updatedAt: now }, now);
  const { alertKey, running: execution = "" } = await report("HIGH", OPENED);
  const told: string[] = [];
  const say = (channel: Channel, began: string, now = began) => {
    const ports: TellPorts = {
      ...{ store, now: () => now, timeoutSeconds: 60, timing: { groupWaitSeconds: 0, groupIntervalSeconds: 0 } },
      gate: { mutes: [], digests: true },
      service: { channel, send: async ({ kind }) => `${told.push(`${channel} ${kind}`)}` },
    };
    return tell(ports, { alertKey, execution, reserved: false, began });
  };
  await store.broke("slack", { reason: "token_revoked", failures: 5, at: OPENED, retryAt: at("13:00") });
  const first = [await say("backlog", BEGAN), await say("slack", BEGAN)];
  await report("CRITICAL", ROSE);
  return { first, say, told };
}

describe("a channel that is broken", () => {
  it("makes way for a rise that another one has to tell, once", async () => {
    const { first, say, told } = await aRiseWhileSlackIsBroken();

    const after = await say("slack", BEGAN, LATER);
    const anew = [await say("slack", LATER), await say("backlog", LATER)];

    expect(first.map(({ outcome }) => outcome)).toEqual(["told", "wait"]);
    expect(after).toMatchObject({ outcome: "yields", seconds: 0 });
    expect(anew.map(({ outcome }) => outcome)).toEqual(["wait", "told"]);
    expect(told).toEqual(["backlog opened", "backlog risen"]);
  });

  it("goes on waiting where the other has told the rise in the meantime", async () => {
    const { say } = await aRiseWhileSlackIsBroken();
    await say("backlog", BEGAN, ROSE);

    expect(await say("slack", BEGAN, LATER)).toMatchObject({ outcome: "wait" });
  });
});
