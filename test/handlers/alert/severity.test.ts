import { describe, expect, it } from "vitest";
import { severityOfAsff, severityOfOcsf } from "../../../handlers/alert/severity";

describe("severityOfAsff", () => {
  it.each([
    [{ Severity: { Label: "HIGH", Normalized: 0 } }, "HIGH"],
    [{ Severity: { Label: "high" } }, "HIGH"],
    [{ Severity: { Normalized: 0 } }, "INFORMATIONAL"],
    [{ Severity: { Normalized: 1 } }, "LOW"],
    [{ Severity: { Normalized: 39 } }, "LOW"],
    [{ Severity: { Normalized: 40 } }, "MEDIUM"],
    [{ Severity: { Normalized: 69 } }, "MEDIUM"],
    [{ Severity: { Normalized: 70 } }, "HIGH"],
    [{ Severity: { Normalized: 89 } }, "HIGH"],
    [{ Severity: { Normalized: 90 } }, "CRITICAL"],
    [{ Severity: { Normalized: "40" } }, "MEDIUM"],
    [{ Severity: { Product: 8 }, FindingProviderFields: { Severity: { Label: "LOW" } } }, "LOW"],
    [{ FindingProviderFields: { Severity: { Normalized: 95 } } }, "CRITICAL"],
    [{ ProductFields: { "aws/securityhub/SeverityLabel": "MEDIUM" } }, "MEDIUM"],
    [{ Severity: { Original: "Critical" } }, "CRITICAL"],
    [{ Severity: { Normalized: Number.NaN } }, undefined],
    [{ Severity: { Product: 8 } }, undefined],
    [{}, undefined],
  ])("reads %j as %s", (finding, severity) => {
    expect(severityOfAsff(finding)).toBe(severity);
  });
});

describe("severityOfOcsf", () => {
  it.each([
    [{ severity_id: 1 }, "INFORMATIONAL"],
    [{ severity_id: 4, severity: "High" }, "HIGH"],
    [{ severity_id: 5 }, "CRITICAL"],
    [{ severity_id: 6 }, "CRITICAL"],
    [{ severity: "Fatal" }, "CRITICAL"],
    [{ severity_id: 99, severity: "Medium" }, "MEDIUM"],
    [{ severity_id: 0, severity: "Unknown", vendor_attributes: { severity_id: 3 } }, "MEDIUM"],
    [{ severity_id: 0, severity: "Unknown" }, undefined],
  ])("reads %j as %s", (finding, severity) => {
    expect(severityOfOcsf(finding)).toBe(severity);
  });
});
