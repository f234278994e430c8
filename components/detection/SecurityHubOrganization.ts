import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type PolicySettings, policyArgs } from "./configurationPolicy";

/** Which regions findings are gathered from. */
export interface Linking {
  mode: "SPECIFIED_REGIONS" | "ALL_REGIONS" | "ALL_REGIONS_EXCEPT_SPECIFIED";
  /** Those that are linked, or those that are not; none with ALL_REGIONS. */
  regions: readonly string[];
}

/** A configuration policy with what it applies to: the root, organizational units and accounts by their ids. */
export interface PolicyWithTargets extends PolicySettings {
  targets: readonly string[];
}

export interface SecurityHubOrganizationArgs {
  /** Where findings are gathered and the organization is configured from. */
  homeRegion: string;
  /** AWS refuses central configuration unless one region at least is linked. */
  linking: Linking;
  /** Each target stands in one of them alone. */
  policies: readonly PolicyWithTargets[];
  /**
   * Makes what, when it is deleted, waits until nothing is associated with a policy any more: AWS does so in its own time, refuses
   * to delete the policy meanwhile, and the provider neither waits nor tries again. Default: nothing waits.
   */
  release?: (name: string, policyId: pulumi.Input<string>, opts: pulumi.CustomResourceOptions) => pulumi.Resource;
}

/**
 * Gathers findings in the home region and configures Security Hub centrally, by policies that each apply to units or accounts. Must
 * be deployed in the delegated administrator's account.
 * https://docs.aws.amazon.com/securityhub/latest/userguide/central-configuration-intro.html
 */
export class SecurityHubOrganization extends pulumi.ComponentResource {
  constructor(name: string, args: SecurityHubOrganizationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:detection:SecurityHubOrganization", name, {}, opts);
    const region = args.homeRegion;

    const aggregator = aggregate(`${name}-aggregator`, region, args.linking, this);
    // Refused without an aggregator. Under CENTRAL the policies alone decide, so both automatic ways must be off.
    const central = new aws.securityhub.OrganizationConfiguration(
      `${name}-central`,
      {
        autoEnable: false,
        autoEnableStandards: "NONE",
        organizationConfiguration: { configurationType: "CENTRAL" },
        region,
      },
      { parent: this, dependsOn: [aggregator] },
    );
    for (const policy of args.policies) this.apply(name, policy, args, central);

    this.registerOutputs();
  }

  /** Policies exist under CENTRAL alone. On destroy the same order backwards: no target, no policy, then LOCAL, then the aggregator. */
  private apply(
    name: string,
    policy: PolicyWithTargets,
    { homeRegion: region, release }: SecurityHubOrganizationArgs,
    central: pulumi.Resource,
  ): void {
    const made = new aws.securityhub.ConfigurationPolicy(`${name}-policy-${policy.name}`, policyArgs(policy, region), {
      parent: this,
      dependsOn: [central],
      // So it was called when there was but one. AWS takes no second policy of a name.
      ...(policy.name === "hakken" && { aliases: [{ name: `${name}-policy` }] }),
    });
    const released = release?.(`${name}-release-${policy.name}`, made.id, { parent: this, dependsOn: [made] });

    // Without an association an account is self-managed, so nobody would configure it.
    for (const targetId of policy.targets) {
      new aws.securityhub.ConfigurationPolicyAssociation(
        `${name}-association-${targetId}`,
        { policyId: made.id, targetId, region },
        {
          parent: this,
          dependsOn: released ? [released] : [],
          // The provider waits 90 s by default, too short for an organization: it goes account by account.
          customTimeouts: { create: "15m", update: "15m" },
        },
      );
    }
  }
}

/**
 * Links regions to the home region. By name, unless told otherwise, not ALL_REGIONS: a policy applies to all linked regions, so a
 * region that AWS adds one day would be switched on without detector and recorder.
 */
export function aggregate(
  name: string,
  region: string,
  { mode, regions }: Linking,
  parent: pulumi.Resource,
): aws.securityhub.FindingAggregator {
  return new aws.securityhub.FindingAggregator(
    name,
    { linkingMode: mode, ...(regions.length > 0 && { specifiedRegions: [...regions] }), region },
    { parent },
  );
}
