import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** A protection plan of a detector. */
export interface DetectorPlan {
  /** Such as S3_DATA_EVENTS. */
  name: string;
  on: boolean;
  /** Its additional configuration, complete and in GuardDuty's order; empty for a plan that has none. */
  additional: readonly { name: string; on: boolean }[];
}

export interface DetectorsArgs {
  /** Regions that get a detector. */
  regions: readonly string[];
  /** How often repeated findings are exported. The administrator's alone to set, members take over its choice. Default: not set. */
  publishingFrequency?: "FIFTEEN_MINUTES" | "ONE_HOUR" | "SIX_HOURS";
  /** Protection plans to switch on, and off, in a region. The administrator's alone to set. Default: none set. */
  plansIn?: (region: string) => readonly DetectorPlan[];
}

/**
 * GuardDuty detectors of one account, one a region: AWS takes no second one. In the audit account they are given frequency and plans,
 * since the organization's plans don't cover the administrator itself; in any other account both belong to the administrator.
 */
export class Detectors extends pulumi.ComponentResource {
  /** By region. */
  readonly detectors: Record<string, aws.guardduty.Detector>;

  constructor(name: string, args: DetectorsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:detection:Detectors", name, {}, opts);

    const detect = (region: string) => {
      const detector = new aws.guardduty.Detector(
        `${name}-${region}`,
        { enable: true, region, findingPublishingFrequency: args.publishingFrequency },
        { parent: this },
      );
      let previous: pulumi.Resource = detector;
      for (const plan of args.plansIn?.(region) ?? []) {
        const { additional } = plan;
        previous = new aws.guardduty.DetectorFeature(
          `${name}-${region}-${plan.name}`,
          {
            detectorId: detector.id,
            name: plan.name,
            // Off is said too: a new detector has most plans on, and a resource that is gone changes nothing in AWS.
            status: word(plan.on),
            ...(additional.length > 0 && {
              additionalConfigurations: additional.map((one) => ({ name: one.name, status: word(plan.on && one.on) })),
            }),
            region,
          },
          // All of them write the one detector, with the same call: one after the other.
          { parent: this, dependsOn: [previous] },
        );
      }
      return detector;
    };
    this.detectors = Object.fromEntries(args.regions.map((region) => [region, detect(region)]));

    this.registerOutputs();
  }
}

const word = (on: boolean) => (on ? "ENABLED" : "DISABLED");
