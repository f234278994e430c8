import { expect, it } from "vitest";
import { slowDown } from "../../../handlers/alert/errors";
import { groupOf } from "../../../handlers/alert/group";
import { observe } from "../../../handlers/alert/lifecycle";
import type { AlertRecord, FindingRecord } from "../../../handlers/alert/record";
import { type TellPorts, tell } from "../../../handlers/alert/tell";
import { memoryTable } from "./memoryTable";
import { aFinding } from "./world";

const NOW = "2026-12-01T12:30:00.000Z";

it("counts a message once in the hour's budget that the service asks to slow down for", async () => {
  const store = memoryTable(async (_, call) => call(), {
    alerts: new Map<string, AlertRecord>(),
    findings: new Map<string, FindingRecord>(),
  });
  const finding = aFinding();
  const decision = observe(
    {},
    { finding, eventTime: NOW },
    {
      ...{ severities: ["HIGH"], reopenWithinSeconds: 0, now: NOW, confirmed: false, digestOf: () => undefined },
      groupOf: () => groupOf(finding, { controls: "finding", vulnerabilities: "finding", routes: [] }),
    },
  );
  if (decision.kind !== "write") throw new Error(decision.reason);
  const { alert } = decision;
  await store.take(undefined, alert, [decision.finding]);
  let refusals = 1;
  const ports: TellPorts = {
    store,
    now: () => NOW,
    timeoutSeconds: 60,
    timing: { groupWaitSeconds: 0, groupIntervalSeconds: 0 },
    gate: { hourlyBudget: 1, mutes: [], digests: true },
    service: {
      channel: "slack",
      send: async () => {
        if (refusals-- > 0) throw slowDown(7, "Slack asks to slow down");
        return "1.0";
      },
    },
  };
  const request = { alertKey: alert.alertKey, execution: alert.running ?? "", began: NOW };

  const first = await tell(ports, { ...request, reserved: false });
  const second = await tell(ports, { ...request, reserved: first.reserved });

  expect(first).toMatchObject({ outcome: "wait", seconds: 7 });
  expect(second.outcome).toBe("told");
});
