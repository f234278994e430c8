import { describe, expect, it } from "vitest";
import { closingPattern, openingPattern } from "../../../components/notification/patterns";

describe("the opening rule's pattern", () => {
  it("takes NEW of every severity set, and NOTIFIED of those above the lowest, whatever their order", () => {
    const { findings } = openingPattern(["CRITICAL", "MEDIUM", "HIGH"]).detail;

    expect(findings).toMatchObject({
      $or: [
        { Workflow: { Status: ["NEW"] }, Severity: { Label: ["CRITICAL", "MEDIUM", "HIGH"] } },
        { Workflow: { Status: ["NOTIFIED"] }, Severity: { Label: ["CRITICAL", "HIGH"] } },
      ],
    });
  });

  it("takes no NOTIFIED where one severity is set alone, since nothing can get worse into it", () => {
    const { findings } = openingPattern(["CRITICAL"]).detail;

    expect(findings).toMatchObject({ Workflow: { Status: ["NEW"] }, Severity: { Label: ["CRITICAL"] } });
    // EventBridge takes no $or of one.
    expect(findings).not.toHaveProperty("$or");
  });

  it("takes findings without Compliance, as GuardDuty's, and leaves out what passes or can't be checked", () => {
    const { Compliance, RecordState } = openingPattern(["HIGH"]).detail.findings;

    expect(Compliance).toEqual({ Status: [{ exists: false }, { "anything-but": ["PASSED", "NOT_AVAILABLE"] }] });
    expect(RecordState).toEqual(["ACTIVE"]);
  });

  it("takes no finding of Security Hub V2, nor does any other rule, since CSPM tells of the same", () => {
    const taken = [openingPattern(["HIGH"]), closingPattern].map((pattern) => pattern["detail-type"]);

    expect(taken).toEqual([["Security Hub Findings - Imported"], ["Security Hub Findings - Imported"]]);
    expect(taken.flat()).not.toContain("Findings Imported V2");
  });

  it("stays below EventBridge's 2,048 characters with every severity", () => {
    const all = openingPattern(["INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"]);

    expect(JSON.stringify(all).length).toBeLessThan(2048);
    expect(JSON.stringify(closingPattern).length).toBeLessThan(2048);
  });
});
