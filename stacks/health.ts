import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { HealthAdmin } from "../components/baseline/HealthAdmin";
import type { FailedStack } from "../components/baseline/stacksEverywhere";
import {
  deadLettersOf,
  type ForwardedEvents,
  Forwarding,
  type ForwardingWay,
} from "../components/notification/Forwarding";
import type { HealthEventsArgs } from "../components/notification/HealthEvents";
import { anyHealthPattern, healthPattern } from "../components/notification/healthPattern";
import { MemberHealthForwarding } from "../components/notification/MemberHealthForwarding";
import type { HealthChoice } from "../handlers/alert/healthChoice";
import type { QueuesElsewhere } from "../handlers/selfCheck";
import type { AuditSettings, PlainSettings, Settings } from "../settings";
import { isInvited } from "../settings/invitedAccounts";
import { hubsOf } from "../settings/securityHub";
import { prefixed } from "./account";
import { told } from "./failedStacks";
import { wayTo } from "./forwarding";

/** Where AWS Health's events are taken: what is of no region, and copies of the other regions' events, come to two of them. */
export const healthRegions = ({ regions, health }: Settings): string[] => [
  ...new Set([...regions, ...health.extraRegions]),
];

/** Which events are told. */
const choiceOf = (settings: AuditSettings): HealthChoice => ({
  include: settings.health.include,
  exclude: settings.health.exclude,
  severities: settings.health.severities,
  told: settings.severities,
  securityHub: toldBySecurityHub(settings),
});

/** Where settings leave open whose Security Hub is on, nothing is left to it: a finding may then be told beside its event. */
function toldBySecurityHub(settings: AuditSettings): HealthChoice["securityHub"] {
  const hubs = hubsOf(settings.securityHub);
  // V2 has no findings of AWS Health.
  if (settings.findingSource === "v2" || hubs === "unknown") return { regions: [], exceptAccounts: [] };
  const outside = settings.invitedAccounts.filter(({ services }) => !services.includes("securityHub"));
  return {
    regions: settings.regions,
    exceptAccounts: [...hubs.exceptAccounts, ...outside.map(({ account }) => account)],
  };
}

/** What the pipeline is to take of AWS Health; undefined for nothing. */
export async function healthEvents(
  settings: AuditSettings,
  provider: aws.Provider,
): Promise<Pick<HealthEventsArgs, "choice" | "forwarding"> | undefined> {
  const { health, organizationId, invitedAccounts } = settings;
  if (health.mode === "off") return undefined;
  const organization = async () =>
    (await aws.organizations.getOrganization({ returnOrganizationOnly: true }, { provider })).id;
  const isForwarding = health.mode === "forwarding";
  const accountIds = invitedAccounts.map(({ account }) => account);
  return {
    choice: choiceOf(settings),
    ...((isForwarding || accountIds.length > 0) && {
      forwarding: {
        accountIds,
        ...(isForwarding && { organizationId: organizationId ?? (await organization()) }),
      },
    }),
  };
}

/** What the audit account's other regions forward to the home region; nothing where AWS Health is off. */
export const regionalHealth = (settings: AuditSettings): Record<string, ForwardedEvents> =>
  settings.health.mode === "off"
    ? {}
    : {
        health: {
          description: "Events of AWS Health",
          pattern: healthPattern(settings.health),
          regions: healthRegions(settings),
        },
      };

/**
 * The audit account as AWS Health's administrator; or, with forwarding, the rules of this account and of the member accounts, of which
 * those that failed are given. `way` is what `healthWay` gave.
 */
export function organizationHealth(
  settings: PlainSettings,
  { auditAccountId, rootId, way }: { auditAccountId: string; rootId: string; way?: ForwardingWay },
  opts: pulumi.ComponentResourceOptions,
): { admin?: HealthAdmin; failed?: pulumi.Output<FailedStack[]> } {
  const { health, homeRegion } = settings;
  if (health.mode === "organization") {
    return { admin: new HealthAdmin("health-admin", { adminAccountId: auditAccountId }, opts) };
  }
  if (!way) return {};
  forwardHealth(settings, way, opts);
  const { failed } = new MemberHealthForwarding(
    "member-health",
    {
      stackSetName: prefixed(settings, "hakken"),
      homeRegion,
      regions: healthRegions(settings),
      busArn: way.busArn,
      unitIds: health.units ?? [rootId],
      excludedAccounts: [auditAccountId],
    },
    opts,
  );
  return { failed: failed.apply((all) => told(all, WHAT_TO_DO)) };
}

/** How these events come to the audit account; undefined where this stack forwards none. Asked before anything is made. */
export async function healthWay(settings: PlainSettings): Promise<ForwardingWay | undefined> {
  const { health, role } = settings;
  const forwards = role === "management" ? health.mode === "forwarding" : health.mode !== "off" && isInvited(settings);
  return forwards ? await wayTo("healthBus", settings) : undefined;
}

/** What an account's forwarding of these events is called, and its parts after it. */
export const healthForwarding = (settings: Settings): string => prefixed(settings, "health-forward");

/** Where accounts keep events that they could not forward: invited ones, and with forwarding the management account. */
export function healthElsewhere(settings: AuditSettings, managementAccountId: string | undefined): QueuesElsewhere[] {
  const { health, invitedAccounts } = settings;
  if (health.mode === "off") return [];
  const accounts = invitedAccounts.map(({ account }) => account);
  if (health.mode === "forwarding" && managementAccountId !== undefined) accounts.push(managementAccountId);
  if (accounts.length === 0) return [];
  return [{ name: deadLettersOf(healthForwarding(settings)), accounts, regions: healthRegions(settings) }];
}

/** Has this account forward its events of AWS Health from each region. */
export function forwardHealth(
  settings: PlainSettings,
  way: ForwardingWay,
  opts: pulumi.ComponentResourceOptions,
): void {
  new Forwarding(
    healthForwarding(settings),
    {
      accountId: settings.account,
      homeRegion: settings.homeRegion,
      way,
      events: {
        health: { description: "Events of AWS Health", pattern: anyHealthPattern, regions: healthRegions(settings) },
      },
    },
    opts,
  );
}

const WHAT_TO_DO =
  "hakken:health.mode: as of the last operation, some accounts do not forward their events of AWS Health. Remove what stands in the way, retry the operation in CloudFormation's console, and run pulumi refresh.";
