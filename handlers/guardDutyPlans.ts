/** GuardDuty's protection plans: which there are, where, and what the settings want of each. Pure: the reconciler reads it too. */

/** Protection plans in the order in which GuardDuty lists them. EKS_RUNTIME_MONITORING is not among them: RUNTIME_MONITORING replaces it. */
export const PLANS = [
  "S3_DATA_EVENTS",
  "EKS_AUDIT_LOGS",
  "EBS_MALWARE_PROTECTION",
  "RDS_LOGIN_EVENTS",
  "LAMBDA_NETWORK_LOGS",
  "RUNTIME_MONITORING",
  "AI_PROTECTION",
] as const;

export type Plan = (typeof PLANS)[number];

/** What RUNTIME_MONITORING installs by itself, in the order in which GuardDuty lists it: another order is a difference at every refresh. */
export const AGENTS = ["ECS_FARGATE_AGENT_MANAGEMENT", "EC2_AGENT_MANAGEMENT", "EKS_ADDON_MANAGEMENT"] as const;

export type Agent = (typeof AGENTS)[number];

/** Which accounts a service or plan is switched on in by itself: all, those that join from now on, or none. */
export type AutoEnable = "ALL" | "NEW" | "NONE";

/** What the setting `guardDuty` says of plans. */
export interface PlanSettings {
  plans: Readonly<
    Record<Plan, { autoEnable: AutoEnable; enabledIn: readonly string[]; disabledIn: readonly string[] }>
  >;
  /** Default: all of them, wherever RUNTIME_MONITORING is on. */
  agents?: readonly Agent[];
  /** Regions that lack a plan, in place of what this file says of it. */
  absentPlans: Readonly<Partial<Record<Plan, readonly string[]>>>;
}

/** One plan as it is wanted in one region. */
export interface WantedPlan {
  name: Plan;
  autoEnable: AutoEnable;
  /** Organizational units, with all below them, and accounts where it is on nevertheless. */
  enabledIn: readonly string[];
  /** The same, where it is off nevertheless. */
  disabledIn: readonly string[];
  /** Its additional configuration, complete and in GuardDuty's order, with what is on wherever the plan is on; empty for most plans. */
  additional: readonly { name: Agent; on: boolean }[];
}

/**
 * Regions where a plan is not to be had although GuardDuty is.
 * https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_regions.html#gd-regional-feature-availability
 */
const ABSENT_PLANS: Readonly<Partial<Record<Plan, readonly string[]>>> = {
  RDS_LOGIN_EVENTS: ["ap-east-2"],
};

/** The plans that there are in a region, in GuardDuty's order, as the settings want them. */
export function plansIn(region: string, settings: PlanSettings): WantedPlan[] {
  return PLANS.filter((name) => !lacks(region, name, settings)).map((name) => ({
    name,
    ...settings.plans[name],
    additional:
      name === "RUNTIME_MONITORING"
        ? AGENTS.map((agent) => ({ name: agent, on: (settings.agents ?? AGENTS).includes(agent) }))
        : [],
  }));
}

/** A plan that is left out in a region, and why. */
export interface AbsentPlan {
  plan: Plan;
  region: string;
  reason: string;
}

/** The plans that some of the regions lack. One that is wanted nowhere is left out too. */
export function absentPlans(regions: readonly string[], settings: PlanSettings): AbsentPlan[] {
  const wanted = (name: Plan) => {
    const { autoEnable, enabledIn } = settings.plans[name];
    return autoEnable !== "NONE" || enabledIn.length > 0;
  };
  return PLANS.filter(wanted).flatMap((plan) =>
    regions
      .filter((region) => lacks(region, plan, settings))
      .map((region) => ({
        plan,
        region,
        reason: settings.absentPlans[plan]
          ? "hakken:guardDuty.absentPlans says so"
          : "AWS does not offer it there, as far as hakken knows (hakken:guardDuty.absentPlans corrects it)",
      })),
  );
}

/** Whether the administrator has the plan on its own detector, which no organization configuration reaches. */
export function isOnFor(account: string, { autoEnable, enabledIn, disabledIn }: WantedPlan): boolean {
  if (disabledIn.includes(account)) return false;
  return autoEnable !== "NONE" || enabledIn.includes(account);
}

/** The plans that the administrator has off on its own detector, and what of its plans. */
export function plansOff(account: string, settings: PlanSettings): (Plan | Agent)[] {
  const isOff = (name: Plan) => !isOnFor(account, { name, ...settings.plans[name], additional: [] });
  return [...PLANS.filter(isOff), ...AGENTS.filter((agent) => !(settings.agents ?? AGENTS).includes(agent))];
}

function lacks(region: string, plan: Plan, settings: PlanSettings): boolean {
  return (settings.absentPlans[plan] ?? ABSENT_PLANS[plan] ?? []).includes(region);
}
