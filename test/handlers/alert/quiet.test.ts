import { describe, expect, it } from "vitest";
import { digestReason, quietUntil, regionStart, standardStart } from "../../../handlers/alert/quiet";
import type { Finding } from "../../../handlers/alert/types";
import { aFinding } from "./world";

const START = "2026-12-01T00:00:00.000Z";
const FIRST_DAY = "2026-12-01T20:00:00.000Z";
const LATER = "2026-12-02T00:00:01.000Z";
const CIS = "standards/cis-aws-foundations-benchmark/v/5.0.0";
const starts = { [regionStart("ap-northeast-1")]: START };
const settings = { start: "quiet", vulnerabilities: "exploitable" } as const;
const control = (changes: Partial<Finding> = {}) => aFinding({ compliance: "FAILED", control: "S3.8", ...changes });
const reason = (finding: Finding, now = FIRST_DAY, begun: Record<string, string> = starts) =>
  digestReason(finding, begun, settings, now);

describe("what is for the digest alone", () => {
  it("is what a region's controls fail on its first day", () => {
    expect(reason(control())).toBe("quiet");
    expect(reason(control(), LATER)).toBeUndefined();
    expect(reason(control({ region: "us-east-1" }))).toBeUndefined();
  });

  it("is what a new standard fails, unless one that is not new fails it too", () => {
    const old = { [regionStart("ap-northeast-1")]: "2026-01-01T00:00:00.000Z" };
    const begun = { ...old, [standardStart(CIS)]: START, [standardStart("fsbp")]: "2026-01-01T00:00:00.000Z" };

    expect(reason(control({ standards: [CIS] }), FIRST_DAY, begun)).toBe("quiet");
    expect(reason(control({ standards: [CIS, "fsbp"] }), FIRST_DAY, begun)).toBeUndefined();
    expect(reason(control({ standards: [CIS] }), LATER, begun)).toBeUndefined();
  });

  it("is what a product had seen before the start, but no attack of the first day", () => {
    expect(reason(aFinding({ firstSeen: "2026-11-01T00:00:00.000Z" }))).toBe("quiet");
    expect(reason(aFinding({ firstSeen: "2026-12-01T10:00:00.000Z" }))).toBeUndefined();
    expect(reason(aFinding({ firstSeen: "2026-11-30T23:30:00.000Z" }))).toBeUndefined();
    expect(reason(aFinding())).toBeUndefined();
    expect(reason(aFinding({ format: "health", firstSeen: "2026-11-01T00:00:00.000Z" }))).toBeUndefined();
  });

  it("is nothing of that where the start is loud", () => {
    expect(digestReason(control(), starts, { ...settings, start: "loud" }, FIRST_DAY)).toBeUndefined();
  });

  it("is a vulnerability that is neither exploited nor CRITICAL, unless all are to be told", () => {
    const found = (exploitable: boolean, severity: Finding["severity"] = "HIGH") =>
      aFinding({ severity, vulnerability: { id: "CVE-1", exploitable } });

    expect(reason(found(false), LATER)).toBe("vulnerability");
    expect(reason(found(true), LATER)).toBeUndefined();
    expect(reason(found(false, "CRITICAL"), LATER)).toBeUndefined();
    expect(digestReason(found(false), starts, { ...settings, vulnerabilities: "all" }, LATER)).toBeUndefined();
  });
});

it("gathers what existed before until a day after the last start", () => {
  expect(quietUntil({ one: START, other: "2026-12-01T06:00:00.000Z" }, FIRST_DAY)).toBe("2026-12-02T06:00:00.000Z");
  expect(quietUntil({ one: START }, LATER)).toBeUndefined();
});
