import { expect, it } from "vitest";
import { ConfigRecorder, findConfigRole } from "../../../components/baseline/ConfigRecorder";
import { recorded } from "../../pulumi/recorded";

const args = {
  accountId: "777788889999",
  homeRegion: "ap-northeast-1",
  linkedRegions: ["us-east-1"],
  serviceLinkedRole: "make",
} as const;

it("records each region into one guarded bucket, global resources in the home region alone", async () => {
  const program = () => new ConfigRecorder("recorder", args);

  const { resources } = await recorded(program);

  const ofBucket = { bucket: "delivery-1234567", region: "ap-northeast-1" };
  const kept = { after: ["recorder-bucket"], retainOnDelete: true };
  const oldVersionsExpire = {
    id: "old-versions",
    status: "Enabled",
    filter: { prefix: "" },
    noncurrentVersionExpiration: { noncurrentDays: 30 },
    abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
  };
  const parts = [
    "recorder-bucket",
    "recorder-bucket-encryption",
    "recorder-bucket-policy",
    "recorder-bucket-private",
    "recorder-bucket-versioning",
  ];
  const recorder = (region: string, global: boolean) => ({
    type: "aws:cfg/recorder:Recorder",
    name: `recorder-${region}`,
    inputs: {
      name: "default",
      roleArn: "arn:aws:iam::777788889999:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig",
      recordingGroup: { allSupported: true, includeGlobalResourceTypes: global },
      region,
    },
    after: ["recorder-role"],
  });
  const channel = (region: string) => ({
    type: "aws:cfg/deliveryChannel:DeliveryChannel",
    name: `recorder-channel-${region}`,
    inputs: { name: "default", s3BucketName: "delivery-1234567", region },
    after: [`recorder-${region}`, ...parts].sort(),
  });
  const status = (region: string) => ({
    type: "aws:cfg/recorderStatus:RecorderStatus",
    name: `recorder-status-${region}`,
    inputs: { name: "default", isEnabled: true, region },
    after: [`recorder-${region}`, `recorder-channel-${region}`].sort(),
  });
  expect(resources.map(({ inputs: { policy, ...inputs }, ...rest }) => ({ inputs, ...rest }))).toEqual([
    { type: "hakken:baseline:ConfigRecorder", name: "recorder", inputs: {} },
    recorder("ap-northeast-1", true),
    {
      type: "aws:s3/bucket:Bucket",
      name: "recorder-bucket",
      inputs: { region: "ap-northeast-1" },
      retainOnDelete: true,
    },
    { type: "hakken:baseline:PrivateBucket", name: "recorder-bucket", inputs: {} },
    {
      type: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
      name: "recorder-bucket-encryption",
      inputs: { ...ofBucket, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
      ...kept,
    },
    {
      type: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
      name: "recorder-bucket-lifecycle",
      inputs: { ...ofBucket, rules: [oldVersionsExpire] },
      after: ["recorder-bucket", "recorder-bucket-versioning"],
      retainOnDelete: true,
    },
    {
      type: "aws:s3/bucketPolicy:BucketPolicy",
      name: "recorder-bucket-policy",
      inputs: ofBucket,
      after: ["recorder-bucket", "recorder-bucket-private"],
      retainOnDelete: true,
    },
    {
      type: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
      name: "recorder-bucket-private",
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
      name: "recorder-bucket-versioning",
      inputs: { ...ofBucket, versioningConfiguration: { status: "Enabled" } },
      ...kept,
    },
    channel("ap-northeast-1"),
    channel("us-east-1"),
    {
      type: "aws:iam/serviceLinkedRole:ServiceLinkedRole",
      name: "recorder-role",
      inputs: { awsServiceName: "config.amazonaws.com", tags: { "hakken:made-by": "ConfigRecorder" } },
    },
    status("ap-northeast-1"),
    status("us-east-1"),
    recorder("us-east-1", false),
  ]);
});

it("lets AWS Config alone deliver, for this account alone, and nobody without TLS", async () => {
  const program = () => new ConfigRecorder("recorder", args);

  const { resources } = await recorded(program);

  const bucket = "arn:of:recorder-bucket";
  const config = { Effect: "Allow", Principal: { Service: "config.amazonaws.com" } };
  const policy = resources.find(({ name }) => name === "recorder-bucket-policy")?.inputs.policy;
  expect(JSON.parse(String(policy))).toEqual({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "TlsAlone",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [bucket, `${bucket}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
      {
        Sid: "ConfigLooksUpTheBucket",
        ...config,
        Action: ["s3:GetBucketAcl", "s3:ListBucket"],
        Resource: bucket,
        Condition: { StringEquals: { "aws:SourceAccount": "777788889999" } },
      },
      {
        Sid: "ConfigDelivers",
        ...config,
        Action: "s3:PutObject",
        Resource: `${bucket}/AWSLogs/777788889999/Config/*`,
        Condition: {
          StringEquals: { "aws:SourceAccount": "777788889999", "s3:x-amz-acl": "bucket-owner-full-control" },
        },
      },
    ],
  });
});

it("uses a role that was there before, and doesn't make it", async () => {
  const program = () => new ConfigRecorder("recorder", { ...args, serviceLinkedRole: "use" });

  const { resources } = await recorded(program);

  expect(resources.filter(({ type }) => type.startsWith("aws:iam"))).toEqual([]);
  expect(resources.find(({ name }) => name === "recorder-us-east-1")?.after).toBeUndefined();
});

it.each([
  { found: "no role", names: [], tags: {}, answer: "make" },
  {
    found: "the role that an earlier run made",
    names: ["AWSServiceRoleForConfig"],
    tags: { "hakken:made-by": "ConfigRecorder" },
    answer: "make",
  },
  { found: "a role that somebody else made", names: ["AWSServiceRoleForConfig"], tags: {}, answer: "use" },
])("answers $answer where it finds $found", async ({ names, tags, answer }) => {
  const answers = {
    "aws:iam/getRoles:getRoles": () => ({ names }),
    "aws:iam/getRole:getRole": () => ({ tags }),
  };

  const { result } = await recorded(() => findConfigRole({}), { answers });

  expect(result).toBe(answer);
});
