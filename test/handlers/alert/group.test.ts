import { describe, expect, it } from "vitest";
import { type Grouping, groupOf } from "../../../handlers/alert/group";
import type { Finding } from "../../../handlers/alert/types";
import { aFinding } from "./world";

const grouping: Grouping = { controls: "control", vulnerabilities: "vulnerability", routes: [] };
const keyOf = (finding: Finding, settings: Partial<Grouping> = {}) =>
  groupOf(finding, { ...grouping, ...settings }).alertKey;
const control = (id: string, changes: Partial<Finding> = {}) =>
  aFinding({ id, compliance: "FAILED", control: "S3.8", ...changes });
const vulnerability = (id: string, cve: string, changes: Partial<Finding> = {}) =>
  aFinding({ id, vulnerability: { id: cve, exploitable: false, image: "sha256:1" }, ...changes });
const health = (id: string, accountId: string) => {
  const about = { category: "issue", service: "EC2", typeCode: "AWS_EC2_OPERATIONAL_ISSUE" };
  return aFinding({ id, accountId, format: "health", health: { communicationId: "c-1", ...about } });
};

describe("the alert that a finding belongs to", () => {
  it("is one for a control and account, whatever the region, standard and resource", () => {
    const keys = [control("fsbp-1"), control("cis-1", { region: "us-east-1" })].map((finding) => keyOf(finding));

    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
  });

  it("is another for another account, control or owner", () => {
    const routes = [{ name: "payments", match: { regions: ["us-*"] } }];
    const findings = [
      control("1"),
      control("2", { accountId: "999988887777" }),
      control("3", { control: "S3.9" }),
      control("4", { region: "us-east-1" }),
    ];

    expect(new Set(findings.map((finding) => keyOf(finding, { routes }))).size).toBe(4);
  });

  it("is one a finding where the settings say so, and for what no control checks", () => {
    expect(keyOf(control("1"), { controls: "finding" })).not.toBe(keyOf(control("2"), { controls: "finding" }));
    expect(keyOf(aFinding({ id: "1" }))).not.toBe(keyOf(aFinding({ id: "2" })));
    expect(groupOf(aFinding(), grouping)).toMatchObject({ groupBy: "finding", route: "default" });
  });

  it("is one for a vulnerability and account, or for an image", () => {
    const [one, same, other] = [
      vulnerability("1", "CVE-1"),
      vulnerability("2", "CVE-1"),
      vulnerability("3", "CVE-2"),
    ] as const;

    expect(keyOf(one)).toBe(keyOf(same));
    expect(keyOf(one)).not.toBe(keyOf(other));
    expect(keyOf(one, { vulnerabilities: "image" })).toBe(keyOf(other, { vulnerabilities: "image" }));
    expect(keyOf(one, { vulnerabilities: "finding" })).not.toBe(keyOf(same, { vulnerabilities: "finding" }));
  });

  it("is one for what AWS Health tells of several accounts, but not of two owners", () => {
    const routes = [{ name: "payments", match: { accounts: ["222222222222"] } }];

    expect(keyOf(health("1", "111111111111"))).toBe(keyOf(health("2", "222222222222")));
    expect(keyOf(health("1", "111111111111"), { routes })).not.toBe(keyOf(health("2", "222222222222"), { routes }));
  });

  it("takes the first route of which all matchers hold, with * for any text and nothing else special", () => {
    const routes = [
      { name: "both", match: { accounts: ["1111*"], controls: ["S3.*"] } },
      { name: "dots", match: { controls: ["S3.8"] } },
    ];
    const routeOf = (finding: Finding) => groupOf(finding, { ...grouping, routes }).route;

    expect(routeOf(control("1"))).toBe("both");
    expect(routeOf(control("1", { accountId: "222222222222" }))).toBe("dots");
    expect(routeOf(control("1", { accountId: "222222222222", control: "S3x8" }))).toBe("default");
  });
});
