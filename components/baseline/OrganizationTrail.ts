import * as aws from "@pulumi/aws";
import { Trail } from "@pulumi/awsx/classic/cloudtrail";
import * as pulumi from "@pulumi/pulumi";
import { PrivateBucket } from "./PrivateBucket";
import { serviceKey } from "./serviceKey";

export interface OrganizationTrailArgs {
  /** The organization's management account. */
  accountId: string;
  /** The organization whose calls are recorded, `o-...`. */
  organizationId: string;
  /** Where trail, bucket and key are made. It records every region all the same. */
  region: string;
  /** The trail's name in AWS, which bucket and key are bound to. */
  trailName: string;
  /** Days that what is recorded is kept. */
  retentionDays: number;
  /** What the bucket's and the key's names begin with. Default: the component's name. */
  namePrefix?: string;
}

const SERVICE = "cloudtrail.amazonaws.com";

/**
 * Records the calls in every region of every account of the organization, also of those that come later: management events, with the
 * digests that show whether a log file was changed, in one bucket, log files under a key of its own. Must be deployed in the
 * management account. Loads awsx: to be imported only where a trail is wanted.
 *
 * Bucket and key stay on destroy, since neither is worth anything without the other; the key's alias and the trail go. Trusted access
 * stays: it is the whole organization's, and may be others' too.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/creating-trail-organization.html
 */
export class OrganizationTrail extends pulumi.ComponentResource {
  /** The bucket's name. */
  readonly bucket: pulumi.Output<string>;

  constructor(name: string, args: OrganizationTrailArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:baseline:OrganizationTrail", name, {}, opts);
    const { accountId, region, trailName, namePrefix = name } = args;
    // Known before the trail is: CloudTrail refuses a bucket and a key that it may not use for it.
    const trailArn = `arn:aws:cloudtrail:${region}:${accountId}:trail/${trailName}`;

    const access = new aws.organizations.AwsServiceAccess(
      `${name}-access`,
      { servicePrincipal: SERVICE },
      { parent: this, retainOnDelete: true },
    );
    const key = serviceKey(name, `${name}-key`, {
      description: "hakken: trail of the organization",
      accountId,
      region,
      aliasName: namePrefix,
      statements: keyStatements(accountId, trailName, trailArn),
      parent: this,
      retain: true,
    });
    const bucket = new PrivateBucket(
      `${namePrefix}-bucket`,
      {
        region,
        // No key by default: the trail names its own. What CloudTrail delivers without it (on digests AWS's pages differ) would be
        // refused by that key, which asks for the trail's encryption context.
        expireAfterDays: args.retentionDays,
        retain: true,
        statements: (bucketArn) => bucketStatements(bucketArn, args, trailArn),
      },
      { parent: this },
    );
    this.bucket = bucket.name;

    // awsx's component hands its own dependencies on to nothing: what must stand first goes along with the bucket's name.
    const first = pulumi.all([access, ...bucket.parts].map(({ urn }) => urn));
    new Trail(
      name,
      {
        name: trailName,
        s3BucketName: pulumi.all([bucket.name, first]).apply(([bucketName]) => bucketName),
        kmsKeyId: key.arn,
        isOrganizationTrail: true,
        isMultiRegionTrail: true,
        includeGlobalServiceEvents: true,
        enableLogFileValidation: true,
        enableLogging: true,
        region,
      },
      { parent: this },
    );

    this.registerOutputs();
  }
}

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html */
const keyStatements = (accountId: string, trailName: string, trailArn: string) => {
  const cloudTrail = { Effect: "Allow", Principal: { Service: SERVICE } };
  const ofTrail = { StringEquals: { "aws:SourceArn": trailArn } };
  return [
    {
      Sid: "CloudTrailEncrypts",
      ...cloudTrail,
      Action: "kms:GenerateDataKey",
      // In a key's own policy the star is that key.
      Resource: "*",
      Condition: {
        ...ofTrail,
        // AWS documents a star for the region, since the trail is in all of them.
        StringLike: {
          "kms:EncryptionContext:aws:cloudtrail:arn": `arn:aws:cloudtrail:*:${accountId}:trail/${trailName}`,
        },
      },
    },
    {
      Sid: "CloudTrailLooksUpTheKey",
      ...cloudTrail,
      Action: "kms:DescribeKey",
      Resource: "*",
      Condition: ofTrail,
    },
  ];
};

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html */
const bucketStatements = (
  bucketArn: pulumi.Output<string>,
  { accountId, organizationId }: OrganizationTrailArgs,
  trailArn: string,
) => {
  const cloudTrail = { Effect: "Allow", Principal: { Service: SERVICE } };
  const source = { "aws:SourceArn": trailArn };
  // Below the organization's id; and, as AWS asks, below the management account's number, in case the trail becomes one of it alone.
  const delivers = (Sid: string, folder: string) => ({
    Sid,
    ...cloudTrail,
    Action: "s3:PutObject",
    Resource: pulumi.interpolate`${bucketArn}/AWSLogs/${folder}/*`,
    Condition: { StringEquals: { ...source, "s3:x-amz-acl": "bucket-owner-full-control" } },
  });
  return [
    {
      Sid: "CloudTrailLooksUpTheBucket",
      ...cloudTrail,
      Action: "s3:GetBucketAcl",
      Resource: bucketArn,
      Condition: { StringEquals: source },
    },
    delivers("CloudTrailDelivers", accountId),
    delivers("CloudTrailDeliversOfTheOrganization", organizationId),
  ];
};
