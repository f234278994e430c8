import type {
  BucketLocationConstraint,
  BucketVersioningStatus,
  ExpirationStatus,
  LifecycleRule,
  ServerSideEncryption,
  TransitionStorageClass,
} from "@aws-sdk/client-s3";
import type { BucketArgs } from "@pulumi/aws/s3/bucket";
import type { BucketLifecycleConfigurationArgs } from "@pulumi/aws/s3/bucketLifecycleConfiguration";
import type { BucketObjectv2Args } from "@pulumi/aws/s3/bucketObjectv2";
import type { BucketPolicyArgs } from "@pulumi/aws/s3/bucketPolicy";
import type { BucketPublicAccessBlockArgs } from "@pulumi/aws/s3/bucketPublicAccessBlock";
import type { BucketServerSideEncryptionConfigurationArgs } from "@pulumi/aws/s3/bucketServerSideEncryptionConfiguration";
import type { BucketVersioningArgs } from "@pulumi/aws/s3/bucketVersioning";
import { camel, type Plain, pascal, type ResourceType, resource, tagList } from "../resource";
import type { Scope } from "../scope";

async function empty({ s3 }: Scope, bucket: string) {
  for (let more = true; more; ) {
    const { Versions = [], DeleteMarkers = [], IsTruncated } = await s3.listObjectVersions({ Bucket: bucket });
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
    if (Objects.length > 0) await s3.deleteObjects({ Bucket: bucket, Delete: { Objects } });
    more = IsTruncated ?? false;
  }
}

function putEncryption({ s3 }: Scope, { bucket, rules }: Plain<BucketServerSideEncryptionConfigurationArgs>) {
  return s3.putBucketEncryption({
    Bucket: bucket,
    ServerSideEncryptionConfiguration: {
      Rules: rules.map(({ applyServerSideEncryptionByDefault: by, bucketKeyEnabled }) => ({
        ApplyServerSideEncryptionByDefault: by && {
          SSEAlgorithm: by.sseAlgorithm as ServerSideEncryption,
          KMSMasterKeyID: by.kmsMasterKeyId,
        },
        BucketKeyEnabled: bucketKeyEnabled,
      })),
    },
  });
}

type LifecycleRuleInput = NonNullable<Plain<BucketLifecycleConfigurationArgs>["rules"]>[number];

const lifecycleRule = (rule: LifecycleRuleInput): LifecycleRule => ({
  ID: rule.id,
  Status: rule.status as ExpirationStatus,
  Filter: { Prefix: rule.filter?.prefix ?? "" },
  Expiration: rule.expiration && { Days: rule.expiration.days },
  AbortIncompleteMultipartUpload: pascal(rule.abortIncompleteMultipartUpload),
  NoncurrentVersionExpiration: pascal(rule.noncurrentVersionExpiration),
  Transitions: rule.transitions?.map(({ days, storageClass }) => ({
    Days: days,
    StorageClass: storageClass as TransitionStorageClass,
  })),
});

const putLifecycle = ({ s3 }: Scope, { bucket, rules = [] }: Plain<BucketLifecycleConfigurationArgs>) =>
  s3.putBucketLifecycleConfiguration({
    Bucket: bucket,
    LifecycleConfiguration: { Rules: rules.map(lifecycleRule) },
  });

const putBlock = ({ s3 }: Scope, inputs: Plain<BucketPublicAccessBlockArgs>) =>
  s3.putPublicAccessBlock({
    Bucket: inputs.bucket,
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: inputs.blockPublicAcls ?? false,
      BlockPublicPolicy: inputs.blockPublicPolicy ?? false,
      IgnorePublicAcls: inputs.ignorePublicAcls ?? false,
      RestrictPublicBuckets: inputs.restrictPublicBuckets ?? false,
    },
  });

const putVersioning = ({ s3 }: Scope, { bucket, versioningConfiguration }: Plain<BucketVersioningArgs>) =>
  s3.putBucketVersioning({
    Bucket: bucket,
    VersioningConfiguration: { Status: versioningConfiguration.status as BucketVersioningStatus },
  });

