import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface PrivateBucketArgs {
  region: string;
  /** The customer's key that objects are encrypted with by default. Default: S3's own. */
  kmsKeyArn?: pulumi.Input<string>;
  /** Days after which an object expires. Default: none does. */
  expireAfterDays?: number;
  /** Whether the bucket and what guards it stay on destroy. Default: false. */
  retain?: boolean;
  /** What the bucket and its parts stood below in a state from before this component. Default: nothing, it is new. */
  formerParent?: pulumi.Resource;
  /** Statements of its policy, beside the one that refuses whatever does not come by TLS. Default: none. */
  statements?: (bucketArn: pulumi.Output<string>) => object[];
}

/** What S3 keeps of a version that was replaced or deleted, so that a mistake can be taken back. */
const DAYS_OF_OLD_VERSIONS = 30;

/** A bucket that nobody outside reads, encrypted, versioned, by TLS alone. Its physical name begins with the component's. */
export class PrivateBucket extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  /** What must stand before anything is written. */
  readonly parts: readonly pulumi.CustomResource[];

  constructor(name: string, args: PrivateBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:baseline:PrivateBucket", name, {}, opts);
    const { region } = args;
    const { formerParent } = args;
    const own = {
      parent: this,
      retainOnDelete: args.retain,
      ...(formerParent && { aliases: [{ parent: formerParent }] }),
    };

    const bucket = new aws.s3.Bucket(name, { region }, own);
    this.name = bucket.bucket;
    this.arn = bucket.arn;
    const ofBucket = { bucket: bucket.bucket, region };

    const closed = new aws.s3.BucketPublicAccessBlock(
      `${name}-private`,
      {
        ...ofBucket,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      own,
    );
    const encrypted = new aws.s3.BucketServerSideEncryptionConfiguration(
      `${name}-encryption`,
      { ...ofBucket, rules: [{ applyServerSideEncryptionByDefault: encryption(args.kmsKeyArn) }] },
      own,
    );
    const versioned = new aws.s3.BucketVersioning(
      `${name}-versioning`,
      { ...ofBucket, versioningConfiguration: { status: "Enabled" } },
      own,
    );
    const policy = new aws.s3.BucketPolicy(
      `${name}-policy`,
      {
        ...ofBucket,
        policy: pulumi.jsonStringify({
          Version: "2012-10-17",
          Statement: [tlsAlone(bucket.arn), ...(args.statements?.(bucket.arn) ?? [])],
        }),
      },
      // S3 refuses two changes of one bucket's access at a time.
      { ...own, dependsOn: [closed] },
    );
    new aws.s3.BucketLifecycleConfiguration(
      `${name}-lifecycle`,
      { ...ofBucket, rules: rules(args.expireAfterDays) },
      // What it says of old versions takes effect where there are any.
      { ...own, dependsOn: [versioned] },
    );
    this.parts = [closed, encrypted, versioned, policy];

    this.registerOutputs();
  }
}

const encryption = (kmsKeyArn: pulumi.Input<string> | undefined) =>
  kmsKeyArn ? { sseAlgorithm: "aws:kms", kmsMasterKeyId: kmsKeyArn } : { sseAlgorithm: "AES256" };

/** The statement of a bucket policy that refuses whoever comes without TLS. */
const tlsAlone = (bucketArn: pulumi.Output<string>) => ({
  Sid: "TlsAlone",
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: [bucketArn, pulumi.interpolate`${bucketArn}/*`],
  Condition: { Bool: { "aws:SecureTransport": "false" } },
});

const rules = (expireAfterDays: number | undefined) => [
  {
    id: "old-versions",
    status: "Enabled",
    filter: { prefix: "" },
    ...(expireAfterDays && { expiration: { days: expireAfterDays } }),
    noncurrentVersionExpiration: { noncurrentDays: DAYS_OF_OLD_VERSIONS },
    abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
  },
];
