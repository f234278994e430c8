import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface DetectorsArgs {
  /** Regions that get a detector. */
  regions: readonly string[];
  /** How often repeated findings are exported. The administrator's alone to set, members take over its choice. Default: not set. */
  publishingFrequency?: "FIFTEEN_MINUTES" | "ONE_HOUR" | "SIX_HOURS";
  /** Protection plans to switch on, such as S3_DATA_EVENTS. The administrator's alone to set. Default: none set. */
  plans?: readonly string[];
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
      for (const plan of args.plans ?? []) {
        new aws.guardduty.DetectorFeature(
          `${name}-${region}-${plan}`,
          { detectorId: detector.id, name: plan, status: "ENABLED", region },
          { parent: this },
        );
      }
      return detector;
    };
    this.detectors = Object.fromEntries(args.regions.map((region) => [region, detect(region)]));

    this.registerOutputs();
  }
}
