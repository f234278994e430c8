import { expect, it } from "vitest";
import type { AlertStore, Executions, Findings } from "../../../handlers/alert/ports";
import { type AlertRecord, type FindingRecord, findingKey } from "../../../handlers/alert/record";
import { type SettlePorts, settle } from "../../../handlers/alert/settle";
import { sweep } from "../../../handlers/alert/sweep";
import type { Channel, Severity } from "../../../handlers/alert/types";
import { memoryHub } from "./memoryHub";
import { memoryTable } from "./memoryTable";
import { takenIn } from "./takenIn";
import { aFinding } from "./world";

const OPENED = "2026-12-01T12:00:00.000Z";
const LATER = "2026-12-01T14:00:00.000Z";
const SEVERITIES: Severity[] = ["HIGH", "CRITICAL"];

/** An alert of one finding, and its execution. `before` runs before a call of the table. */
async function anAlert(before: (call: string) => Promise<void> = async () => {}) {
  const store = memoryTable(
    async (name, call) => {
      await before(name);
      return call();
    },
    { alerts: new Map<string, AlertRecord>(), findings: new Map<string, FindingRecord>() },
  );
  const finding = aFinding();
  const report = (severity: Severity, now: string) => takenIn(store, { ...finding, severity, updatedAt: now }, now);
  const { alertKey, running: execution = "" } = await report("HIGH", OPENED);
  const told = (version: number) => ({ occurrence: 1, version, severity: "HIGH" as const, reference: "", at: LATER });
  const tellInDigest = (channel: Channel) => store.toldInDigest(alertKey, channel, told(1));
  const tell = (channel: Channel, version: number) =>
    store.told(alertKey, channel, { ...told(version), reference: "there" });
  const hub = memoryHub((_, call) => Promise.resolve(call()), new Map([[findingKey(finding), finding]]), {
    emit: () => {},
    wentOn: () => false,
  });
  const failed: number[] = [];
  const ports: SettlePorts = {
    ...{ store, findings: hub.findings, required: ["slack", "mail"], now: () => LATER, budgetMs: 60_000 },
    ...{ later: async () => {}, report: async ({ desired }) => void failed.push(desired) },
  };
  const settleIt = (...channels: Channel[]) => {
    const failures = channels.map((channel) => ({ channel, error: "Refused", cause: "403" }));
    return settle(ports, [{ alertKey, execution, failures }]);
  };
  const alert = async () => (await store.load(alertKey)) as AlertRecord;
  return { store, report, tell, tellInDigest, settleIt, alert, failed };
}

/** One that Slack and mail leave to their digests. */
async function leftToDigests(before?: (call: string) => Promise<void>) {
  const one = await anAlert(before);
  const { alertKey } = await one.alert();
  for (const channel of ["slack", "mail"] as const) {
    await one.store.defer(alertKey, channel, { version: 1, reason: "budget", at: OPENED });
  }
  return one;
}

it("is settled at once where a digest tells it while its execution is about to leave it to that", async () => {
  let tellNow: (() => Promise<unknown>) | undefined;
  const { tellInDigest, settleIt, alert } = await leftToDigests(async (call) => {
    if (call === "exit") await tellNow?.();
  });
  await tellInDigest("slack");
  tellNow = () => tellInDigest("mail");

  const first = await settleIt();
  tellNow = undefined;
  const next = await settleIt();

  expect([first, next]).toEqual([["again"], ["settled"]]);
  expect(await alert()).toMatchObject({ settled: 1, deferred: {} });
  expect((await alert()).restingSince).toBeUndefined();
});

it.each([
  ["wakes what rests although all digests are through with it", ["slack", "mail"], 1],
  ["lets rest what is left to one of them", ["slack"], 0],
] as const)("%s", async (_what, through, woken) => {
  const { store, tellInDigest, settleIt } = await leftToDigests();
  expect(await settleIt()).toEqual(["resting"]);
  // A function that died before it woke the alert.
  for (const channel of through) await tellInDigest(channel);

  const swept = await sweep({
    store: store as AlertStore,
    executions: { start: async () => true, status: async () => "running" } as Executions,
    findings: { eachPageOfNew: async () => [] } as unknown as Findings,
    ...{ later: async () => {}, skipped: () => {}, now: () => LATER, severities: SEVERITIES },
  });

  expect(swept).toMatchObject({ unsettled: 1, woken });
});

it("has the others tell what came while one was failing, before it parks", async () => {
  const { report, tell, settleIt, failed } = await anAlert();
  await tell("slack", 1);
  await report("CRITICAL", LATER);

  const first = await settleIt("mail");
  await tell("slack", 2);
  const next = await settleIt("mail");

  expect([first, next]).toEqual([["again"], ["parked"]]);
  expect(failed).toEqual([2]);
});

it("does not park what is redriven just then", async () => {
  let redrive: (() => Promise<unknown>) | undefined;
  const { store, tell, settleIt, alert, failed } = await anAlert(async (call) => {
    if (call === "exit") await redrive?.();
  });
  await tell("slack", 1);
  const { alertKey } = await alert();
  redrive = () => store.reported(alertKey, 0);

  const first = await settleIt("mail");
  redrive = undefined;
  const next = await settleIt("mail");

  expect([first, next]).toEqual([["again"], ["parked"]]);
  expect(failed).toEqual([1, 1]);
});
