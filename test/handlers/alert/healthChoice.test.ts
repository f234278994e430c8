import { describe, expect, it } from "vitest";
import {
  HEALTH_SEVERITIES,
  type HealthChoice,
  isChosen,
  isToldBySecurityHub,
  severityInSecurityHub,
  severityOfCategory,
} from "../../../handlers/alert/healthChoice";

const retirement = {
  communicationId: "c",
  category: "scheduledChange",
  service: "EC2",
  typeCode: "AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED",
};
const ALL = ["INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"] as const;
const all: HealthChoice = {
  include: [],
  exclude: [],
  severities: HEALTH_SEVERITIES,
  told: ALL,
  securityHub: { regions: [], exceptAccounts: [] },
};
const hub = (...severities: HealthChoice["told"]) => ({
  told: severities,
  securityHub: { regions: ["ap-northeast-1", "us-east-1"], exceptAccounts: ["777788889999"] },
});
const told = (choice: Partial<HealthChoice>, event = {}) =>
  isChosen({ ...retirement, ...event }, { ...all, ...choice });
const left = (choice: Partial<HealthChoice>, event = {}, region = "ap-northeast-1", accountId = "111122223333") =>
  isToldBySecurityHub({ ...retirement, ...event }, { region, accountId }, { ...all, ...choice });

describe("which events of AWS Health are told", () => {
  it("is all of them at first", () => {
    expect(told({})).toBe(true);
  });

  it.each([
    [{ category: ["issue", "scheduledChange"] as const }, true],
    [{ category: ["issue"] as const }, false],
    [{ service: ["EC2"] }, true],
    [{ service: ["EC"] }, false],
    [{ service: ["E*"] }, true],
    [{ typeCode: ["AWS_EC2_*"] }, true],
    [{ typeCode: ["*_RETIREMENT_*"] }, true],
    [{ typeCode: ["AWS_EC2"] }, false],
    [{ typeCode: ["AWS.EC2*"] }, false],
    [{ service: ["EC2"], typeCode: ["*_REBOOT_*"] }, false],
    [{ service: ["RDS"], typeCode: ["*"] }, false],
  ])("is decided by the matcher %j", (matcher, matches) => {
    expect(told({ include: [matcher] })).toBe(matches);
    expect(told({ exclude: [matcher] })).toBe(!matches);
  });

  it("takes one matcher of several, and excludes of what is included", () => {
    expect(told({ include: [{ service: ["RDS"] }, { service: ["EC2"] }] })).toBe(true);
    expect(told({ include: [{ service: ["EC2"] }], exclude: [{ typeCode: ["*_RETIREMENT_*"] }] })).toBe(false);
  });

  it("leaves out the severities that are not told", () => {
    const notice = { category: "accountNotification" };

    expect(told({ told: ["HIGH", "CRITICAL"] }, notice)).toBe(false);
    expect(told({ told: ["MEDIUM"] }, notice)).toBe(true);
    expect(told({ told: ["LOW"], severities: { ...HEALTH_SEVERITIES, accountNotification: "LOW" } }, notice)).toBe(
      true,
    );
  });
});

describe("what is left to Security Hub", () => {
  const exposed = { service: "RISK", typeCode: "AWS_RISK_CREDENTIALS_EXPOSED" };

  it("is what it tells: in its regions, with its severities", () => {
    expect(left(hub("HIGH", "CRITICAL"), exposed)).toBe(true);
    expect(left(hub("HIGH"), exposed)).toBe(false);
    expect(left(hub("HIGH", "CRITICAL"), exposed, "eu-west-1")).toBe(false);
    expect(left(hub("HIGH", "CRITICAL"))).toBe(false);
  });

  it("is nothing of an account that has no Security Hub, or may have none", () => {
    expect(left(hub("HIGH", "CRITICAL"), exposed, "ap-northeast-1", "777788889999")).toBe(false);
  });

  it("of a global event is what it tells in us-east-1", () => {
    const abuse = { service: "ABUSE", typeCode: "AWS_ABUSE_DOS_REPORT" };
    const home = { told: ["HIGH"] as const, securityHub: { regions: ["ap-northeast-1"], exceptAccounts: [] } };

    expect(left(hub("HIGH"), abuse, "global")).toBe(true);
    expect(left(home, abuse, "global")).toBe(false);
  });
});

describe("the severity of Security Hub's finding", () => {
  it.each([
    ["RISK", "AWS_RISK_CREDENTIALS_EXPOSED", "CRITICAL"],
    ["S3", "AWS_S3_OPEN_ACCESS_BUCKET_NOTIFICATION", "CRITICAL"],
    ["SHIELD", "AWS_SHIELD_IS_RESPONDING_TO_A_DDOS_ATTACK_AGAINST_YOUR_AWS_RESOURCES", "CRITICAL"],
    ["abuse", "AWS_ABUSE_DOS_REPORT", "HIGH"],
    ["RDS", "AWS_RDS_SECURITY_NOTIFICATION", "HIGH"],
    ["SES", "AWS_SES_CMF_PENDING_TO_SUCCESS", "MEDIUM"],
    ["CLOUDFRONT", "AWS_CLOUDFRONT_CERTIFICATE_EXPIRY", "MEDIUM"],
    ["EC2", "AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED", undefined],
  ])("of %s, %s is %s", (service, typeCode, severity) => {
    expect(severityInSecurityHub({ service, typeCode })).toBe(severity);
  });
});

describe("the severity of a category", () => {
  it("is high where somebody must act", () => {
    expect(
      ["issue", "scheduledChange", "investigation", "accountNotification", "other"].map((c) => severityOfCategory(c)),
    ).toEqual(["HIGH", "HIGH", "HIGH", "MEDIUM", "HIGH"]);
  });
});
