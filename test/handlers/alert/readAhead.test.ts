import { describe, expect, it } from "vitest";
import { observe } from "../../../handlers/alert/lifecycle";
import type { FindingId } from "../../../handlers/alert/ports";
import { readAhead } from "../../../handlers/alert/readAhead";
import type { ReceivePorts } from "../../../handlers/alert/receive";
import type { Finding } from "../../../handlers/alert/types";
import { aFinding } from "./world";

const now = "2026-01-02T00:00:00.000Z";
const severities = ["HIGH", "CRITICAL"] as const;

/** Ports that count what is asked of Security Hub. */
function portsOver(hub: readonly Finding[], fails = false) {
  const asked: string[][] = [];
  const get = async (ids: readonly FindingId[]) => {
    asked.push(ids.map(({ id }) => id));
    if (fails && asked.length === 1) throw new Error("TooManyRequestsException");
    return ids.map(({ id }) => hub.find((finding) => finding.id === id));
  };
  return { asked, ports: { severities, now: () => now, findings: { get } } as unknown as ReceivePorts };
}

/** An open alert on a finding, and the event that it is over. */
function closing(id: string) {
  const opened = aFinding({ id });
  const decision = observe({}, { finding: opened, eventTime: now }, { severities, now, confirmed: false });
  if (decision.kind !== "write") throw new Error(decision.kind);
  const { alert, finding } = decision;
  return {
    known: { alert, finding },
    observation: { finding: { ...opened, record: "ARCHIVED" as const }, eventTime: now },
  };
}

describe("reading ahead", () => {
  it("asks Security Hub once for all that the batch must verify, and for nothing else", async () => {
    const closings = ["a", "b", "c"].map(closing);
    const { ports, asked } = portsOver(closings.map(({ observation }) => observation.finding));
    const opening = { finding: aFinding({ id: "new" }), eventTime: now };

    const ahead = await readAhead(ports, {
      observations: [...closings.map(({ observation }) => observation), opening],
      known: [...closings.map(({ known }) => known), {}],
      rechecks: [aFinding({ id: "gone" })],
    });
    const answers = await Promise.all(["a", "b", "c", "gone"].map((id) => ahead.findings.get([aFinding({ id })])));

    expect(asked).toEqual([["a", "b", "c", "gone"]]);
    expect(answers.map(([finding]) => finding?.record)).toEqual(["ARCHIVED", "ARCHIVED", "ARCHIVED", undefined]);
  });

  it("leaves reading to each message where the call fails", async () => {
    const closings = ["a", "b"].map(closing);
    const { ports, asked } = portsOver(
      closings.map(({ observation }) => observation.finding),
      true,
    );

    const batch = {
      observations: closings.map((c) => c.observation),
      known: closings.map((c) => c.known),
      rechecks: [],
    };
    const ahead = await readAhead(ports, batch);
    const [found] = await ahead.findings.get([aFinding({ id: "b" })]);

    expect(found?.id).toBe("b");
    expect(asked).toEqual([["a", "b"], ["b"]]);
  });
});
