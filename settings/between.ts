import type { FindingSource } from "../handlers/alert/types";
import { baselineProblems } from "./betweenBaseline";
import { controlTowerProblems } from "./betweenControlTower";
import { recorderProblems } from "./betweenRecorders";
import { securityHubV2Problems } from "./betweenSecurityHubV2";
import type { MemberRecorderSettings } from "./config";
import { type ControlTowerSettings, skippedBy } from "./controlTower";
import { CHANNEL_SECRETS } from "./existingSecret";
import { findingSourceProblems } from "./findingSource";
import type { GuardDutySettings } from "./guardDuty";
import { guardDutyProblems } from "./guardDutyProblems";
import { type HealthSettings, healthProblems } from "./health";
import { type InvitedAccounts, invitationProblems } from "./invitedAccounts";
import type { Show } from "./problems";
import type { SecurityHubSettings } from "./securityHub";
import { securityHubProblems } from "./securityHubProblems";
import type { SecurityHubV2Settings } from "./securityHubV2";
import type { ServiceControlPolicySettings } from "./serviceControlPolicy";
import { type SuppressionSettings, suppressionProblems } from "./suppressions";
import type { TrailSettings } from "./trail";

/** Settings that are right in themselves; those that are wrong are left out. */
export interface RightOnes {
  role?: string;
  account?: string;
  homeRegion?: string;
  regions?: readonly string[];
  absentRegions?: readonly string[];
  removeRegions?: readonly string[];
  deployRoleArn?: string;
  slack?: Record<string, unknown>;
  backlog?: Record<string, unknown>;
  guardDuty?: GuardDutySettings;
  health?: HealthSettings;
  recorder?: "managed" | "existing";
  memberRecorders?: MemberRecorderSettings;
  controlTower?: ControlTowerSettings;
  serviceControlPolicy?: ServiceControlPolicySettings;
  suppressions?: readonly SuppressionSettings[];
  securityHub?: SecurityHubSettings;
  securityHubV2?: SecurityHubV2Settings;
  invitedAccounts?: InvitedAccounts;
  findingSource?: FindingSource;
  trail?: TrailSettings;
}

/** What is wrong between settings of one stack, with their values as `show` gives them. */
export function problemsBetween(values: RightOnes, show: Show): string[] {
  return [
    ...regionProblems(values, show),
    ...accountProblems(values, show),
    ...baselineProblems(values),
    ...recorderProblems(values, show),
    ...controlTowerProblems(values, show),
    ...(values.guardDuty ? guardDutyProblems(values.guardDuty, values.invitedAccounts ?? [], show) : []),
    ...healthProblems(values),
    ...suppressionProblems(values, show),
    ...(values.securityHub ? securityHubProblems(values.securityHub, values.regions, show) : []),
    ...securityHubV2Problems(values, show),
    ...findingSourceProblems(values, show),
    ...invitationProblems(values.invitedAccounts ?? [], values, show),
  ];
}

function regionProblems(
  { role, homeRegion, regions, absentRegions = [], removeRegions = [], controlTower }: RightOnes,
  show: Show,
): string[] {
  if (!homeRegion || !regions) return [];
  const problems: string[] = [];
  const home = show("homeRegion", homeRegion);
  if (!regions.includes(homeRegion)) {
    problems.push(`hakken:regions lacks the home region: add ${home}, or set hakken:homeRegion to another one.`);
  } else if (regions.every((name) => name === homeRegion)) {
    problems.push(
      `hakken:regions is ${home} alone: add another region, since Security Hub's central configuration needs one to link.`,
    );
  } else if (
    (role === "audit" || role === "organization") &&
    regions.every((name) => name === homeRegion || absentRegions.includes(name))
  ) {
    problems.push(
      `hakken:absentRegions leaves ${home} alone: add a region to hakken:regions, since Security Hub's central configuration needs one to link.`,
    );
  }
  for (const [index, removed] of removeRegions.entries()) {
    if (!regions.includes(removed) || absentRegions.includes(removed)) continue;
    if (skippedBy({ controlTower }).includes(removed)) continue;
    problems.push(
      `hakken:removeRegions[${index}]: ${show("removeRegions", `"${removed}"`)} is among hakken:regions: take it out there, or here.`,
    );
  }
  for (const [index, absent] of absentRegions.entries()) {
    const says = (what: string) =>
      problems.push(`hakken:absentRegions[${index}]: ${show("absentRegions", `"${absent}"`)} ${what}`);
    if (absent === homeRegion) {
      says("is the home region, where findings are gathered: remove it here, or set hakken:homeRegion to another one.");
    } else if (!regions.includes(absent)) {
      says("is not among hakken:regions, so nothing is made there anyway: remove it here.");
    }
  }
  return problems;
}

function accountProblems(values: RightOnes, show: Show): string[] {
  const { account, homeRegion, deployRoleArn } = values;
  const problems: string[] = [];
  if (account && deployRoleArn && deployRoleArn.split(":")[4] !== account) {
    problems.push(
      `hakken:deployRoleArn: ${show("deployRoleArn", `"${deployRoleArn}"`)} is not a role of hakken:account, ${show("account", account)}: name one of that account.`,
    );
  }
  for (const { channel, arn, keyArn } of CHANNEL_SECRETS) {
    for (const key of [arn, keyArn]) {
      const given = values[channel]?.[key];
      if (typeof given !== "string" || !account || !homeRegion) continue;
      const [, , , region, owner] = given.split(":");
      if (region !== homeRegion || owner !== account) {
        problems.push(
          `hakken:${channel}.${key}: ${show(channel, `"${given}"`)} is not of account ${show("account", account)} in ${show("homeRegion", homeRegion)}, where it is read: name one from there.`,
        );
      }
    }
  }
  return problems;
}
