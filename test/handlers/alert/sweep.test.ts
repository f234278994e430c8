import { expect, it } from "vitest";
import type { AlertStore, Executions, Findings, Unreadable } from "../../../handlers/alert/ports";
import { type SweepPorts, sweep } from "../../../handlers/alert/sweep";
import type { Finding } from "../../../handlers/alert/types";
import { aFinding } from "./world";

it("has the rest read again where a finding can't be read, and fails at the end, naming it", async () => {
  const unreadable = { product: "macie", id: "broken", reason: "AwsAccountId is missing" };
  const [asked, skipped]: [string[], Unreadable[]] = [[], []];
  const eachPageOfNew = async (_: unknown, page: (findings: Finding[]) => Promise<void>) => {
    await page([aFinding({ id: "forgotten" })]);
    return [unreadable];
  };
  const ports: SweepPorts = {
    store: { unsettled: async () => [], known: async () => [{}] } as unknown as AlertStore,
    executions: {} as Executions,
    findings: { eachPageOfNew } as unknown as Findings,
    later: async ({ id }) => void asked.push(id),
    skipped: (finding) => skipped.push(finding),
    now: () => "2026-01-01T00:00:00.000Z",
    severities: ["HIGH"],
  };

  await expect(sweep(ports)).rejects.toThrow("broken: AwsAccountId is missing");
  expect(asked).toEqual(["forgotten"]);
  expect(skipped).toEqual([unreadable]);
});
