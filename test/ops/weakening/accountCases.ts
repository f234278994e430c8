import * as aws from "@pulumi/aws";
import { type Case, changed, made } from "./cases";

const { cfg, inspector2, cloudtrail, cloudformation, organizations } = aws;

const recorder = (
  before: aws.types.input.cfg.RecorderRecordingGroup,
  after: aws.types.input.cfg.RecorderRecordingGroup,
  says?: string,
) => changed(cfg.Recorder, { roleArn: "arn:r" }, { recordingGroup: before }, { recordingGroup: after }, says);

const trail = (before: Partial<aws.cloudtrail.TrailArgs>, after: Partial<aws.cloudtrail.TrailArgs>, says?: string) =>
  changed(cloudtrail.Trail, { s3BucketName: "b" }, before, after, says);

const inspector = { ec2: true, ecr: true, lambda: true, lambdaCode: true, codeRepository: true };
const criteria = (value: string) => [{ awsAccountIds: [{ comparison: "EQUALS", value }] }];

/** Changes of what stands beside the detectors in an account, by what is done. */
export const accountCases: Record<string, Case> = {
  "not everything recorded": recorder(
    { allSupported: true },
    { allSupported: false, resourceTypes: ["AWS::S3::Bucket"] },
    "not every type of resource is recorded",
  ),
  "no global resources": recorder(
    { allSupported: true, includeGlobalResourceTypes: true },
    { allSupported: true },
    "global resources (IAM) are not recorded here",
  ),
  "a type less": recorder(
    { allSupported: false, resourceTypes: ["AWS::S3::Bucket", "AWS::EC2::VPC"] },
    { allSupported: false, resourceTypes: ["AWS::S3::Bucket"] },
    "fewer types of resources are recorded",
  ),
  "a type left out": recorder(
    { allSupported: false },
    { allSupported: false, exclusionByResourceTypes: [{ resourceTypes: ["AWS::EC2::VPC"] }] },
    "some types of resources are not recorded",
  ),
  "recorder of a linked region": made(cfg.Recorder, {
    roleArn: "arn:r",
    recordingGroup: { allSupported: true, includeGlobalResourceTypes: false },
  }),
  "recorded daily": changed(
    cfg.Recorder,
    { roleArn: "arn:r" },
    {},
    { recordingMode: { recordingFrequency: "DAILY" } },
    "changes are recorded daily, no longer at once",
  ),
  "recorder stopped": changed(
    cfg.RecorderStatus,
    {},
    { isEnabled: true },
    { isEnabled: false },
    "the recorder stops, so that controls can't be checked in the region",
  ),
  "shorter history": changed(
    cfg.RetentionConfiguration,
    {},
    { retentionPeriodInDays: 2557 },
    { retentionPeriodInDays: 30 },
    "the history of resources is kept for a shorter time",
  ),

  "Inspector scans fewer types": changed(
    inspector2.Enabler,
    { accountIds: ["777788889999"] },
    { resourceTypes: ["EC2", "ECR"] },
    { resourceTypes: ["EC2"] },
    "Inspector scans fewer types of resources",
  ),
  "Inspector scans fewer accounts": changed(
    inspector2.Enabler,
    { resourceTypes: ["EC2"] },
    { accountIds: ["777788889999", "444455556666"] },
    { accountIds: ["777788889999"] },
    "Inspector scans fewer accounts",
  ),
  ...Object.fromEntries(
    Object.keys(inspector).map((type) => [
      `Inspector's new accounts without ${type}`,
      changed(
        inspector2.OrganizationConfiguration,
        {},
        { autoEnable: inspector },
        { autoEnable: { ...inspector, [type]: false } },
        "Inspector is not switched on for every type of resource in new accounts",
      ),
    ]),
  ),
  "Inspector filter": made(
    inspector2.Filter,
    { action: "SUPPRESS", filterCriterias: criteria("777788889999") },
    "a filter suppresses findings, which are then not told",
  ),
  "Inspector filter of another account": changed(
    inspector2.Filter,
    { action: "SUPPRESS" },
    { filterCriterias: criteria("777788889999") },
    { filterCriterias: criteria("444455556666") },
    "a filter suppresses findings, which are then not told",
  ),
  "Inspector filter that shows": made(inspector2.Filter, {
    action: "NONE",
    filterCriterias: criteria("777788889999"),
  }),

  "another policy of the organization": changed(
    organizations.Policy,
    {},
    { content: '{"Statement":[{"Effect":"Deny","Action":"guardduty:DeleteDetector","Resource":"*"}]}' },
    { content: '{"Statement":[]}' },
    "the organization's policy says something else, perhaps less",
  ),
  "the same policy, indented": changed(organizations.Policy, {}, { content: '{"A":1}' }, { content: '{ "A": 1 }' }),
  "later accounts without": changed(
    cloudformation.StackSet,
    { templateBody: "{}" },
    { autoDeployment: { enabled: true } },
    { autoDeployment: { enabled: false } },
    "accounts that come later get nothing by themselves",
  ),
  "instances of fewer accounts": changed(
    cloudformation.StackInstances,
    { stackSetName: "s" },
    { accounts: ["777788889999", "444455556666"] },
    { accounts: ["777788889999"] },
    "it is taken away from some accounts",
  ),
  "instances in fewer regions": changed(
    cloudformation.StackInstances,
    { stackSetName: "s" },
    { regions: ["us-east-1", "eu-west-1"] },
    { regions: ["us-east-1"] },
    "it is taken away from some regions",
  ),
  "instances in fewer units": changed(
    cloudformation.StackInstances,
    { stackSetName: "s" },
    { deploymentTargets: { organizationalUnitIds: ["ou-1", "ou-2"] } },
    { deploymentTargets: { organizationalUnitIds: ["ou-1"] } },
    "it is taken away from some organizational units",
  ),

  "delivered things kept shorter": changed(
    aws.s3.BucketLifecycleConfiguration,
    { bucket: "b" },
    { rules: [{ id: "r", status: "Enabled", expiration: { days: 365 } }] },
    { rules: [{ id: "r", status: "Enabled", expiration: { days: 30 } }] },
    "what is delivered is kept for a shorter time",
  ),

  "existing accounts left as they are": changed(
    aws.lambda.Invocation,
    { functionName: "f", input: "{}" },
    { lifecycleScope: "CRUD" },
    { lifecycleScope: "CREATE_ONLY" },
    "what a service needs for accounts that exist is done once, and no more when it changes",
  ),
  "existing accounts looked after": made(aws.lambda.Invocation, {
    functionName: "f",
    input: "{}",
    lifecycleScope: "CRUD",
  }),

  "trail stopped": trail({ enableLogging: true }, { enableLogging: false }, "the trail stops"),
  "trail of one region": trail({ isMultiRegionTrail: true }, {}, "the trail records one region alone"),
  "trail of one account": trail(
    { isOrganizationTrail: true },
    { isOrganizationTrail: false },
    "the trail records one account alone",
  ),
  "trail without IAM": trail(
    { includeGlobalServiceEvents: true },
    { includeGlobalServiceEvents: false },
    "the trail leaves out global services (IAM)",
  ),
  "trail without validation": trail(
    { enableLogFileValidation: true },
    {},
    "nobody sees whether what the trail delivered was changed",
  ),
  "trail without its key": trail(
    { kmsKeyId: "arn:aws:kms:ap-northeast-1:111122223333:key/k" },
    {},
    "what the trail delivers is encrypted without the customer's key",
  ),
  "trail into another bucket": trail(
    { s3BucketName: "b" },
    { s3BucketName: "c" },
    "the trail delivers into another bucket",
  ),
  "trail of writes": trail(
    { eventSelectors: [{ readWriteType: "All" }] },
    { eventSelectors: [{ readWriteType: "WriteOnly" }] },
    "the trail records by other selectors, perhaps less",
  ),
  "trail of other selectors": trail(
    { advancedEventSelectors: [{ fieldSelectors: [{ field: "eventCategory", equals: ["Management"] }] }] },
    { advancedEventSelectors: [{ fieldSelectors: [{ field: "eventCategory", equals: ["Data"] }] }] },
    "the trail records by other selectors, perhaps less",
  ),
  "trail made": made(cloudtrail.Trail, { s3BucketName: "b" }),
};
