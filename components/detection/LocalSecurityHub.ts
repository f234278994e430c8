import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { aggregate, type Linking } from "./SecurityHubOrganization";

export interface LocalSecurityHubArgs {
  /** Where findings are gathered. */
  homeRegion: string;
  linking: Linking;
  /** Where the account is the administrator, the home region among them. */
  regions: readonly string[];
  /** Whether accounts that join become members, with Security Hub on. */
  autoEnable: boolean;
  /** Whether AWS switches its default standards on in them. */
  autoEnableStandards: "DEFAULT" | "NONE";
}

/**
 * Gathers findings in the home region, and says for each region whether accounts that join become members by themselves. What
 * standards they have is for their own accounts. Must be deployed in the delegated administrator's account.
 * https://docs.aws.amazon.com/securityhub/latest/userguide/local-configuration.html
 */
export class LocalSecurityHub extends pulumi.ComponentResource {
  /** Each region's configuration. */
  readonly configured: pulumi.Resource[];

  constructor(name: string, args: LocalSecurityHubArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:detection:LocalSecurityHub", name, {}, opts);
    const { homeRegion, linking, regions, autoEnable, autoEnableStandards } = args;

    aggregate(`${name}-aggregator`, homeRegion, linking, this);
    this.configured = regions.map(
      (region) =>
        new aws.securityhub.OrganizationConfiguration(
          `${name}-${region}`,
          {
            autoEnable,
            autoEnableStandards,
            // The kind of configuration is the home region's to say.
            ...(region === homeRegion && { organizationConfiguration: { configurationType: "LOCAL" } }),
            region,
          },
          { parent: this },
        ),
    );

    this.registerOutputs();
  }
}
