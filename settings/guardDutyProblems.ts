import { addressListProblems } from "./addressLists";
import type { GuardDutySettings } from "./guardDuty";
import { PLANS } from "./guardDuty";
import type { InvitedAccounts } from "./invitedAccounts";
import type { Show } from "./problems";

/** What GuardDuty's settings say against each other, or against what AWS does. */
export function guardDutyProblems(guardDuty: GuardDutySettings, invited: InvitedAccounts, show: Show): string[] {
  const outside = invited.map(({ account }) => account);
  return [
    ...PLANS.flatMap((name) => [
      ...exceptionProblems(name, guardDuty, outside, show),
      ...absenceProblems(name, guardDuty, show),
    ]),
    ...agentProblems(guardDuty, show),
    ...addressListProblems(guardDuty, show),
  ];
}

function exceptionProblems(
  name: (typeof PLANS)[number],
  { autoEnable, plans }: GuardDutySettings,
  outside: readonly string[],
  show: Show,
) {
  const plan = plans[name];
  const problems: string[] = [];
  const says = (key: string, what: string) => problems.push(`hakken:guardDuty.plans.${name}.${key} ${what}`);
  const shown = (value: string) => show("guardDuty", `"${value}"`);

  for (const key of ["enabledIn", "disabledIn"] as const) {
    for (const target of twice(plan[key])) says(key, `has ${shown(target)} twice: remove one.`);
  }
  for (const target of plan.enabledIn.filter((one) => plan.disabledIn.includes(one))) {
    says("enabledIn", `has ${shown(target)}, which stands in disabledIn too: remove it from one of them.`);
  }
  if (plan.autoEnable === "ALL" && plan.enabledIn.length > 0) {
    says(
      "enabledIn",
      "names exceptions from ALL, under which the plan is on everywhere anyway: remove it, or set autoEnable NEW or NONE.",
    );
  }
  // In who was invited AWS switches nothing on.
  if (plan.autoEnable === "ALL" && plan.disabledIn.some((target) => !outside.includes(target))) {
    says(
      "disabledIn",
      "would not last: under autoEnable ALL AWS switches the plan on again. Set autoEnable NEW (existing accounts that are not named keep what they have), or NONE with those that shall have it in enabledIn.",
    );
  }
  if (plan.autoEnable === "NONE" && plan.disabledIn.length > 0 && plan.enabledIn.length === 0) {
    says("disabledIn", "names exceptions from what is off everywhere: remove it, or name in enabledIn where it is on.");
  }
  if (plan.autoEnable === "NEW" && autoEnable === "NONE") {
    says(
      "autoEnable",
      "is NEW while hakken:guardDuty.autoEnable is NONE, so that no account joins by itself and the plan would never be switched on: set that NEW or ALL, or the plan ALL or NONE.",
    );
  }
  return problems;
}

// A region that is not watched does no harm there: so one can be dropped without a change here.
function absenceProblems(name: (typeof PLANS)[number], { absentPlans }: GuardDutySettings, show: Show): string[] {
  return twice(absentPlans[name] ?? []).map(
    (region) => `hakken:guardDuty.absentPlans.${name} has ${show("guardDuty", `"${region}"`)} twice: remove one.`,
  );
}

function agentProblems({ agents = [], plans }: GuardDutySettings, show: Show): string[] {
  const { autoEnable, enabledIn } = plans.RUNTIME_MONITORING;
  return [
    ...twice(agents).map(
      (agent) => `hakken:guardDuty.agents has ${show("guardDuty", `"${agent}"`)} twice: remove one.`,
    ),
    ...(agents.length > 0 && autoEnable === "NONE" && enabledIn.length === 0
      ? [
          "hakken:guardDuty.agents are RUNTIME_MONITORING's, which is on nowhere: remove them, or set hakken:guardDuty.plans.RUNTIME_MONITORING.",
        ]
      : []),
  ];
}

const twice = (items: readonly string[]): string[] => [
  ...new Set(items.filter((item, index) => items.indexOf(item) !== index)),
];
