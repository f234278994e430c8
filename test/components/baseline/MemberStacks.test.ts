import { expect, it } from "vitest";
import { MemberStacks } from "../../../components/baseline/MemberStacks";
import { memberTemplate } from "../../../components/baseline/memberTemplate";
import { recorded, valuesOf } from "../../pulumi/recorded";

const args = {
  stackSetName: "hakken",
  homeRegion: "ap-northeast-1",
  regions: ["ap-northeast-1", "us-east-1"],
  unitIds: ["r-abcd"],
  excludedAccounts: ["444455556666"],
  bucketName: "history",
};
const preferences = {
  regionConcurrencyType: "PARALLEL",
  maxConcurrentPercentage: 100,
  failureTolerancePercentage: 100,
};

it("makes the role in the home region and then the recorder in each, in whoever is below the targets and comes later", async () => {
  const { resources } = await recorded(() => new MemberStacks("members", args));

  const set = (name: string, description: string, dependsOnStackSets?: string[]) => ({
    name,
    description,
    permissionModel: "SERVICE_MANAGED",
    autoDeployment: {
      enabled: true,
      retainStacksOnAccountRemoval: false,
      ...(dependsOnStackSets && { dependsOnStackSets }),
    },
    managedExecution: { active: true },
    operationPreferences: preferences,
    region: "ap-northeast-1",
  });
  const instances = (stackSetName: string, regions: string[]) => ({
    stackSetName,
    regions,
    deploymentTargets: {
      organizationalUnitIds: ["r-abcd"],
      accounts: ["444455556666"],
      accountFilterType: "DIFFERENCE",
    },
    operationPreferences: preferences,
    region: "ap-northeast-1",
  });
  const long = { timeouts: { create: "4h", update: "4h" } };
  expect(resources.map(({ inputs: { templateBody, ...inputs }, ...rest }) => ({ inputs, ...rest }))).toEqual([
    { type: "hakken:baseline:MemberStacks", name: "members", inputs: {} },
    {
      type: "aws:cloudformation/stackSet:StackSet",
      name: "members-recorder",
      inputs: set("hakken-recorder", "AWS Config's recorder and delivery channel.", ["arn:of:members-role"]),
      after: ["members-role"],
      ...long,
    },
    {
      type: "aws:cloudformation/stackInstances:StackInstances",
      name: "members-recorder-instances",
      inputs: instances("hakken-recorder", ["ap-northeast-1", "us-east-1"]),
      after: ["members-recorder", "members-role-instances"],
      ...long,
    },
    {
      type: "aws:cloudformation/stackSet:StackSet",
      name: "members-role",
      inputs: set(
        "hakken-config-role",
        "AWS Config's service-linked role. Fails, with no harm, in accounts that have it already.",
      ),
      ...long,
    },
    {
      type: "aws:cloudformation/stackInstances:StackInstances",
      name: "members-role-instances",
      inputs: instances("hakken-config-role", ["ap-northeast-1"]),
      after: ["members-role"],
      ...long,
    },
  ]);
});

it("describes the recorder with the account's service-linked role, and global types in the home region alone", async () => {
  const extra = {
    logicalId: "Hub",
    type: "AWS::SecurityHub::Hub",
    properties: {},
    homeRegionOnly: true,
    after: ["Recorder"],
  };

  const { resources } = await recorded(() => new MemberStacks("members", { ...args, resources: [extra] }));

  const template = (name: string) =>
    JSON.parse(String(resources.find((resource) => resource.name === name)?.inputs.templateBody));
  const roleArn = [
    ...["arn:", { Ref: "AWS::Partition" }, ":iam::", { Ref: "AWS::AccountId" }],
    ":role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig",
  ];
  expect(template("members-recorder")).toEqual({
    Conditions: { HomeRegion: { "Fn::Equals": [{ Ref: "AWS::Region" }, "ap-northeast-1"] } },
    Resources: {
      Recorder: {
        Type: "AWS::Config::ConfigurationRecorder",
        Properties: {
          Name: "default",
          RoleARN: { "Fn::Join": ["", roleArn] },
          RecordingGroup: { AllSupported: true, IncludeGlobalResourceTypes: { "Fn::If": ["HomeRegion", true, false] } },
        },
      },
      Channel: { Type: "AWS::Config::DeliveryChannel", Properties: { Name: "default", S3BucketName: "history" } },
      Hub: { Type: "AWS::SecurityHub::Hub", Condition: "HomeRegion", DependsOn: ["Recorder"], Properties: {} },
    },
  });
  expect(template("members-role")).toEqual({
    Resources: {
      Role: {
        Type: "AWS::IAM::ServiceLinkedRole",
        DeletionPolicy: "Retain",
        Properties: { AWSServiceName: "config.amazonaws.com" },
      },
    },
  });
});

it("names the stacks that failed, but for a role that was there already", async () => {
  const summary = (accountId: string, detailedStatus: string, statusReason?: string) => ({
    accountId,
    region: "us-east-1",
    detailedStatus,
    statusReason,
  });
  const summaries = [
    summary("111111111111", "SUCCEEDED"),
    summary("222222222222", "SKIPPED_SUSPENDED_ACCOUNT"),
    summary("333333333333", "FAILED", "Service role name AWSServiceRoleForConfig has been taken in this account"),
    summary("444444444444", "FAILED", "the maximum number of configuration recorders: 1 is reached"),
  ];
  const results = { "aws:cloudformation/stackInstances:StackInstances": { stackInstanceSummaries: summaries } };

  const { result } = await recorded(async () => valuesOf({ failed: new MemberStacks("members", args).failed }), {
    results,
  });

  const full = {
    account: "444444444444",
    region: "us-east-1",
    reason: "the maximum number of configuration recorders: 1 is reached",
  };
  const taken = {
    ...full,
    account: "333333333333",
    reason: "Service role name AWSServiceRoleForConfig has been taken in this account",
  };
  // Of the role's StackSet the taken name is left out, of the recorder's it is told.
  expect(result.failed).toEqual([full, taken, full]);
});

it("refuses a template that CloudFormation takes no more", () => {
  const large = { logicalId: "Large", type: "AWS::SecurityHub::Hub", properties: { Text: "x".repeat(51_200) } };

  expect(() => memberTemplate("ap-northeast-1", [large])).toThrow("and CloudFormation takes 51200");
});
