import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { Forwarding } from "../components/notification/Forwarding";
import {
  administrationSilenced,
  detectionSilenced,
  GLOBAL_CALLS_REGION,
  rulesSilenced,
} from "../components/notification/silencingPatterns";
import type { AuditSettings, PlainSettings } from "../settings";
import { prefixed } from "./account";
import { healthRegions } from "./health";
import { outputsOf } from "./outputs";

/** What the stack audit has for the management account, where that is another one. */
export interface SilencedOutputs {
  /** The bus that takes the management account's calls that switch detection off. */
  silencedBus?: string;
}

/** The account whose calls the audit account is to be told of; undefined where it is the same, whose own rules take them. */
export async function managementAccount(
  { account }: AuditSettings,
  provider: aws.Provider,
): Promise<string | undefined> {
  const { masterAccountId } = await aws.organizations.getOrganization({ returnOrganizationOnly: true }, { provider });
  return masterAccountId === account ? undefined : masterAccountId;
}

/** The audit account's bus for these calls; undefined where the management account is the audit account. Asked before anything is made. */
export async function silencedBusOf(auditAccountId: string, settings: PlainSettings): Promise<string | undefined> {
  if (auditAccountId === settings.account) return undefined;
  return (await outputsOf<Required<SilencedOutputs>>("audit", ["silencedBus"], settings)).silencedBus;
}

/**
 * Has this account forward calls that switch detection off, from each region, to the audit account's bus, which tells of them. In each
 * region two rules watch each other: one that is switched off sees its own end no more.
 */
export function forwardSilenced(settings: PlainSettings, busArn: string, opts: pulumi.ComponentResourceOptions): void {
  const { account, homeRegion, regions } = settings;
  const name = prefixed(settings, "watch-forward");
  const global = healthRegions(settings).filter((region) => region === GLOBAL_CALLS_REGION);
  const others = [`${name}-rules-`, `${name}-admins-`, `${prefixed(settings, "health-forward")}-`];
  new Forwarding(
    name,
    {
      accountId: account,
      homeRegion,
      busArn,
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
