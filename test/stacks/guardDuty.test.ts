import * as pulumi from "@pulumi/pulumi";
import { expect, it, vi } from "vitest";
import { audit } from "../../stacks/audit";
import { organization } from "../../stacks/organization";
import { recorded, valuesOf } from "../pulumi/recorded";
import { detectionDefaults } from "../settings/configs";
import { auditOutputs, auditSettings, aws, organizationAnswers, outputs, plainSettings } from "./settings";

// Its handler can't be serialized from what vitest makes.
vi.mock("../../components/detection/Reconciler", () => ({
  Reconciler: class {
    warnings = [];
    lacking = [];
    invocation() {}
  },
}));

vi.mock("../../components/notification/NotificationPipeline", () => ({ NotificationPipeline: class {} }));

const defaults = detectionDefaults.guardDuty;
const { S3_DATA_EVENTS: s3, RUNTIME_MONITORING: runtime, EKS_AUDIT_LOGS: eks } = defaults.plans;
const guardDuty: typeof defaults = {
  ...defaults,
  autoEnable: "NEW",
  publishingFrequency: "ONE_HOUR",
  plans: {
    ...defaults.plans,
    S3_DATA_EVENTS: { ...s3, autoEnable: "NEW", disabledIn: ["444455556666"] },
    EKS_AUDIT_LOGS: { ...eks, autoEnable: "NONE" },
    RUNTIME_MONITORING: { ...runtime, enabledIn: ["444455556666"] },
  },
  agents: ["EC2_AGENT_MANAGEMENT"],
  absentPlans: { AI_PROTECTION: ["us-east-1"] },
};
const stacks = {
  "organization/hakken/audit": auditOutputs,
  "organization/hakken/management": { adminAccountId: "444455556666", rootId: "r-abcd", absentRegions: [] },
};
const LEFT_OUT = ["AI_PROTECTION: us-east-1 (hakken:guardDuty.absentPlans says so)"];

it("gives the administrator's own detectors the frequency and each plan, on or off, that the region has", async () => {
  const settings = { ...auditSettings(), guardDuty };
  const info = vi.spyOn(pulumi.log, "info").mockResolvedValue();

  const { resources, result } = await recorded(async () => valuesOf(await audit(settings)), { answers: aws });

  const features = resources.filter(
    ({ type, inputs }) => /detectorFeature/.test(type) && inputs.region === "us-east-1",
  );
  expect(features.map(({ inputs }) => `${inputs.name} ${inputs.status}`).sort()).toEqual([
    "EBS_MALWARE_PROTECTION ENABLED",
    "EKS_AUDIT_LOGS DISABLED",
    "LAMBDA_NETWORK_LOGS ENABLED",
    "RDS_LOGIN_EVENTS ENABLED",
    "RUNTIME_MONITORING ENABLED",
    "S3_DATA_EVENTS DISABLED",
  ]);
  expect(features.find(({ inputs }) => inputs.name === "RUNTIME_MONITORING")?.inputs.additionalConfigurations).toEqual([
    { name: "ECS_FARGATE_AGENT_MANAGEMENT", status: "DISABLED" },
    { name: "EC2_AGENT_MANAGEMENT", status: "ENABLED" },
    { name: "EKS_ADDON_MANAGEMENT", status: "DISABLED" },
  ]);
  expect(resources.find(({ name }) => name === "detectors-us-east-1")?.inputs.findingPublishingFrequency).toBe(
    "ONE_HOUR",
  );
  expect(result.absentPlans).toEqual(LEFT_OUT);
  expect(info).toHaveBeenCalledExactlyOnceWith(
    `hakken:guardDuty: protection plans left out where the region lacks them: ${LEFT_OUT[0]}.`,
  );
  info.mockRestore();
});

it("says for the organization of each plan that the region has in which accounts it is switched on", async () => {
  const settings = { ...plainSettings("organization", "444455556666"), guardDuty };

  const { resources, result } = await recorded(async () => valuesOf(await organization(settings)), {
    answers: { ...aws, ...organizationAnswers(), ...outputs(stacks) },
  });

  const inRegion = (region: string) =>
    resources.filter(({ type, inputs }) => /^aws:guardduty/.test(type) && inputs.region === region);
  expect(
    inRegion("us-east-1").map(
      ({ inputs }) => `${inputs.name ?? ""} ${inputs.autoEnable ?? inputs.autoEnableOrganizationMembers}`,
    ),
  ).toEqual([
    " NEW",
    "EBS_MALWARE_PROTECTION ALL",
    "EKS_AUDIT_LOGS NONE",
    "LAMBDA_NETWORK_LOGS ALL",
    "RDS_LOGIN_EVENTS ALL",
    "RUNTIME_MONITORING NONE",
    "S3_DATA_EVENTS NEW",
  ]);
  expect(inRegion("ap-northeast-1").map(({ inputs }) => inputs.name)).toContain("AI_PROTECTION");
  expect(result.absentPlans).toEqual(LEFT_OUT);
});

it("exports findings to a bucket of the home region where the settings say so, and names it among the outputs", async () => {
  const settings = {
    ...auditSettings(),
    namePrefix: "acme",
    guardDuty: { ...defaults, export: { retentionDays: 90 } },
  };

  const { resources, result } = await recorded(async () => valuesOf(await audit(settings)), { answers: aws });

  const destinations = resources.filter(({ type }) => /publishingDestination/.test(type));
  expect(destinations.map(({ name, inputs, protect }) => [name, inputs.detectorId, protect])).toEqual([
    ["guardduty-export-ap-northeast-1", "detectors-ap-northeast-1-id", true],
    ["guardduty-export-ap-northeast-3", "detectors-ap-northeast-3-id", true],
    ["guardduty-export-us-east-1", "detectors-us-east-1-id", true],
  ]);
  const bucket = resources.find(({ name, type }) => name === "acme-guardduty-export-bucket" && /s3/.test(type));
  expect(bucket?.inputs).toEqual({ region: "ap-northeast-1" });
  expect(result.findingBucket).toBe("delivery-1234567");
});

it("lists addresses in every region where the settings name any, unprotected, since another content makes a list anew", async () => {
  const lists = { trustedIps: ["203.0.113.7"], threatIps: ["198.51.100.0/24"] };
  const settings = { ...auditSettings(), namePrefix: "acme", guardDuty: { ...defaults, ...lists } };

  const { resources } = await recorded(() => audit(settings), { answers: aws });

  const sets = resources.filter(({ type }) => /:(IPSet|ThreatIntelSet)$/.test(type));
  expect(sets.map(({ name, protect }) => [name, protect])).toEqual(
    ["threats", "trusted"].flatMap((list) =>
      settings.regions.map((region) => [`guardduty-lists-${list}-${region}`, undefined]),
    ),
  );
  expect(resources.some(({ name }) => name === "acme-guardduty-lists-bucket")).toBe(true);
});
