import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface DelegatedAdminArgs {
  /** Account that administers GuardDuty and Security Hub for the organization. */
  adminAccountId: pulumi.Input<string>;
  /** Designated first, alone. */
  homeRegion: string;
  /** Every other region. */
  linkedRegions: readonly string[];
  /** This account's own detectors by region: GuardDuty in the management account is enabled by nobody else. */
  detectors: Readonly<Record<string, pulumi.Resource>>;
  /** This account's own Security Hub in the home region, for the same reason. */
  hub: pulumi.Resource;
}

/**
 * Designates the delegated administrator of GuardDuty in every region, and of Security Hub in the home region: under
 * central configuration the linked regions get the same one by themselves. Must be deployed in the management account.
 */
export class DelegatedAdmin extends pulumi.ComponentResource {
  /** GuardDuty's, one a region, the home region's first. */
  readonly guardDuty: aws.guardduty.OrganizationAdminAccount[];
  readonly securityHub: aws.securityhub.OrganizationAdminAccount;
  /** The account once it is designated everywhere. */
  readonly adminAccountId: pulumi.Output<string>;

  constructor(name: string, args: DelegatedAdminArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:detection:DelegatedAdmin", name, {}, opts);

    const designate = (region: string, after: pulumi.Resource[]) => {
      const detector = args.detectors[region];
      if (!detector)
        throw new Error(`hakken: no detector is given for ${region}, so its administrator can't be designated.`);
      return new aws.guardduty.OrganizationAdminAccount(
        `${name}-guardduty-${region}`,
        { adminAccountId: args.adminAccountId, region },
        { parent: this, dependsOn: [detector, ...after] },
      );
    };

    // The first designation of a service registers the account in AWS Organizations, which takes one change at a time:
    // first designations in parallel fail in all regions but one.
    const home = designate(args.homeRegion, []);
    this.securityHub = new aws.securityhub.OrganizationAdminAccount(
      `${name}-securityhub`,
      { adminAccountId: args.adminAccountId, region: args.homeRegion },
      { parent: this, dependsOn: [args.hub, home] },
    );
    this.guardDuty = [home, ...args.linkedRegions.map((region) => designate(region, [home, this.securityHub]))];
    this.adminAccountId = pulumi
      .all([this.securityHub, ...this.guardDuty].map((designation) => designation.adminAccountId))
      .apply(([account]) => account as string);

    this.registerOutputs();
  }
}
