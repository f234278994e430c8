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
  /** This account's own Security Hub by region, for the same reason: in the home region, and under LOCAL configuration in each. */
  hubs: Readonly<Record<string, pulumi.Resource>>;
}

/**
 * Designates the delegated administrator of GuardDuty in every region, and of Security Hub wherever it is given: under central
 * configuration the linked regions get the home region's by themselves. Must be deployed in the management account.
 */
export class DelegatedAdmin extends pulumi.ComponentResource {
  /** GuardDuty's, one a region, the home region's first. */
  readonly guardDuty: aws.guardduty.OrganizationAdminAccount[];
  /** The home region's. */
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
    const designateHub = (hubName: string, region: string, after: pulumi.Resource[]) =>
      new aws.securityhub.OrganizationAdminAccount(
        hubName,
        { adminAccountId: args.adminAccountId, region },
        { parent: this, dependsOn: after },
      );
    const { [args.homeRegion]: homeHub, ...linkedHubs } = args.hubs;
    this.securityHub = designateHub(`${name}-securityhub`, args.homeRegion, [...(homeHub ? [homeHub] : []), home]);
    const linked = Object.entries(linkedHubs)
      .filter(([region]) => args.linkedRegions.includes(region))
      .map(([region, hub]) => designateHub(`${name}-securityhub-${region}`, region, [hub, this.securityHub]));
    this.guardDuty = [home, ...args.linkedRegions.map((region) => designate(region, [home, this.securityHub]))];
    this.adminAccountId = pulumi
      .all([this.securityHub, ...linked, ...this.guardDuty].map((designation) => designation.adminAccountId))
      .apply(([account]) => account as string);

    this.registerOutputs();
  }
}
