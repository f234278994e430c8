import { describe, expect, it } from "vitest";
import { logLine } from "../../../handlers/log";
import { lineInWords, secondsOf } from "../../../sandbox/commands/logs";

describe("sandbox logs", () => {
  it("reads spans of time, and refuses what is none", () => {
    expect(["30s", "5m", "2h", "1d"].map(secondsOf)).toEqual([30, 300, 7_200, 86_400]);
    for (const bad of ["5", "m", "0m", "5 m", "1w", "-1m"]) expect(() => secondsOf(bad)).toThrow(`--since: "${bad}"`);
  });

  it("begins each line with time and function, in colours only on a terminal", () => {
    const line = { function: "alerts-intake", at: "2026-11-22T07:46:23.812Z", text: "START RequestId: 1" };

    expect(lineInWords(line, false)).toBe("07:46:23.812 intake       START RequestId: 1");
    expect(lineInWords({ ...line, text: "Error: no" }, true)).toContain("\u001b[31mError: no");
  });

  it("leaves out of a step's line what CloudWatch alone reads, and shows a failed step in red", () => {
    const text = logLine({ step: "tell", outcome: "failed", channel: "slack", durationMs: 5 }, { failed: 1 }, 0);
    const line = { function: "alerts-slack", at: "2026-11-22T07:46:23.812Z", text };

    expect(text).toContain("_aws");
    expect(lineInWords(line, false)).toBe(
      '07:46:23.812 slack        {"step":"tell","outcome":"failed","channel":"slack","durationMs":5,"failed":1}',
    );
    expect(lineInWords(line, true)).toContain('\u001b[31m{"step":"tell"');
  });
});
