import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

type AutoEnable = "ALL" | "NEW" | "NONE";

/** A protection plan as the organization gets it. */
export interface OrganizationPlan {
  /** Such as S3_DATA_EVENTS. */
  name: string;
  /** In which accounts it is switched on by itself. */
  autoEnable: AutoEnable;
  /** Its additional configuration, complete and in GuardDuty's order, with what is on wherever the plan is; empty for a plan that has none. */
  additional: readonly { name: string; on: boolean }[];
}

export interface GuardDutyOrganizationArgs {
  /** The administrator's detectors by region. */
  detectorIds: Readonly<Record<string, pulumi.Input<string>>>;
  /** Which accounts get a detector by themselves. */
  autoEnable: AutoEnable;
  /** The protection plans that there are in a region, those that are off among them. */
  plansIn: (region: string) => readonly OrganizationPlan[];
}

/**
 * Says for each region given in which accounts of the organization GuardDuty and its plans are switched on by themselves. Must be
 * deployed in the delegated administrator's account. AWS takes up to 24 hours to reach every account under ALL.
 * Taking it away changes nothing in AWS: both resources have no delete there. Off must be said: autoEnable NONE, which is for accounts
 * to come; existing ones are for the reconciler.
 */
export class GuardDutyOrganization extends pulumi.ComponentResource {
  /** Each region's last write of its configuration: whatever comes after the whole of it depends on these. */
  readonly configured: Record<string, pulumi.Resource>;

  constructor(name: string, args: GuardDutyOrganizationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:detection:GuardDutyOrganization", name, {}, opts);

    const configure = (region: string, detectorId: pulumi.Input<string>) => {
      let previous: pulumi.Resource = new aws.guardduty.OrganizationConfiguration(
        `${name}-${region}`,
        { autoEnableOrganizationMembers: args.autoEnable, detectorId, region },
        { parent: this },
      );
      for (const { name: plan, autoEnable, additional } of args.plansIn(region)) {
        previous = new aws.guardduty.OrganizationConfigurationFeature(
          `${name}-${region}-${plan}`,
          {
            name: plan,
            autoEnable,
            ...(additional.length > 0 && {
              additionalConfigurations: additional.map((one) => ({
                name: one.name,
                autoEnable: one.on ? autoEnable : "NONE",
              })),
            }),
            detectorId,
            region,
          },
          // All of them write the one configuration of the detector, with the same call: one after the other.
          { parent: this, dependsOn: [previous] },
        );
      }
      return previous;
    };
    this.configured = Object.fromEntries(
      Object.entries(args.detectorIds).map(([region, detectorId]) => [region, configure(region, detectorId)]),
    );

    this.registerOutputs();
  }
}
