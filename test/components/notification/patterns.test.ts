import { describe, expect, it } from "vitest";
import { PATTERNS } from "../../../components/notification/patterns";
import type { Severity } from "../../../handlers/alert/types";

const ALL: Severity[] = ["INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"];
/** What stands under `detail.findings`, and under each $or there. */
const findingsIn = (pattern: object) =>
  (pattern as { detail: { findings: Record<string, unknown> } }).detail.findings as Record<string, unknown>;
const opening = (severities: Severity[]) => findingsIn(PATTERNS.cspm.opening(severities));

// What they let through: test/sandbox/aws/findingPatterns.test.ts.
describe("the opening rule's pattern", () => {
  it("takes NEW of every severity set, and NOTIFIED of those above the lowest, whatever their order", () => {
    expect(opening(["CRITICAL", "MEDIUM", "HIGH"])).toMatchObject({
      $or: [
        { Workflow: { Status: ["NEW"] }, Severity: { Label: ["CRITICAL", "MEDIUM", "HIGH"] } },
        { Workflow: { Status: ["NOTIFIED"] }, Severity: { Label: ["CRITICAL", "HIGH"] } },
      ],
    });
  });

  it("takes no NOTIFIED where one severity is set alone, since nothing can get worse into it", () => {
    const findings = opening(["CRITICAL"]);

    expect(findings).toMatchObject({ Workflow: { Status: ["NEW"] }, Severity: { Label: ["CRITICAL"] } });
    // EventBridge takes no $or of one.
    expect(findings).not.toHaveProperty("$or");
  });

  it("takes findings without Compliance, as GuardDuty's, and leaves out what passes or can't be checked", () => {
    expect(opening(["HIGH"])).toMatchObject({
      Compliance: { Status: [{ exists: false }, { "anything-but": ["PASSED", "NOT_AVAILABLE"] }] },
      RecordState: ["ACTIVE"],
    });
  });
});

describe("the patterns of a source", () => {
  it.each([
    ["cspm", "Security Hub Findings - Imported"],
    ["v2", "Findings Imported V2"],
  ] as const)("are of %s alone, since the other tells of the same", (source, type) => {
    const { opening, closing } = PATTERNS[source];

    expect([opening(["HIGH"]), closing]).toMatchObject([{ "detail-type": [type] }, { "detail-type": [type] }]);
  });

  it.each(["cspm", "v2"] as const)("of %s stay below EventBridge's 2,048 characters with every severity", (source) => {
    const { opening, closing } = PATTERNS[source];

    expect(JSON.stringify(opening(ALL)).length).toBeLessThan(2048);
    expect(JSON.stringify(closing).length).toBeLessThan(2048);
  });

  it("go by OCSF's numbers, Fatal as CRITICAL", () => {
    expect(findingsIn(PATTERNS.v2.opening(["MEDIUM", "CRITICAL"])).severity_id).toEqual([3, 5, 6]);
  });
});
