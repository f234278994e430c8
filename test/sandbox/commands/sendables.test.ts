import { describe, expect, it } from "vitest";
import { sendablesIn } from "../../../sandbox/sendables";

const finding = (id: string) => ({
  SchemaVersion: "2018-10-08",
  Id: id,
  ProductArn: "arn:aws:securityhub:::product/a/b",
});
const read = (content: unknown) => sendablesIn(JSON.stringify(content));

describe("sendablesIn", () => {
  it("takes one finding, and the findings of a BatchImportFindings request", () => {
    expect(read(finding("a"))).toEqual([{ finding: finding("a") }]);
    expect(read({ Findings: [finding("a"), finding("b")] })).toEqual([
      { finding: finding("a") },
      { finding: finding("b") },
    ]);
  });

  it("takes a list of anything it takes", () => {
    const event = { "detail-type": "AWS Health Event", source: "aws.health", detail: {} };

    expect(read([finding("a"), { Findings: [finding("b")] }, event])).toEqual([
      { finding: finding("a") },
      { finding: finding("b") },
      { event },
    ]);
  });

  it("takes the findings out of an event of Security Hub, each by itself", () => {
    const event = {
      "detail-type": "Security Hub Findings - Custom Action",
      source: "aws.securityhub",
      detail: { actionName: "x", findings: [finding("a"), finding("b")] },
    };

    expect(read(event)).toEqual([{ finding: finding("a") }, { finding: finding("b") }]);
  });

  it("leaves an event whose findings are OCSF as it is", () => {
    const event = {
      "detail-type": "Findings Imported V2",
      source: "aws.securityhub",
      detail: { findings: [{ metadata: { uid: "a" } }] },
    };

    expect(read(event)).toEqual([{ event }]);
  });

  it("reads a file that begins with a byte order mark", () => {
    expect(sendablesIn(`\uFEFF${JSON.stringify(finding("a"))}`)).toHaveLength(1);
  });

  it("says what is wrong, and where", () => {
    expect(() => sendablesIn("{")).toThrow(/^it is not JSON: /);
    expect(() => read([])).toThrow("it is an empty list");
    expect(() => read([finding("a"), 7])).toThrow("it[1] is a number, no finding or event");
    expect(() => read({ Findings: [{ Title: "x" }] })).toThrow(
      "it.Findings[0] is neither an ASFF finding (no ProductArn) nor an EventBridge event (no detail-type): its keys are Title",
    );
  });
});
