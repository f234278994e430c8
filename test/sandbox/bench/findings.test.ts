import { describe, expect, it } from "vitest";
import { findingOf } from "../../../handlers/alert/normalise";
import { type Flood, floodOf } from "../../../sandbox/bench/flood/findings";
import { checkFromService } from "../../../sandbox/doubles/securityhub/asff";
import { alertKeyOf } from "../../../sandbox/grouping";

const regions = ["ap-northeast-1", "us-east-1", "ap-northeast-3"];
const now = Date.parse("2026-11-22T12:00:00Z");
const full: Flood = floodOf({ findings: 10_000, controls: 40, accounts: 20, regions, now });
const distinct = (values: readonly string[]) => new Set(values).size;

describe("a flood", () => {
  it("has as many findings as were asked for, no two the same, each of them valid", () => {
    expect(full.findings).toHaveLength(10_000);
    expect(distinct(full.findings.map(({ Id, ProductArn }) => `${ProductArn} ${Id}`))).toBe(10_000);
    expect(full.findings.flatMap((finding) => checkFromService(finding).problems)).toEqual([]);
  });

  it("is of all controls, accounts and regions, and of 800 alerts", () => {
    const found = full.findings.map((finding) => findingOf(finding));

    expect(distinct(found.map(({ control }) => control ?? ""))).toBe(40);
    expect(distinct(found.map(({ accountId }) => accountId))).toBe(20);
    expect(distinct(found.map(({ region }) => region))).toBe(3);
    expect(distinct(found.map(alertKeyOf))).toBe(800);
  });

  it("is all to be told: open, HIGH or CRITICAL", () => {
    const found = full.findings.map((finding) => findingOf(finding));

    expect(new Set(found.map(({ workflow, record, compliance }) => `${workflow} ${record} ${compliance}`))).toEqual(
      new Set(["NEW ACTIVE FAILED"]),
    );
    expect(new Set(found.map(({ severity }) => severity))).toEqual(new Set(["HIGH", "CRITICAL"]));
  });

  it("has a fifth from a second standard, in the alert of the first", () => {
    const second = full.findings.filter(({ GeneratorId }) => String(GeneratorId).startsWith("nist-800-53"));
    const first = full.findings.filter((finding) => !second.includes(finding));

    expect(second.length / full.findings.length).toBeCloseTo(0.2, 2);
    expect(distinct(first.map((finding) => alertKeyOf(findingOf(finding))))).toBe(800);
  });

  it("delivers each once, one in twenty twice, and another one in twenty checked anew at a later time", () => {
    const of = (kind: string) => full.deliveries.filter((delivery) => delivery.kind === kind);
    const before = new Map(full.findings.map(({ Id, UpdatedAt }) => [Id, String(UpdatedAt)]));

    expect(of("first")).toHaveLength(10_000);
    expect(of("again")).toHaveLength(500);
    expect(of("newer")).toHaveLength(500);
    expect(of("newer").every(({ finding }) => String(finding.UpdatedAt) > (before.get(finding.Id) ?? "~"))).toBe(true);
  });

  it("is the same each time, and mixes accounts", () => {
    const again = floodOf({ findings: 10_000, controls: 40, accounts: 20, regions, now });

    expect(again).toEqual(full);
    expect(distinct(full.deliveries.slice(0, 1000).map(({ finding }) => finding.AwsAccountId))).toBe(20);
  });

  it("is refused with more controls than are known", () => {
    expect(() => floodOf({ findings: 10, controls: 41, accounts: 1, regions, now })).toThrow("There are 40 controls");
  });
});
