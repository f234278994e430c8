import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface SecurityHubOrganizationArgs {
  /** Where findings are gathered and the organization is configured from. */
  homeRegion: string;
  /** Regions whose findings are gathered; one at least, or AWS refuses central configuration. */
  linkedRegions: readonly string[];
  /** What the policy applies to: the organization's root, or an organizational unit. */
  targetId: pulumi.Input<string>;
}

/**
 * Gathers findings in the home region and configures Security Hub centrally: one policy, with the standard AWS Foundational
 * Security Best Practices, for every account and region. Must be deployed in the delegated administrator's account.
 * https://docs.aws.amazon.com/securityhub/latest/userguide/central-configuration-intro.html
 */
export class SecurityHubOrganization extends pulumi.ComponentResource {
  constructor(name: string, args: SecurityHubOrganizationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:detection:SecurityHubOrganization", name, {}, opts);
    const region = args.homeRegion;

    // Regions by name, not ALL_REGIONS: a policy applies to all linked regions, so a region that AWS adds one day
    // would be switched on without detector and recorder. Regions change in the settings, for all parts alike.
    const aggregator = new aws.securityhub.FindingAggregator(
      `${name}-aggregator`,
      { linkingMode: "SPECIFIED_REGIONS", specifiedRegions: [...args.linkedRegions], region },
      { parent: this },
    );

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

    // Policies exist under CENTRAL alone. On destroy the same order backwards: no target, no policy, then LOCAL, then the aggregator.
    const policy = new aws.securityhub.ConfigurationPolicy(
      `${name}-policy`,
      {
        name: "hakken",
        description: "AWS Foundational Security Best Practices in every account and region",
        configurationPolicy: {
          serviceEnabled: true,
          enabledStandardArns: [
            `arn:aws:securityhub:${region}::standards/aws-foundational-security-best-practices/v/1.0.0`,
          ],
          securityControlsConfiguration: { disabledControlIdentifiers: [] },
        },
        region,
      },
      { parent: this, dependsOn: [central] },
    );

    // Without an association every account is self-managed, so nobody would be configured.
    new aws.securityhub.ConfigurationPolicyAssociation(
      `${name}-association`,
      { policyId: policy.id, targetId: args.targetId, region },
      // The provider waits 90 s by default, too short for an organization: it goes account by account.
      { parent: this, customTimeouts: { create: "15m", update: "15m" } },
    );

    this.registerOutputs();
  }
}
