import { expect, it } from "vitest";
import type { AlertRecord, FindingRecord } from "../../../handlers/alert/record";
import { reopenFailing } from "../../../handlers/alert/reopenFailing";
import { aFinding } from "./world";

const LONG_AGO = "2026-01-01T00:00:00.000Z";
const START = Date.parse("2026-03-01T00:00:00Z");

it("tells what Security Hub refused also where time is up before it is through", async () => {
  let clock = START;
  const asked: string[] = [];
  const members = (alertKey: string) => [{ id: alertKey, failingSince: LONG_AGO } as FindingRecord];
  const ports = {
    store: {
      closedButFailing: async () => ["first", "second"].map((alertKey) => ({ alertKey }) as AlertRecord),
      members: async (alertKey: string) => members(alertKey),
    },
    findings: {
      get: async (ids: readonly { id: string }[]) =>
        ids.map(({ id }) => aFinding({ id, compliance: "FAILED", workflow: "RESOLVED" })),
      setWorkflow: async (marked: readonly { id: string }[]) => {
        clock += 60_000;
        asked.push(...marked.map(({ id }) => id));
        return marked.map(() => "ConcurrentUpdateError");
      },
    },
    later: async () => undefined,
    now: () => new Date(clock).toISOString(),
    ...{ afterSeconds: 86_400, note: "still failing", budgetMs: 30_000 },
  };

  await expect(reopenFailing(ports)).rejects.toThrow("1 findings NEW: first: ConcurrentUpdateError");
  expect(asked).toEqual(["first"]);
});
