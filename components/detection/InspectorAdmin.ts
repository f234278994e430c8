import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface InspectorAdminArgs {
  /** Account that administers Inspector for the organization. */
  adminAccountId: pulumi.Input<string>;
  /** Designated first, alone. */
  homeRegion: string;
  /** Every other region. */
  linkedRegions: readonly string[];
  /** Designations of other services: AWS Organizations takes one change at a time. */
  after: readonly pulumi.Resource[];
}

/**
 * Designates the delegated administrator of Inspector, region by region. Must be deployed in the management account.
 * https://docs.aws.amazon.com/inspector/latest/user/designating-admin.html
 */
export class InspectorAdmin extends pulumi.ComponentResource {
  constructor(name: string, args: InspectorAdminArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:detection:InspectorAdmin", name, {}, opts);

    const designate = (region: string, after: readonly pulumi.Resource[]) =>
      new aws.inspector2.DelegatedAdminAccount(
        `${name}-${region}`,
        { accountId: args.adminAccountId, region },
        { parent: this, dependsOn: [...after] },
      );
    // The first registers the account in AWS Organizations, and first ones in parallel fail in all regions but one.
    const home = designate(args.homeRegion, args.after);
    for (const region of args.linkedRegions) designate(region, [home]);

    this.registerOutputs();
  }
}
