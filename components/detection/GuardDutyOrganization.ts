import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface GuardDutyOrganizationArgs {
  /** The administrator's detectors by region. */
  detectorIds: Readonly<Record<string, pulumi.Input<string>>>;
  /** Protection plans that every account gets, such as S3_DATA_EVENTS. */
  plans: readonly string[];
}

/**
 * Switches GuardDuty and its plans on in every account of the organization, present and future, in each region given.
 * Must be deployed in the delegated administrator's account. AWS takes up to 24 hours to reach every account.
 * Taking it away changes nothing in AWS: both resources have no delete there. Off must be said: autoEnable NONE.
 */
export class GuardDutyOrganization extends pulumi.ComponentResource {
  constructor(name: string, args: GuardDutyOrganizationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:detection:GuardDutyOrganization", name, {}, opts);

    for (const [region, detectorId] of Object.entries(args.detectorIds)) {
      let previous: pulumi.Resource = new aws.guardduty.OrganizationConfiguration(
        `${name}-${region}`,
        { autoEnableOrganizationMembers: "ALL", detectorId, region },
        { parent: this },
      );
      for (const plan of args.plans) {
        previous = new aws.guardduty.OrganizationConfigurationFeature(
          `${name}-${region}-${plan}`,
          { name: plan, autoEnable: "ALL", detectorId, region },
          // All of them write the one configuration of the detector, with the same call: one after the other.
          { parent: this, dependsOn: [previous] },
        );
      }
    }

    this.registerOutputs();
  }
}
