import * as aws from "@pulumi/aws";
import { expect, it } from "vitest";
import { OrganizationTrail } from "../../../components/baseline/OrganizationTrail";
import { type Recorded, recorded } from "../../pulumi/recorded";

const REGION = "ap-northeast-1";
const TRAIL = `arn:aws:cloudtrail:${REGION}:111122223333:trail/acme`;

const program = (namePrefix?: string) => () => {
  const provider = new aws.Provider("account", { region: REGION });
  return new OrganizationTrail(
    "trail",
    {
      accountId: "111122223333",
      organizationId: "o-a1b2c3d4e5",
      region: REGION,
      trailName: "acme",
      retentionDays: 400,
      namePrefix,
    },
    { provider, protect: true },
  );
};

const policyOf = (resources: Recorded[], name: string) =>
  JSON.parse(String(resources.find((one) => one.name === name)?.inputs.policy)).Statement;

it("makes a trail of every region and account, in a guarded bucket under a key, through the stack's provider alone", async () => {
  const { resources } = await recorded(program());

  const ours = { provider: "account", protect: true };
  const kept = { ...ours, retainOnDelete: true };
  const ofBucket = { bucket: "delivery-1234567", region: REGION };
  const made = resources.filter(({ type }) => type !== "pulumi:providers:aws");
  expect(made.map(({ inputs: { policy, ...inputs }, ...rest }) => ({ inputs, ...rest }))).toEqual([
    { type: "aws:cloudtrail:x:Trail", name: "trail", inputs: {}, protect: true },
    {
      type: "aws:cloudtrail/trail:Trail",
      name: "trail",
      inputs: {
        name: "acme",
        s3BucketName: "delivery-1234567",
        kmsKeyId: "arn:of:trail-key",
        isOrganizationTrail: true,
        isMultiRegionTrail: true,
        includeGlobalServiceEvents: true,
        enableLogFileValidation: true,
        enableLogging: true,
        region: REGION,
      },
      after: [
        "trail-access",
        "trail-bucket",
        "trail-bucket-encryption",
        "trail-bucket-policy",
        "trail-bucket-private",
        "trail-bucket-versioning",
        "trail-key",
      ],
      ...ours,
    },
    { type: "hakken:baseline:OrganizationTrail", name: "trail", inputs: {}, protect: true },
    {
      type: "aws:organizations/awsServiceAccess:AwsServiceAccess",
      name: "trail-access",
      inputs: { servicePrincipal: "cloudtrail.amazonaws.com" },
      ...kept,
    },
    {
      type: "aws:kms/alias:Alias",
      name: "trail-alias",
      inputs: { name: "alias/hakken-trail", targetKeyId: "1234abcd-12ab-34cd-56ef-1234567890ab", region: REGION },
      after: ["trail-key"],
      ...ours,
    },
    { type: "aws:s3/bucket:Bucket", name: "trail-bucket", inputs: { region: REGION }, ...kept },
    { type: "hakken:baseline:PrivateBucket", name: "trail-bucket", inputs: {}, protect: true },
    {
      type: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
      name: "trail-bucket-encryption",
      inputs: { ...ofBucket, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
      after: ["trail-bucket"],
      ...kept,
    },
    {
      type: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
      name: "trail-bucket-lifecycle",
      inputs: {
        ...ofBucket,
        rules: [
          {
            id: "old-versions",
            status: "Enabled",
            filter: { prefix: "" },
            expiration: { days: 400 },
            noncurrentVersionExpiration: { noncurrentDays: 30 },
            abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
          },
        ],
      },
      after: ["trail-bucket", "trail-bucket-versioning"],
      ...kept,
    },
    {
      type: "aws:s3/bucketPolicy:BucketPolicy",
      name: "trail-bucket-policy",
      inputs: ofBucket,
      after: ["trail-bucket", "trail-bucket-private"],
      ...kept,
    },
    {
      type: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
      name: "trail-bucket-private",
      inputs: {
        ...ofBucket,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      after: ["trail-bucket"],
      ...kept,
    },
    {
      type: "aws:s3/bucketVersioning:BucketVersioning",
      name: "trail-bucket-versioning",
      inputs: { ...ofBucket, versioningConfiguration: { status: "Enabled" } },
      after: ["trail-bucket"],
      ...kept,
    },
    {
      type: "aws:kms/key:Key",
      name: "trail-key",
      inputs: {
        description: "hakken: trail of the organization",
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        region: REGION,
      },
      ...kept,
    },
  ]);
  expect(resources.filter(({ type }) => type.startsWith("pulumi:providers:")).map(({ name }) => name)).toEqual([
    "account",
  ]);
});

it("lets CloudTrail encrypt and deliver for this trail alone, below the organization and its management account", async () => {
  const { resources } = await recorded(program());

  const cloudTrail = { Effect: "Allow", Principal: { Service: "cloudtrail.amazonaws.com" } };
  const ofTrail = { StringEquals: { "aws:SourceArn": TRAIL } };
  const delivers = (Sid: string, folder: string) => ({
    Sid,
    ...cloudTrail,
    Action: "s3:PutObject",
    Resource: `arn:of:trail-bucket/AWSLogs/${folder}/*`,
    Condition: { StringEquals: { "aws:SourceArn": TRAIL, "s3:x-amz-acl": "bucket-owner-full-control" } },
  });
  expect(policyOf(resources, "trail-key")).toEqual([
    {
      Sid: "AccountAdministersAndDelegatesToItsPolicies",
      Effect: "Allow",
      Principal: { AWS: "arn:aws:iam::111122223333:root" },
      Action: "kms:*",
      Resource: "*",
    },
    {
      Sid: "CloudTrailEncrypts",
      ...cloudTrail,
      Action: "kms:GenerateDataKey",
      Resource: "*",
      Condition: {
        ...ofTrail,
        StringLike: { "kms:EncryptionContext:aws:cloudtrail:arn": "arn:aws:cloudtrail:*:111122223333:trail/acme" },
      },
    },
    { Sid: "CloudTrailLooksUpTheKey", ...cloudTrail, Action: "kms:DescribeKey", Resource: "*", Condition: ofTrail },
  ]);
  expect(policyOf(resources, "trail-bucket-policy")).toEqual([
    {
      Sid: "TlsAlone",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: ["arn:of:trail-bucket", "arn:of:trail-bucket/*"],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
    {
      Sid: "CloudTrailLooksUpTheBucket",
      ...cloudTrail,
      Action: "s3:GetBucketAcl",
      Resource: "arn:of:trail-bucket",
      Condition: ofTrail,
    },
    delivers("CloudTrailDelivers", "111122223333"),
    delivers("CloudTrailDeliversOfTheOrganization", "o-a1b2c3d4e5"),
  ]);
});

it("names bucket and alias after the prefix", async () => {
  const { resources } = await recorded(program("acme-trail"));

  const buckets = resources.filter(({ type }) => type.startsWith("aws:s3/"));
  expect(buckets.every(({ name }) => name.startsWith("acme-trail-bucket"))).toBe(true);
  expect(resources.find(({ type }) => /alias/.test(type))?.inputs.name).toBe("alias/hakken-acme-trail");
});
