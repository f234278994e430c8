import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { tlsAlone } from "./PrivateBucket";

export interface DeliveryBucketArgs {
  /** Whose recorders deliver: an account's, or those of all accounts of an organization. */
  whose: { accountId: string } | { organizationId: string };
  region: string;
  /** Days that what is delivered is kept. Default: for ever. */
  historyDays?: number;
  parent: pulumi.Resource;
}

/** The bucket, private, encrypted, versioned, by TLS alone; and the parts that must stand before anything is delivered. */
export function deliveryBucket(name: string, { whose, region, historyDays, parent }: DeliveryBucketArgs) {
  const opts = { parent, retainOnDelete: true };
  const bucket = new aws.s3.Bucket(`${name}-bucket`, { region }, opts);
  const ofBucket = { bucket: bucket.bucket, region };

  const closed = new aws.s3.BucketPublicAccessBlock(
    `${name}-bucket-private`,
    {
      ...ofBucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    opts,
  );
  const encrypted = new aws.s3.BucketServerSideEncryptionConfiguration(
    `${name}-bucket-encryption`,
    { ...ofBucket, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
    opts,
  );
  const versioned = new aws.s3.BucketVersioning(
    `${name}-bucket-versioning`,
    { ...ofBucket, versioningConfiguration: { status: "Enabled" } },
    opts,
  );
  const policy = new aws.s3.BucketPolicy(
    `${name}-bucket-policy`,
    { ...ofBucket, policy: pulumi.jsonStringify(deliveryPolicy(bucket.arn, whose)) },
    // S3 refuses two changes of one bucket's access at a time.
    { ...opts, dependsOn: [closed] },
  );
  if (historyDays) expire(name, ofBucket, historyDays, { ...opts, dependsOn: [versioned] });
  return { bucket, parts: [closed, encrypted, versioned, policy] };
}

/** What has expired in a versioned bucket stays as a version, until that expires too. */
function expire(name: string, ofBucket: { bucket: pulumi.Output<string>; region: string }, days: number, opts: object) {
  new aws.s3.BucketLifecycleConfiguration(
    `${name}-bucket-lifecycle`,
    {
      ...ofBucket,
      rules: [
        {
          id: "history",
          status: "Enabled",
          filter: {},
          expiration: { days },
          noncurrentVersionExpiration: { noncurrentDays: 30 },
        },
      ],
    },
    opts,
  );
}

/**
 * With the service-linked role AWS Config delivers as its service principal, which must be bound to an account, or to the accounts
 * of an organization: else anybody's recorder could name the bucket.
 */
function deliveryPolicy(bucketArn: pulumi.Output<string>, whose: DeliveryBucketArgs["whose"]) {
  const config = {
    Effect: "Allow",
    Principal: { Service: "config.amazonaws.com" },
  };
  const source =
    "accountId" in whose ? { "aws:SourceAccount": whose.accountId } : { "aws:SourceOrgID": whose.organizationId };
  const prefix = "accountId" in whose ? whose.accountId : "*";
  return {
    Version: "2012-10-17",
    Statement: [
      tlsAlone(bucketArn),
      {
        Sid: "ConfigLooksUpTheBucket",
        ...config,
        Action: ["s3:GetBucketAcl", "s3:ListBucket"],
        Resource: bucketArn,
        Condition: { StringEquals: source },
      },
      {
        Sid: "ConfigDelivers",
        ...config,
        Action: "s3:PutObject",
        Resource: pulumi.interpolate`${bucketArn}/AWSLogs/${prefix}/Config/*`,
        Condition: { StringEquals: { ...source, "s3:x-amz-acl": "bucket-owner-full-control" } },
      },
    ],
  };
}
