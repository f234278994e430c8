import { describe, expect, it } from "vitest";
import { groupOf } from "../../../handlers/alert/group";
import { observe } from "../../../handlers/alert/lifecycle";
import type { AlertRecord, FindingRecord } from "../../../handlers/alert/record";
import { type TellPorts, tell } from "../../../handlers/alert/tell";
import type { Finding } from "../../../handlers/alert/types";
import { memoryTable } from "./memoryTable";
import { aFinding } from "./world";

const at = (time: string) => `2026-12-01T${time}.000Z`;
const timing = { groupWaitSeconds: 30, groupIntervalSeconds: 300 };
const bucket = (id: string) =>
  aFinding({
    ...{ id, compliance: "FAILED", control: "S3.8", resourceCount: 1 },
    resources: [{ id: `arn:aws:s3:::${id}`, type: "AwsS3Bucket" }],
  });

/** A channel that is asked to tell one alert, and what it has told. */
function aChannel() {
  const findings = new Map<string, FindingRecord>();
  const store = memoryTable(async (_, call) => call(), { alerts: new Map<string, AlertRecord>(), findings });
  const told: string[] = [];
  let alert: AlertRecord | undefined;
  const report = async (finding: Finding, now: string, requested = false) => {
    const group = groupOf(finding, { controls: "control", vulnerabilities: "finding", routes: [] });
    const [known = {}] = await store.known([{ finding, ...group }]);
    const decision = observe(
      known,
      { finding, eventTime: now, requested },
      {
        ...{ severities: ["HIGH"], reopenWithinSeconds: 0, now, confirmed: false },
        ...{ digestOf: () => undefined, groupOf: () => group },
      },
    );
    if (decision.kind !== "write") throw new Error(decision.reason);
    alert = decision.alert;
    await store.take(known.alert, alert, [decision.finding]);
  };
  const say = async (now: string) => {
    const ports: TellPorts = {
      ...{ store, now: () => now, timeoutSeconds: 60, timing, gate: { mutes: [], digests: true } },
      service: { channel: "slack", send: async ({ kind, findings }) => `${told.push(`${kind} ${findings}`)}` },
    };
    const { alertKey = "", running: execution = "" } = alert ?? {};
    const { outcome, seconds } = await tell(ports, { alertKey, execution, reserved: false, began: now });
    return `${outcome} ${seconds}`;
  };
  return { report, say, told };
}

describe("the first word", () => {
  it("on a group waits for more of it, until groupWait has passed since it opened", async () => {
    const { report, say, told } = aChannel();
    await report(bucket("a"), at("12:00:00"));

    const early = await say(at("12:00:10"));
    await report(bucket("b"), at("12:00:20"));
    const still = await say(at("12:00:29"));
    const due = await say(at("12:00:30"));

    expect([early, still, due]).toEqual(["wait 20", "wait 1", "told 0"]);
    expect(told).toEqual(["opened 2"]);
  });

  it("on what is told by itself waits for nothing", async () => {
    const { report, say } = aChannel();
    await report(aFinding(), at("12:00:00"));

    expect(await say(at("12:00:00"))).toBe("told 0");
  });

  it("waits for nothing where a person asks for it", async () => {
    const { report, say, told } = aChannel();
    await report(bucket("a"), at("12:00:00"));
    await report(bucket("a"), at("12:00:05"), true);

    expect(await say(at("12:00:05"))).toBe("told 0");
    expect(told).toEqual(["opened 1"]);
  });
});

describe("a second word", () => {
  it("waits until groupInterval has passed since the first one", async () => {
    const { report, say, told } = aChannel();
    await report(bucket("a"), at("12:00:00"));
    await say(at("12:00:30"));
    await report(bucket("b"), at("12:01:00"));

    const early = await say(at("12:01:00"));
    await report(bucket("c"), at("12:05:00"));
    const still = await say(at("12:05:29"));
    const due = await say(at("12:05:30"));

    expect([early, still, due]).toEqual(["wait 270", "wait 1", "told 0"]);
    expect(told).toEqual(["opened 1", "risen 3"]);
  });

  it("waits for nothing where a person asks for it", async () => {
    const { report, say, told } = aChannel();
    await report(bucket("a"), at("12:00:00"));
    await say(at("12:00:30"));
    await report(bucket("a"), at("12:01:00"), true);

    expect(await say(at("12:01:00"))).toBe("told 0");
    expect(told).toEqual(["opened 1", "requested 1"]);
  });
});
