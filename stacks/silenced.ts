import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { deadLettersOf, Forwarding, type ForwardingWay } from "../components/notification/Forwarding";
import {
  administrationSilenced,
  detectionSilenced,
  GLOBAL_CALLS_REGION,
  rulesSilenced,
} from "../components/notification/silencingPatterns";
import type { QueuesElsewhere } from "../handlers/selfCheck";
import type { AuditSettings, PlainSettings, Settings } from "../settings";
import { prefixed } from "./account";
import { wayTo } from "./forwarding";
import { healthForwarding, healthRegions } from "./health";

/** The account whose calls the audit account is to be told of; undefined where it is the same, whose own rules take them. */
export async function managementAccount(
  { account }: AuditSettings,
  provider: aws.Provider,
): Promise<string | undefined> {
  const { masterAccountId } = await aws.organizations.getOrganization({ returnOrganizationOnly: true }, { provider });
  return masterAccountId === account ? undefined : masterAccountId;
}

/** How these calls come to the audit account; undefined where that is the management account. Asked before anything is made. */
export const silencedWay = async (
  auditAccountId: string,
  settings: PlainSettings,
): Promise<ForwardingWay | undefined> =>
  auditAccountId === settings.account ? undefined : await wayTo("silencedBus", settings);

const forwardingName = (settings: Settings): string => prefixed(settings, "watch-forward");

/** Calls of services that are of no region come here alone. */
const globalRegions = (settings: Settings): string[] =>
  healthRegions(settings).filter((region) => region === GLOBAL_CALLS_REGION);

/** Where the management account keeps calls that it could not forward. */
export const silencedElsewhere = (
  settings: AuditSettings,
  managementAccountId: string | undefined,
): QueuesElsewhere[] =>
  managementAccountId === undefined
    ? []
    : [
        {
          name: deadLettersOf(forwardingName(settings)),
          accounts: [managementAccountId],
          regions: [...new Set([...settings.regions, ...globalRegions(settings)])],
        },
      ];

/**
 * Has this account forward calls that switch detection off, from each region, to the audit account's bus, which tells of them. In each
 * region two rules watch each other: one that is switched off sees its own end no more.
 */
export function forwardSilenced(
  settings: PlainSettings,
  way: ForwardingWay,
  opts: pulumi.ComponentResourceOptions,
): void {
  const { account, homeRegion, regions } = settings;
  const name = forwardingName(settings);
  const global = globalRegions(settings);
  const others = [`${name}-rules-`, `${name}-admins-`, `${healthForwarding(settings)}-`];
  new Forwarding(
    name,
    {
      accountId: account,
      homeRegion,
      way,
      events: {
        silenced: {
          description: "Calls that switch detection off",
          pattern: detectionSilenced(others),
          regions,
        },
        rules: {
          description: "Calls that switch off the rule for calls that switch detection off",
          pattern: rulesSilenced(`${name}-silenced-`),
          regions,
        },
        ...(global.length > 0 && {
          admins: {
            description: "Calls that take the administrator of a service away",
            pattern: administrationSilenced,
            regions: global,
          },
        }),
      },
    },
    opts,
  );
}