const putObject = ({ s3 }: Scope, inputs: Plain<BucketObjectv2Args>) =>
  s3.putObject({
    Bucket: String(inputs.bucket),
    Key: inputs.key,
    Body: inputs.content,
    ContentType: inputs.contentType,
    Tagging: inputs.tags && new URLSearchParams(inputs.tags).toString(),
  });

export const s3: Record<string, ResourceType> = {
  "aws:s3/bucket:Bucket": resource<BucketArgs>({
    inputs: { bucket: true, forceDestroy: true, tags: true },
    replaceOn: ["bucket"],
    autoName: { input: "bucket" },
    async create({ s3, region }, inputs, made) {
      const bucket = String(inputs.bucket);
      await s3.createBucket({
        Bucket: bucket,
        // us-east-1 is where a bucket goes without being told, and must not be named.
        CreateBucketConfiguration:
          region === "us-east-1" ? undefined : { LocationConstraint: region as BucketLocationConstraint },
      });
      made(bucket);
      if (inputs.tags) await s3.putBucketTagging({ Bucket: bucket, Tagging: { TagSet: tagList(inputs.tags) } });
      return bucket;
    },
    async read({ s3, region, partition }, id) {
      await s3.headBucket({ Bucket: id });
      return {
        bucket: id,
        arn: `arn:${partition}:s3:::${id}`,
        bucketRegion: region,
        bucketDomainName: `${id}.s3.amazonaws.com`,
        bucketRegionalDomainName: `${id}.s3.${region}.amazonaws.com`,
      };
    },
    update: async () => {}, // tags alone, and how it is destroyed
    async delete(aws, id, inputs) {
      if (inputs.forceDestroy) await empty(aws, id);
      await aws.s3.deleteBucket({ Bucket: id });
    },
    tags: {
      put: ({ s3 }, { bucket }, tags) =>
        s3.putBucketTagging({ Bucket: String(bucket), Tagging: { TagSet: tagList(tags) } }),
      remove: ({ s3 }, { bucket }) => s3.deleteBucketTagging({ Bucket: String(bucket) }),
    },
  }),

  "aws:s3/bucketObjectv2:BucketObjectv2": resource<BucketObjectv2Args>({
    inputs: { bucket: true, key: true, content: true, contentType: true, forceDestroy: true, tags: true },
    replaceOn: ["bucket", "key"],
    async create(aws, inputs) {
      await putObject(aws, inputs);
      return String(inputs.key);
    },
    async read({ s3 }, id, { bucket, content }) {
      const now = await s3.getObject({ Bucket: String(bucket), Key: id });
      // As the official provider: what it holds is not read back.
      return { bucket, key: id, content, contentType: now.ContentType, etag: now.ETag, versionId: now.VersionId };
    },
    update: (aws, _id, inputs) => putObject(aws, inputs),
    // Of a versioned bucket, every version.
    async delete({ s3 }, id, { bucket }) {
      const Bucket = String(bucket);
      const { Versions = [], DeleteMarkers = [] } = await s3.listObjectVersions({ Bucket, Prefix: id });
      for (const { Key, VersionId } of [...Versions, ...DeleteMarkers])
        if (Key === id) await s3.deleteObject({ Bucket, Key, VersionId });
    },
    tags: {
      put: ({ s3 }, { bucket, key }, tags) =>
        s3.putObjectTagging({ Bucket: String(bucket), Key: String(key), Tagging: { TagSet: tagList(tags) } }),
      remove: ({ s3 }, { bucket, key }) => s3.deleteObjectTagging({ Bucket: String(bucket), Key: String(key) }),
    },
  }),

  "aws:s3/bucketPolicy:BucketPolicy": resource<BucketPolicyArgs>({
    inputs: { bucket: true, policy: true },
    replaceOn: ["bucket"],
    async create({ s3 }, { bucket, policy }) {
      await s3.putBucketPolicy({ Bucket: bucket, Policy: String(policy) });
      return bucket;
    },
    read: async ({ s3 }, id) => ({ bucket: id, policy: (await s3.getBucketPolicy({ Bucket: id })).Policy }),
    update: ({ s3 }, id, { policy }) => s3.putBucketPolicy({ Bucket: id, Policy: String(policy) }),
    delete: ({ s3 }, id) => s3.deleteBucketPolicy({ Bucket: id }),
  }),

  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": resource<BucketPublicAccessBlockArgs>({
    inputs: {
      bucket: true,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    replaceOn: ["bucket"],
    async create(aws, inputs) {
      await putBlock(aws, inputs);
      return inputs.bucket;
    },
    async read({ s3 }, id) {
      const { PublicAccessBlockConfiguration: now } = await s3.getPublicAccessBlock({ Bucket: id });
      return { bucket: id, ...camel(now) };
    },
    update: (aws, _id, inputs) => putBlock(aws, inputs),
    delete: ({ s3 }, id) => s3.deletePublicAccessBlock({ Bucket: id }),
  }),

  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration":
    resource<BucketServerSideEncryptionConfigurationArgs>({
      inputs: {
        bucket: true,
        rules: {
          applyServerSideEncryptionByDefault: { sseAlgorithm: true, kmsMasterKeyId: true },
          bucketKeyEnabled: true,
        },
      },
      replaceOn: ["bucket"],
      async create(aws, inputs) {
        await putEncryption(aws, inputs);
        return inputs.bucket;
      },
      async read({ s3 }, id) {
        const { ServerSideEncryptionConfiguration: now } = await s3.getBucketEncryption({ Bucket: id });
        const rules = now?.Rules?.map(({ ApplyServerSideEncryptionByDefault: by, BucketKeyEnabled }) => ({
          applyServerSideEncryptionByDefault: by && {
            sseAlgorithm: by.SSEAlgorithm,
            kmsMasterKeyId: by.KMSMasterKeyID,
          },
          bucketKeyEnabled: BucketKeyEnabled,
        }));
        return { bucket: id, rules };
      },
      update: (aws, _id, inputs) => putEncryption(aws, inputs),
      delete: ({ s3 }, id) => s3.deleteBucketEncryption({ Bucket: id }),
    }),

  "aws:s3/bucketVersioning:BucketVersioning": resource<BucketVersioningArgs>({
    inputs: { bucket: true, versioningConfiguration: { status: true } },
    replaceOn: ["bucket"],
    async create(aws, inputs) {
      await putVersioning(aws, inputs);
      return inputs.bucket;
    },
    async read({ s3 }, id) {
      const { Status: status } = await s3.getBucketVersioning({ Bucket: id });
      return { bucket: id, versioningConfiguration: { status: status ?? "Disabled" } };
    },
    update: (aws, _id, inputs) => putVersioning(aws, inputs),
    // Versioning can't be taken away again, only suspended.
    delete: (aws, _id, { bucket }) => putVersioning(aws, { bucket, versioningConfiguration: { status: "Suspended" } }),
  }),

  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": resource<BucketLifecycleConfigurationArgs>({
    inputs: {
      bucket: true,
      rules: {
        id: true,
        status: true,
        filter: { prefix: true },
        expiration: { days: true },
        abortIncompleteMultipartUpload: { daysAfterInitiation: true },
        noncurrentVersionExpiration: { noncurrentDays: true, newerNoncurrentVersions: true },
        transitions: { days: true, storageClass: true },
      },
    },
    replaceOn: ["bucket"],
    async create(aws, inputs) {
      await putLifecycle(aws, inputs);
      return inputs.bucket;
    },
    async read({ s3 }, id) {
      const { Rules = [] } = await s3.getBucketLifecycleConfiguration({ Bucket: id });
      const rules = Rules.map((rule) => ({
        id: rule.ID,
        status: rule.Status,
        filter: camel(rule.Filter),
        expiration: camel(rule.Expiration),
        abortIncompleteMultipartUpload: camel(rule.AbortIncompleteMultipartUpload),
        noncurrentVersionExpiration: camel(rule.NoncurrentVersionExpiration),
        transitions: rule.Transitions?.map(camel),
      }));
      return { bucket: id, rules };
    },
    update: (aws, _id, inputs) => putLifecycle(aws, inputs),
    delete: ({ s3 }, id) => s3.deleteBucketLifecycle({ Bucket: id }),
  }),
};
