import { expect, it } from "vitest";
import { ConfigAdmin } from "../../../components/baseline/ConfigAdmin";
import { ConfigAggregator } from "../../../components/baseline/ConfigAggregator";
import { MemberHistory } from "../../../components/baseline/MemberHistory";
import { recorded } from "../../pulumi/recorded";

it("makes the administrator of AWS Config once the organization trusts it, which stays on destroy", async () => {
  const { resources } = await recorded(() => new ConfigAdmin("config-admin", { adminAccountId: "444455556666" }));

  expect(resources).toEqual([
    {
      type: "aws:organizations/delegatedAdministrator:DelegatedAdministrator",
      name: "config-admin",
      inputs: { accountId: "444455556666", servicePrincipal: "config.amazonaws.com" },
      after: ["config-admin-access"],
    },
    { type: "hakken:baseline:ConfigAdmin", name: "config-admin", inputs: {} },
    {
      type: "aws:organizations/awsServiceAccess:AwsServiceAccess",
      name: "config-admin-access",
      inputs: { servicePrincipal: "config.amazonaws.com" },
      retainOnDelete: true,
    },
  ]);
});

it("gathers from every region with a role that may only read the organization, and that AWS Config alone takes", async () => {
  const args = { accountId: "444455556666", homeRegion: "ap-northeast-1", aggregatorName: "hakken" };

  const { resources } = await recorded(() => new ConfigAggregator("config", args));

  expect(
    resources.map(({ inputs: { policy, assumeRolePolicy, ...inputs }, ...rest }) => ({ inputs, ...rest })),
  ).toEqual([
    {
      type: "aws:cfg/configurationAggregator:ConfigurationAggregator",
      name: "config",
      inputs: {
        name: "hakken",
        organizationAggregationSource: { roleArn: "arn:of:config-role", allRegions: true },
        region: "ap-northeast-1",
      },
      after: ["config-policy", "config-role"],
    },
    { type: "hakken:baseline:ConfigAggregator", name: "config", inputs: {} },
    {
      type: "aws:iam/rolePolicy:RolePolicy",
      name: "config-policy",
      inputs: { role: "config-role" },
      after: ["config-role"],
    },
    { type: "aws:iam/role:Role", name: "config-role", inputs: {} },
  ]);
  const { assumeRolePolicy } = resources.find(({ name }) => name === "config-role")?.inputs ?? {};
  expect(JSON.parse(String(assumeRolePolicy)).Statement).toEqual([
    {
      Effect: "Allow",
      Principal: { Service: "config.amazonaws.com" },
      Action: "sts:AssumeRole",
      Condition: { StringEquals: { "aws:SourceAccount": "444455556666" } },
    },
  ]);
  const { policy } = resources.find(({ name }) => name === "config-policy")?.inputs ?? {};
  expect(JSON.parse(String(policy)).Statement).toEqual([
    {
      Effect: "Allow",
      Sid: "ReadTheOrganization",
      Action: [
        "organizations:DescribeOrganization",
        "organizations:ListAccounts",
        "organizations:ListAWSServiceAccessForOrganization",
        "organizations:ListDelegatedAdministrators",
      ],
      Resource: ["*"],
    },
  ]);
});

it("lets AWS Config deliver for the organization's accounts alone, and keeps it as long as it is told", async () => {
  const args = { organizationId: "o-a1b2c3d4e5", region: "ap-northeast-1", bucketName: "members", historyDays: 365 };

  const { resources } = await recorded(() => new MemberHistory("member-history", args));

  expect(resources.map(({ name, retainOnDelete }) => [name, retainOnDelete])).toEqual([
    ["member-history", undefined],
    ["members-bucket", true],
    ["members-bucket", undefined],
    ["members-bucket-encryption", true],
    ["members-bucket-lifecycle", true],
    ["members-bucket-policy", true],
    ["members-bucket-private", true],
    ["members-bucket-versioning", true],
  ]);
  const inputsOf = (name: string) => resources.find((one) => one.name === name && one.type.startsWith("aws:"))?.inputs;
  expect(inputsOf("members-bucket-lifecycle")?.rules).toEqual([
    {
      id: "old-versions",
      status: "Enabled",
      filter: { prefix: "" },
      expiration: { days: 365 },
      noncurrentVersionExpiration: { noncurrentDays: 30 },
      abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
    },
  ]);
  const bucket = "arn:of:members-bucket";
  const config = { Effect: "Allow", Principal: { Service: "config.amazonaws.com" } };
  const ofOrganization = { "aws:SourceOrgID": "o-a1b2c3d4e5" };
  expect(JSON.parse(String(inputsOf("members-bucket-policy")?.policy)).Statement.slice(1)).toEqual([
    {
      Sid: "ConfigLooksUpTheBucket",
      ...config,
      Action: ["s3:GetBucketAcl", "s3:ListBucket"],
      Resource: bucket,
      Condition: { StringEquals: ofOrganization },
    },
    {
      Sid: "ConfigDelivers",
      ...config,
      Action: "s3:PutObject",
      Resource: `${bucket}/AWSLogs/*/Config/*`,
      Condition: { StringEquals: { ...ofOrganization, "s3:x-amz-acl": "bucket-owner-full-control" } },
    },
  ]);
});
