import type { DetectorFeatureConfigurationResult, OrganizationFeatureConfiguration } from "@aws-sdk/client-guardduty";
import type { Clock } from "../controlPlane/clock";
import { ServiceError } from "../controlPlane/errors";

/** Protection plans in the order in which the service lists them, with their additional configuration in that order too. */
const plans: Record<string, readonly string[]> = {
  S3_DATA_EVENTS: [],
  EKS_AUDIT_LOGS: [],
  EBS_MALWARE_PROTECTION: [],
  RDS_LOGIN_EVENTS: ["RDS_DATA_RISK"],
  EKS_RUNTIME_MONITORING: ["EKS_ADDON_MANAGEMENT"],
  LAMBDA_NETWORK_LOGS: [],
  RUNTIME_MONITORING: ["ECS_FARGATE_AGENT_MANAGEMENT", "EC2_AGENT_MANAGEMENT", "EKS_ADDON_MANAGEMENT"],
  AI_PROTECTION: [],
};

/** Regions that lack a plan. That Osaka has no AI_PROTECTION is the sandbox's own, so that one of its regions lacks something. */
const absent: Readonly<Record<string, readonly string[]>> = {
  RDS_LOGIN_EVENTS: ["ap-east-2"],
  AI_PROTECTION: ["ap-northeast-3"],
};

const availableIn = (region: string) => Object.entries(plans).filter(([name]) => !absent[name]?.includes(region));

/** On for a detector whose creation says nothing of features. */
export const onByDefault = [
  "S3_DATA_EVENTS",
  "EKS_AUDIT_LOGS",
  "EBS_MALWARE_PROTECTION",
  "RDS_LOGIN_EVENTS",
  "LAMBDA_NETWORK_LOGS",
];

/** Sources that every detector has and nobody switches. */
const foundational = ["CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS"] as const;

export type AutoEnable = "ALL" | "NEW" | "NONE";

export interface PlanState {
  enabled: boolean;
  updatedAt: number;
  additional: Map<string, boolean>;
}

/** A plan in an organization's configuration: for whom it is switched on, and since when that is said. */
export interface OrganizationPlan {
  autoEnable: AutoEnable;
  setAt: number;
  additional: Map<string, AutoEnable>;
}

export const badRequest = (why: string) =>
  new ServiceError("BadRequestException", 400, `The request is rejected because ${why}`);

interface Switch {
  Name?: string;
  /** In a detector. */
  Status?: string;
  /** In an organization's configuration. */
  AutoEnable?: string;
}

interface FeatureRequest extends Switch {
  AdditionalConfiguration?: Switch[];
}

/** Refuses features that no detector of the region has, values they don't take, and the two runtime plans together; before anything is changed. */
export function checkFeatures(features: readonly FeatureRequest[], region: string): void {
  for (const feature of features) {
    const known = plans[feature.Name ?? ""];
    if (known === undefined)
      throw badRequest(`an invalid or out-of-range value is specified as an input parameter: ${feature.Name}.`);
    if (absent[feature.Name ?? ""]?.includes(region))
      throw badRequest(`the feature ${feature.Name} is not supported in this Region.`);
    checkSwitch(feature);
    for (const additional of feature.AdditionalConfiguration ?? []) {
      if (!known.includes(additional.Name ?? ""))
        throw badRequest(`${additional.Name} is not an additional configuration of ${feature.Name}.`);
      checkSwitch(additional);
    }
  }
  const names = features.map((feature) => feature.Name);
  if (new Set(names).size !== names.length) throw badRequest("a feature is given twice.");
  if (names.includes("EKS_RUNTIME_MONITORING") && names.includes("RUNTIME_MONITORING"))
    throw badRequest("both EKS_RUNTIME_MONITORING and RUNTIME_MONITORING are provided.");
}

function checkSwitch({ Name, Status, AutoEnable }: Switch): void {
  if (Status !== undefined && !["ENABLED", "DISABLED"].includes(Status))
    throw badRequest(`the status of ${Name} must be ENABLED or DISABLED.`);
  if (AutoEnable !== undefined && !isAutoEnable(AutoEnable))
    throw badRequest(`autoEnable of ${Name} must be ALL, NEW or NONE.`);
}

export const isAutoEnable = (value: unknown): value is AutoEnable =>
  value === "ALL" || value === "NEW" || value === "NONE";

/** Refuses the older fields beside the newer ones, as the service does. Alone, the sandbox does not know them. */
export function checkLegacy(dataSources: unknown, features: unknown): void {
  if (dataSources === undefined) return;
  if (features !== undefined) throw badRequest("both dataSources and features are provided.");
  throw new ServiceError("NotImplementedException", 501, "The sandbox knows features, not the older dataSources.");
}

export const newPlans = (clock: Clock, on: readonly string[], region: string): Map<string, PlanState> =>
  new Map(
    availableIn(region).map(([name, additional]) => [
      name,
      {
        enabled: on.includes(name),
        updatedAt: clock.now(),
        additional: new Map(additional.map((one) => [one, false])),
      },
    ]),
  );

export interface PlanChange {
  Name?: string;
  Status?: string;
  AdditionalConfiguration?: { Name?: string; Status?: string }[];
}

export function changePlans(states: Map<string, PlanState>, changes: readonly PlanChange[], clock: Clock): void {
  for (const { Name = "", Status, AdditionalConfiguration = [] } of changes) {
    const state = states.get(Name);
    if (state === undefined) continue;
    if (Status !== undefined) state.enabled = Status === "ENABLED";
    for (const one of AdditionalConfiguration) state.additional.set(one.Name ?? "", one.Status === "ENABLED");
    state.updatedAt = clock.now();
  }
}

const word = (on: boolean) => (on ? ("ENABLED" as const) : ("DISABLED" as const));

/** A detector's features as GetDetector and GetMemberDetectors list them. */
export function planResults(states: Map<string, PlanState>, createdAt: number): DetectorFeatureConfigurationResult[] {
  const given = foundational.map((Name) => ({ Name, Status: "ENABLED" as const, UpdatedAt: new Date(createdAt) }));
  const chosen = [...states].map(([Name, state]) => ({
    Name: Name as DetectorFeatureConfigurationResult["Name"],
    Status: word(state.enabled),
    UpdatedAt: new Date(state.updatedAt),
    AdditionalConfiguration: [...state.additional].map(([name, on]) => ({
      Name: name as "EKS_ADDON_MANAGEMENT",
      Status: word(on),
      UpdatedAt: new Date(state.updatedAt),
    })),
  }));
  return [...given, ...chosen];
}

export const newOrganizationPlans = (region: string): Map<string, OrganizationPlan> =>
  new Map(
    availableIn(region).map(([name, additional]) => [
      name,
      {
        autoEnable: "NONE" as const,
        setAt: 0,
        additional: new Map(additional.map((one) => [one, "NONE" as AutoEnable])),
      },
    ]),
  );

export function changeOrganizationPlans(
  configured: Map<string, OrganizationPlan>,
  changes: readonly OrganizationFeatureConfiguration[],
  clock: Clock,
): void {
  for (const { Name = "", AutoEnable: autoEnable, AdditionalConfiguration = [] } of changes) {
    const plan = configured.get(Name);
    if (plan === undefined) continue;
    if (isAutoEnable(autoEnable)) plan.autoEnable = autoEnable;
    plan.setAt = clock.now();
    for (const one of AdditionalConfiguration)
      if (isAutoEnable(one.AutoEnable)) plan.additional.set(one.Name ?? "", one.AutoEnable);
  }
}
