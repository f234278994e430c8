import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { PrivateBucket } from "../baseline/PrivateBucket";
import { serviceKey } from "../baseline/serviceKey";

export interface FindingExportArgs {
  /** The administrator's account. */
  accountId: string;
  /** Where bucket and key are made. AWS exports into another region too, but into none that accounts must opt in to. */
  region: string;
  /** The administrator's detectors by region: each exports what it finds, and what its members' find there. */
  detectors: Readonly<Record<string, Pick<aws.guardduty.Detector, "id" | "arn">>>;
  /** Regions that accounts must opt in to: GuardDuty acts there under a name of its own. */
  optInRegions: readonly string[];
  /** Days that an exported finding is kept. */
  retentionDays: number;
  /** What the bucket's and the key's names begin with. Default: the component's name. */
  namePrefix?: string;
}

/**
 * Exports GuardDuty's findings of every region, which GuardDuty itself forgets after 90 days, into one bucket under a key of its own.
 * Must be deployed in the administrator's account, whose export covers the members.
 *
 * Bucket and key stay on destroy, since neither is worth anything without the other; the key's alias goes.
 * https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_exportfindings.html
 */
export class FindingExport extends pulumi.ComponentResource {
  readonly bucket: pulumi.Output<string>;

  constructor(name: string, args: FindingExportArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:detection:FindingExport", name, {}, opts);
    const { region, namePrefix = name } = args;
    const services = servicesIn(Object.keys(args.detectors), args.optInRegions);
    const exporting = {
      Effect: "Allow",
      Principal: { Service: services },
      // GuardDuty acts for whoever named the bucket: for these detectors, and for nobody else's.
      Condition: {
        StringEquals: {
          "aws:SourceAccount": args.accountId,
          "aws:SourceArn": Object.values(args.detectors).map(({ arn }) => arn),
        },
      },
    };

    const key = serviceKey(name, `${name}-key`, {
      description: "hakken: exported findings of GuardDuty",
      accountId: args.accountId,
      region,
      aliasName: namePrefix,
      // In a key's own policy the star is that key.
      statements: [{ Sid: "GuardDutyEncrypts", ...exporting, Action: "kms:GenerateDataKey", Resource: "*" }],
      parent: this,
      retain: true,
    });
    const bucket = new PrivateBucket(
      `${namePrefix}-bucket`,
      {
        region,
        kmsKeyArn: key.arn,
        expireAfterDays: args.retentionDays,
        retain: true,
        statements: (bucketArn) => bucketStatements(bucketArn, key.arn, services, exporting),
      },
      { parent: this },
    );
    this.bucket = bucket.name;

    for (const [of, detector] of Object.entries(args.detectors)) {
      new aws.guardduty.PublishingDestination(
        `${name}-${of}`,
        // No folder of our own: GuardDuty looks for it at every change, and refuses once the bucket's life cycle has expired it.
        { detectorId: detector.id, destinationArn: bucket.arn, kmsKeyArn: key.arn, region: of },
        // GuardDuty tries both, and refuses a bucket or a key that it may not use.
        { parent: this, dependsOn: [...bucket.parts] },
      );
    }

    this.registerOutputs();
  }
}

/** In a region that accounts must opt in to, GuardDuty goes by that region's own name. */
function servicesIn(regions: readonly string[], optInRegions: readonly string[]): string[] {
  const named = regions.filter((region) => optInRegions.includes(region));
  return ["guardduty.amazonaws.com", ...named.map((region) => `guardduty.${region}.amazonaws.com`)];
}

const bucketStatements = (
  bucketArn: pulumi.Output<string>,
  keyArn: pulumi.Output<string>,
  services: string[],
  exporting: object,
) => {
  const objects = pulumi.interpolate`${bucketArn}/AWSLogs/*`;
  const refused = {
    Effect: "Deny",
    Principal: { Service: services },
    Action: "s3:PutObject",
    Resource: pulumi.interpolate`${bucketArn}/*`,
  };
  return [
    { Sid: "GuardDutyFindsTheBucket", ...exporting, Action: "s3:GetBucketLocation", Resource: bucketArn },
    { Sid: "GuardDutyExports", ...exporting, Action: "s3:PutObject", Resource: objects },
    {
      Sid: "EncryptedAlone",
      ...refused,
      Condition: { StringNotEquals: { "s3:x-amz-server-side-encryption": "aws:kms" } },
    },
    {
      Sid: "WithThisKeyAlone",
      ...refused,
      Condition: { StringNotEquals: { "s3:x-amz-server-side-encryption-aws-kms-key-id": keyArn } },
    },
  ];
};
