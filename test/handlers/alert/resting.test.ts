import { expect, it } from "vitest";
import { groupOf } from "../../../handlers/alert/group";
import { observe } from "../../../handlers/alert/lifecycle";
import type { AlertStore, Executions, Findings } from "../../../handlers/alert/ports";
import { type AlertRecord, type FindingRecord, findingKey } from "../../../handlers/alert/record";
import { type SettlePorts, settle } from "../../../handlers/alert/settle";
import { sweep } from "../../../handlers/alert/sweep";
import type { Severity } from "../../../handlers/alert/types";
import { memoryHub } from "./memoryHub";
import { memoryTable } from "./memoryTable";
import { aFinding } from "./world";

const OPENED = "2026-12-01T12:00:00.000Z";
const LATER = "2026-12-01T14:00:00.000Z";
const SEVERITIES: Severity[] = ["HIGH", "CRITICAL"];

/** An alert that Slack and mail leave to their digests, and its execution, which is about to leave. `before` runs before a call of the table. */
async function leftToDigests(before: (call: string) => Promise<void> = async () => {}) {
  const store = memoryTable(
    async (name, call) => {
      await before(name);
      return call();
    },
    { alerts: new Map<string, AlertRecord>(), findings: new Map<string, FindingRecord>() },
  );
  const finding = aFinding();
  const group = groupOf(finding, { controls: "finding", vulnerabilities: "finding", routes: [] });
  const circumstances = {
    ...{ severities: SEVERITIES, reopenWithinSeconds: 0, now: OPENED, confirmed: false },
    ...{ digestOf: () => undefined, groupOf: () => group },
  };
  const decision = observe({}, { finding, eventTime: OPENED }, circumstances);
  if (decision.kind !== "write") throw new Error(decision.reason);
  await store.take(undefined, decision.alert, [decision.finding]);
  const { alertKey, running: execution = "" } = decision.alert;
  for (const channel of ["slack", "mail"] as const) {
    await store.defer(alertKey, channel, { version: 1, reason: "budget", at: OPENED });
  }
  const tellInDigest = (channel: "slack" | "mail") =>
    store.toldInDigest(alertKey, channel, { occurrence: 1, version: 1, severity: "HIGH", reference: "", at: LATER });
  const hub = memoryHub((_, call) => Promise.resolve(call()), new Map([[findingKey(finding), finding]]), {
    emit: () => {},
    wentOn: () => false,
  });
  const ports: SettlePorts = {
    ...{ store, findings: hub.findings, required: ["slack", "mail"], now: () => LATER, budgetMs: 60_000 },
    ...{ later: async () => {}, report: async () => {} },
  };
  const settleIt = () => settle(ports, [{ alertKey, execution, failures: [] }]);
  const alert = async () => (await store.load(alertKey)) as AlertRecord;
  return { store, tellInDigest, settleIt, alert };
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
