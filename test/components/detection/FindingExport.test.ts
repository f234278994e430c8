import * as aws from "@pulumi/aws";
import { expect, it } from "vitest";
import { FindingExport } from "../../../components/detection/FindingExport";
import { type Recorded, recorded } from "../../pulumi/recorded";

const REGIONS = ["ap-northeast-1", "ap-east-1"];

const program = (namePrefix?: string) => () => {
  const detectors = Object.fromEntries(
    REGIONS.map((region) => [region, new aws.guardduty.Detector(`d-${region}`, { region })]),
  );
  return new FindingExport("export", {
    accountId: "444455556666",
    region: "ap-northeast-1",
    detectors,
    optInRegions: ["ap-east-1", "me-south-1"],
    retentionDays: 365,
    namePrefix,
  });
};

const policyOf = (resources: Recorded[], name: string) =>
  JSON.parse(String(resources.find((one) => one.name === name)?.inputs.policy)).Statement;

it("exports each detector's findings into one guarded bucket under a key, both of which stay", async () => {
  const { resources } = await recorded(program());

  const ofBucket = { bucket: "delivery-1234567", region: "ap-northeast-1" };
  const kept = { after: ["export-bucket"], retainOnDelete: true };
  const destination = (region: string) => ({
    type: "aws:guardduty/publishingDestination:PublishingDestination",
    name: `export-${region}`,
    inputs: {
      detectorId: `d-${region}-id`,
      destinationArn: "arn:of:export-bucket",
      kmsKeyArn: "arn:of:export-key",
      region,
    },
    after: [
      `d-${region}`,
      "export-bucket",
      "export-bucket-encryption",
      "export-bucket-policy",
      "export-bucket-private",
      "export-bucket-versioning",
      "export-key",
    ],
  });
  const made = resources.filter(({ name }) => !name.startsWith("d-"));
  expect(made.map(({ inputs: { policy, ...inputs }, ...rest }) => ({ inputs, ...rest }))).toEqual([
    { type: "hakken:detection:FindingExport", name: "export", inputs: {} },
    {
      type: "aws:kms/alias:Alias",
      name: "export-alias",
      inputs: {
        name: "alias/hakken-export",
        targetKeyId: "1234abcd-12ab-34cd-56ef-1234567890ab",
        region: "ap-northeast-1",
      },
      after: ["export-key"],
    },
    destination("ap-east-1"),
    destination("ap-northeast-1"),
    {
      type: "aws:s3/bucket:Bucket",
      name: "export-bucket",
      inputs: { region: "ap-northeast-1" },
      retainOnDelete: true,
    },
    { type: "hakken:baseline:PrivateBucket", name: "export-bucket", inputs: {} },
    {
      type: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
      name: "export-bucket-encryption",
      inputs: {
        ...ofBucket,
        rules: [
          { applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: "arn:of:export-key" } },
        ],
      },
      after: ["export-bucket", "export-key"],
      retainOnDelete: true,
    },
    {
      type: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
      name: "export-bucket-lifecycle",
      inputs: {
        ...ofBucket,
        rules: [
          {
            id: "old-versions",
            status: "Enabled",
            filter: { prefix: "" },
            expiration: { days: 365 },
            noncurrentVersionExpiration: { noncurrentDays: 30 },
            abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
          },
        ],
      },
      after: ["export-bucket", "export-bucket-versioning"],
      retainOnDelete: true,
    },
    {
      type: "aws:s3/bucketPolicy:BucketPolicy",
      name: "export-bucket-policy",
      inputs: ofBucket,
      after: ["d-ap-east-1", "d-ap-northeast-1", "export-bucket", "export-bucket-private", "export-key"],
      retainOnDelete: true,
    },
    {
      type: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
      name: "export-bucket-private",
      inputs: {
        ...ofBucket,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      ...kept,
    },
    {
      type: "aws:s3/bucketVersioning:BucketVersioning",
      name: "export-bucket-versioning",
      inputs: { ...ofBucket, versioningConfiguration: { status: "Enabled" } },
      ...kept,
    },
    {
      type: "aws:kms/key:Key",
      name: "export-key",
      inputs: {
        description: "hakken: exported findings of GuardDuty",
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        region: "ap-northeast-1",
      },
      after: ["d-ap-east-1", "d-ap-northeast-1"],
      retainOnDelete: true,
    },
  ]);
});

it("lets GuardDuty write for these detectors alone, under the names that it has in their regions", async () => {
  const { resources } = await recorded(program());

  const Principal = { Service: ["guardduty.amazonaws.com", "guardduty.ap-east-1.amazonaws.com"] };
  const Condition = {
    StringEquals: {
      "aws:SourceAccount": "444455556666",
      "aws:SourceArn": ["arn:of:d-ap-northeast-1", "arn:of:d-ap-east-1"],
    },
  };
  const objects = "arn:of:export-bucket/*";
  const refused = { Effect: "Deny", Principal, Action: "s3:PutObject", Resource: objects };
  expect(policyOf(resources, "export-key")).toEqual([
    {
      Sid: "AccountAdministersAndDelegatesToItsPolicies",
      Effect: "Allow",
      Principal: { AWS: "arn:aws:iam::444455556666:root" },
      Action: "kms:*",
      Resource: "*",
    },
    {
      Sid: "GuardDutyEncrypts",
      Effect: "Allow",
      Principal,
      Condition,
      Action: "kms:GenerateDataKey",
      Resource: "*",
    },
  ]);
  expect(policyOf(resources, "export-bucket-policy")).toEqual([
    {
      Sid: "TlsAlone",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: ["arn:of:export-bucket", objects],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
    {
      Sid: "GuardDutyFindsTheBucket",
      Effect: "Allow",
      Principal,
      Condition,
      Action: "s3:GetBucketLocation",
      Resource: "arn:of:export-bucket",
    },
    {
      Sid: "GuardDutyExports",
      Effect: "Allow",
      Principal,
      Condition,
      Action: "s3:PutObject",
      Resource: "arn:of:export-bucket/AWSLogs/*",
    },
    {
      Sid: "EncryptedAlone",
      ...refused,
      Condition: { StringNotEquals: { "s3:x-amz-server-side-encryption": "aws:kms" } },
    },
    {
      Sid: "WithThisKeyAlone",
      ...refused,
      Condition: { StringNotEquals: { "s3:x-amz-server-side-encryption-aws-kms-key-id": "arn:of:export-key" } },
    },
  ]);
});

it("names bucket and alias after the prefix", async () => {
  const { resources } = await recorded(program("acme-export"));

  const buckets = resources.filter(({ type }) => type.startsWith("aws:s3/"));
  expect(buckets.every(({ name }) => name.startsWith("acme-export-bucket"))).toBe(true);
  expect(resources.find(({ type }) => /alias/.test(type))?.inputs.name).toBe("alias/hakken-acme-export");
});
