import { appears, changes, drops, falls, grows, shrinks, turns, vanishes, type Watched } from "./checks";

const group = "recordingGroup";

/** What stands beside the two detectors in every account: AWS Config, Inspector, CloudTrail, and the organization's own means. */
export const account: Readonly<Record<string, Watched>> = {
  "aws:inspector2/enabler:Enabler": {
    gone: "Inspector scans nothing in these accounts",
    checks: [
      shrinks("resourceTypes", "Inspector scans fewer types of resources"),
      shrinks("accountIds", "Inspector scans fewer accounts"),
    ],
  },
  "aws:inspector2/organizationConfiguration:OrganizationConfiguration": {
    gone: "Inspector is not switched on in new accounts",
    checks: ["ec2", "ecr", "lambda", "lambdaCode", "codeRepository"].map((type) =>
      turns(`autoEnable.${type}`, false, "Inspector is not switched on for every type of resource in new accounts", {
        newToo: false,
      }),
    ),
  },
  "aws:inspector2/delegatedAdminAccount:DelegatedAdminAccount": {
    gone: "nobody administers Inspector for the organization, and members' findings don't arrive",
  },
  "aws:inspector2/memberAssociation:MemberAssociation": { gone: "an account's Inspector findings don't arrive" },
  "aws:inspector2/filter:Filter": {
    checks: [
      {
        reason: "a filter suppresses findings, which are then not told",
        weaker: (before, after) =>
          after.action === "SUPPRESS" &&
          (before?.action !== "SUPPRESS" || appears("filterCriterias", "").weaker(before, after)),
      },
    ],
  },

  "aws:cfg/recorder:Recorder": {
    gone: "nothing is recorded in the region, so that controls can't be checked there",
    checks: [
      turns(`${group}.allSupported`, false, "not every type of resource is recorded", {
        whenMissing: true,
        newToo: false,
      }),
      turns(`${group}.includeGlobalResourceTypes`, false, "global resources (IAM) are not recorded here", {
        whenMissing: false,
        newToo: false,
      }),
      shrinks(`${group}.resourceTypes`, "fewer types of resources are recorded"),
      grows(`${group}.exclusionByResourceTypes`, "some types of resources are not recorded"),
      falls(
        "recordingMode.recordingFrequency",
        ["CONTINUOUS", "DAILY"],
        "changes are recorded daily, no longer at once",
        { whenMissing: "CONTINUOUS", newToo: false },
      ),
    ],
  },
  "aws:cfg/recorderStatus:RecorderStatus": {
    gone: "the recorder stops, so that controls can't be checked in the region",
    checks: [turns("isEnabled", false, "the recorder stops, so that controls can't be checked in the region")],
  },
  "aws:cfg/deliveryChannel:DeliveryChannel": { gone: "what is recorded is not delivered, and the recorder stops" },
  "aws:cfg/retentionConfiguration:RetentionConfiguration": {
    checks: [drops("retentionPeriodInDays", "the history of resources is kept for a shorter time")],
  },
  "aws:cfg/configurationAggregator:ConfigurationAggregator": { gone: "configurations are not gathered" },
  "aws:cfg/rule:Rule": { gone: "a rule of AWS Config is not checked" },
  "aws:cfg/organizationManagedRule:OrganizationManagedRule": { gone: "a rule of AWS Config is not checked anywhere" },

  "aws:organizations/delegatedAdministrator:DelegatedAdministrator": {
    gone: "nobody administers the service for the organization",
  },
  "aws:organizations/awsServiceAccess:AwsServiceAccess": { gone: "the service no longer reaches the organization" },
  "aws:organizations/policy:Policy": {
    gone: "what the policy keeps, or keeps on, is each account's to decide",
    checks: [changes("content", "the organization's policy says something else, perhaps less")],
  },
  "aws:organizations/policyAttachment:PolicyAttachment": {
    gone: "what the policy keeps, or keeps on, is each account's to decide",
  },
  "aws:cloudformation/stackSet:StackSet": {
    gone: "member accounts get nothing by themselves",
    checks: [
      turns("autoDeployment.enabled", false, "accounts that come later get nothing by themselves", { newToo: false }),
    ],
  },
  "aws:cloudformation/stackSetInstance:StackSetInstance": { gone: "what it made in member accounts is taken away" },
  "aws:cloudformation/stackInstances:StackInstances": {
    gone: "what it made in member accounts is taken away",
    checks: [
      shrinks("accounts", "it is taken away from some accounts"),
      shrinks("regions", "it is taken away from some regions"),
      shrinks("deploymentTargets.organizationalUnitIds", "it is taken away from some organizational units"),
    ],
  },

  "aws:lambda/invocation:Invocation": {
    gone: "what it set in accounts that exist is undone there, as before a teardown",
    checks: [
      falls(
        "lifecycleScope",
        ["CRUD", "CREATE_ONLY"],
        "what a service needs for accounts that exist is done once, and no more when it changes",
        {
          whenMissing: "CREATE_ONLY",
          newToo: false,
        },
      ),
    ],
  },

  "aws:cloudtrail/trail:Trail": {
    gone: "no record of calls is kept",
    checks: [
      turns("enableLogging", false, "the trail stops"),
      turns("isMultiRegionTrail", false, "the trail records one region alone", { whenMissing: false, newToo: false }),
      turns("isOrganizationTrail", false, "the trail records one account alone", { whenMissing: false, newToo: false }),
      turns("includeGlobalServiceEvents", false, "the trail leaves out global services (IAM)", { newToo: false }),
      turns("enableLogFileValidation", false, "nobody sees whether what the trail delivered was changed", {
        whenMissing: false,
        newToo: false,
      }),
      vanishes("kmsKeyId", "what the trail delivers is encrypted without the customer's key"),
      changes("s3BucketName", "the trail delivers into another bucket"),
      changes("eventSelectors", "the trail records by other selectors, perhaps less"),
      changes("advancedEventSelectors", "the trail records by other selectors, perhaps less"),
    ],
  },
  "aws:iam/serviceLinkedRole:ServiceLinkedRole": { gone: "the service can't work in the account" },
  "aws:s3/bucket:Bucket": { gone: "what was delivered to it is lost, and nothing more can be" },
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
    checks: [drops("rules.0.expiration.days", "what is delivered is kept for a shorter time")],
  },
  "aws:s3/bucketPolicy:BucketPolicy": { gone: "nothing can be delivered to the bucket" },
};
