import { describe, expect, it } from "vitest";
import {
  absentPlans,
  isOnFor,
  type PlanSettings,
  plansIn,
  plansOff,
  type WantedPlan,
} from "../../handlers/guardDutyPlans";
import { detectionDefaults } from "../settings/configs";

const defaults = detectionDefaults.guardDuty;
const namesIn = (region: string, settings: PlanSettings = defaults) =>
  plansIn(region, settings).map(({ name }) => name);

describe("plans of a region", () => {
  it("come in GuardDuty's order, all of them on but RUNTIME_MONITORING, whose agents come in GuardDuty's order too", () => {
    const plans = plansIn("us-east-1", defaults);

    expect(plans.map(({ name, autoEnable }) => `${name} ${autoEnable}`)).toEqual([
      "S3_DATA_EVENTS ALL",
      "EKS_AUDIT_LOGS ALL",
      "EBS_MALWARE_PROTECTION ALL",
      "RDS_LOGIN_EVENTS ALL",
      "LAMBDA_NETWORK_LOGS ALL",
      "RUNTIME_MONITORING NONE",
      "AI_PROTECTION ALL",
    ]);
    expect(plans.flatMap(({ additional }) => additional)).toEqual([
      { name: "ECS_FARGATE_AGENT_MANAGEMENT", on: true },
      { name: "EC2_AGENT_MANAGEMENT", on: true },
      { name: "EKS_ADDON_MANAGEMENT", on: true },
    ]);
  });

  it("have the agents that are asked for", () => {
    const plans = plansIn("us-east-1", { ...defaults, agents: ["EKS_ADDON_MANAGEMENT"] });

    const on = plans.flatMap(({ additional }) => additional).filter((one) => one.on);
    expect(on.map(({ name }) => name)).toEqual(["EKS_ADDON_MANAGEMENT"]);
  });

  it("leave out what the region lacks, by hakken's table or by the settings in its place", () => {
    const asSet = { ...defaults, absentPlans: { RDS_LOGIN_EVENTS: [], AI_PROTECTION: ["us-east-1"] } };

    expect(namesIn("ap-east-2")).not.toContain("RDS_LOGIN_EVENTS");
    expect(namesIn("ap-east-2", asSet)).toContain("RDS_LOGIN_EVENTS");
    expect(namesIn("us-east-1", asSet)).not.toContain("AI_PROTECTION");
  });
});

describe("plans left out", () => {
  it("are listed with the reason, where they are wanted at all", () => {
    const none = { autoEnable: "NONE", enabledIn: [], disabledIn: [] } as const;
    const settings = {
      ...defaults,
      plans: { ...defaults.plans, S3_DATA_EVENTS: none },
      absentPlans: { AI_PROTECTION: ["us-east-1"], S3_DATA_EVENTS: ["us-east-1"] },
    };

    const left = absentPlans(["us-east-1", "ap-east-2"], settings);

    expect(left).toEqual([
      { plan: "RDS_LOGIN_EVENTS", region: "ap-east-2", reason: expect.stringContaining("AWS does not offer it there") },
      { plan: "AI_PROTECTION", region: "us-east-1", reason: "hakken:guardDuty.absentPlans says so" },
    ]);
  });
});

describe("the administrator's own plan", () => {
  it.each<[string, Partial<WantedPlan>, boolean]>([
    ["on under ALL", { autoEnable: "ALL" }, true],
    ["on under NEW", { autoEnable: "NEW" }, true],
    ["off under NONE", { autoEnable: "NONE" }, false],
    ["on where its account is named", { autoEnable: "NONE", enabledIn: ["444455556666"] }, true],
    ["off where its account is an exception", { autoEnable: "NEW", disabledIn: ["444455556666"] }, false],
  ])("is %s", (_what, plan, on) => {
    const wanted = { name: "S3_DATA_EVENTS", enabledIn: [], disabledIn: [], additional: [], ...plan } as WantedPlan;

    expect(isOnFor("444455556666", wanted)).toBe(on);
  });

  it("and agent that the settings leave off are those that a deployment switches off", () => {
    const agents = ["ECS_FARGATE_AGENT_MANAGEMENT", "EC2_AGENT_MANAGEMENT"] as const;

    expect(plansOff("444455556666", defaults)).toEqual(["RUNTIME_MONITORING"]);
    expect(plansOff("444455556666", { ...defaults, agents })).toEqual(["RUNTIME_MONITORING", "EKS_ADDON_MANAGEMENT"]);
  });
});
