import { TestEventPatternCommand } from "@aws-sdk/client-eventbridge";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  administrationSilenced,
  detectionSilenced,
  pipelineSilenced,
  rulesSilenced,
} from "../../../components/notification/silencingPatterns";
import { AGENTS, PLANS } from "../../../handlers/guardDutyPlans";
import { type Aws, startAws } from "./authorise";

let aws: Aws;
beforeAll(async () => {
  aws = await startAws();
});
afterAll(() => aws.stop());

const ACCOUNT = "111122223333";
const KEY = `arn:aws:kms:ap-northeast-1:${ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const OTHER_KEY = `arn:aws:kms:ap-northeast-1:${ACCOUNT}:key/ffffffff-12ab-34cd-56ef-1234567890ab`;
const FUNCTION = `arn:aws:lambda:ap-northeast-1:${ACCOUNT}:function:alerts-intake-1234567`;
const THEIRS = `arn:aws:lambda:ap-northeast-1:${ACCOUNT}:function:web-1234567`;

type Call = [service: string, eventName: string, requestParameters?: object | null, more?: object];

/** A CloudTrail record in EventBridge's envelope. */
const event = ([service, eventName, requestParameters = null, more = {}]: Call) => ({
  version: "0",
  id: "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
  "detail-type": "AWS API Call via CloudTrail",
  source: `aws.${service}`,
  account: ACCOUNT,
  time: "2026-11-22T08:00:00Z",
  region: "us-east-1",
  resources: [],
  detail: {
    eventVersion: "1.11",
    userIdentity: { type: "AssumedRole", arn: `arn:aws:sts::${ACCOUNT}:assumed-role/admin/mallory` },
    eventTime: "2026-11-22T08:00:00Z",
    eventSource: `${service}.amazonaws.com`,
    eventName,
    awsRegion: "us-east-1",
    requestParameters,
    responseElements: null,
    ...more,
  },
});

const taken = async (pattern: object, call: Call): Promise<boolean> => {
  const asked = { EventPattern: JSON.stringify(pattern), Event: JSON.stringify(event(call)) };
  return (await aws.events.send(new TestEventPatternCommand(asked))).Result === true;
};
const plan = (name: string, on = false) => ({ name, status: on ? "ENABLED" : "DISABLED" });
const detection = detectionSilenced(["alerts-"], ["AI_PROTECTION", "EKS_ADDON_MANAGEMENT"]);
const pipeline = pipelineSilenced("alerts-", [KEY]);

describe("in every region a rule takes what switches detection off", () => {
  it.each<Call>([
    ["guardduty", "DeleteDetector", { detectorId: "12abc34d567e8fa901bc2d34e56789f0" }],
    ["guardduty", "UpdateDetector", { detectorId: "12abc34d567e8fa901bc2d34e56789f0", enable: false }],
    [
      "guardduty",
      "UpdateDetector",
      { detectorId: "d", features: [plan("S3_DATA_EVENTS"), plan("AI_PROTECTION", true)] },
    ],
    [
      "guardduty",
      "UpdateDetector",
      {
        detectorId: "d",
        features: [{ ...plan("RUNTIME_MONITORING", true), additionalConfiguration: [plan("EC2_AGENT_MANAGEMENT")] }],
      },
    ],
    ["guardduty", "UpdateDetector", { detectorId: "d", dataSources: { s3Logs: { enable: false } } }],
    ["guardduty", "UpdateDetector", { detectorId: "d", dataSources: { kubernetes: { auditLogs: { enable: false } } } }],
    [
      "guardduty",
      "UpdateDetector",
      { detectorId: "d", dataSources: { malwareProtection: { scanEc2InstanceWithFindings: { ebsVolumes: false } } } },
    ],
    ["guardduty", "StopMonitoringMembers", { detectorId: "d", accountIds: ["444455556666"] }],
    ["guardduty", "DeleteMembers", { detectorId: "d", accountIds: ["444455556666"] }],
    ["guardduty", "DisableOrganizationAdminAccount", { adminAccountId: ACCOUNT }],
    ["guardduty", "UpdateOrganizationConfiguration", { detectorId: "d", autoEnableOrganizationMembers: "NONE" }],
    ["securityhub", "DisableSecurityHub"],
    ["securityhub", "BatchDisableStandards", { standardsSubscriptionArns: ["arn"] }],
    ["securityhub", "DeleteFindingAggregator", { findingAggregatorArn: "arn" }],
    // Security Hub's parameters begin as in its API, with a capital.
    ["securityhub", "UpdateFindingAggregator", { FindingAggregatorArn: "arn", RegionLinkingMode: "NO_REGIONS" }],
    [
      "securityhub",
      "UpdateFindingAggregator",
      { FindingAggregatorArn: "arn", RegionLinkingMode: "SPECIFIED_REGIONS", Regions: ["us-east-1"] },
    ],
    [
      "securityhub",
      "UpdateAggregatorV2",
      { AggregatorV2Arn: "arn", RegionLinkingMode: "SPECIFIED_REGIONS", LinkedRegions: ["us-east-1"] },
    ],
    ["securityhub", "DeleteAggregatorV2", { AggregatorV2Arn: "arn" }],
    ["securityhub", "DisableSecurityHubV2"],
    ["securityhub", "DisassociateFromAdministratorAccount"],
    ["inspector2", "Disable", { resourceTypes: ["EC2"] }],
    ["config", "StopConfigurationRecorder", { configurationRecorderName: "default" }],
    ["cloudtrail", "StopLogging", { name: "arn" }],
    ["events", "DisableRule", { name: "alerts-opening-1234567" }],
    ["events", "DeleteRule", { name: "alerts-forward-silenced-us-east-1-1234567", force: false }],
    ["events", "RemoveTargets", { rule: "alerts-opening-1234567", ids: ["t"] }],
    ["events", "PutRule", { name: "alerts-opening-1234567", state: "DISABLED" }],
  ])("%s %s", async (...call) => expect(await taken(detection, call)).toBe(true));

  it.each<Call>([
    ["guardduty", "UpdateDetector", { detectorId: "d", findingPublishingFrequency: "ONE_HOUR" }],
    // As a deployment says it: on, or off by the settings' word.
    [
      "guardduty",
      "UpdateDetector",
      { detectorId: "d", features: [plan("S3_DATA_EVENTS", true), plan("AI_PROTECTION")] },
    ],
    [
      "guardduty",
      "UpdateDetector",
      {
        detectorId: "d",
        features: [
          {
            ...plan("RUNTIME_MONITORING", true),
            additionalConfiguration: [plan("EC2_AGENT_MANAGEMENT", true), plan("EKS_ADDON_MANAGEMENT")],
          },
        ],
      },
    ],
    ["guardduty", "UpdateOrganizationConfiguration", { detectorId: "d", autoEnableOrganizationMembers: "ALL" }],
    ["securityhub", "UpdateOrganizationConfiguration", { autoEnable: false, autoEnableStandards: "NONE" }],
    ["securityhub", "BatchUpdateFindings", {}],
    ["events", "PutRule", { name: "alerts-opening-1234567", state: "ENABLED" }],
    ["events", "DisableRule", { name: "nightly-batch" }],
    ["events", "RemoveTargets", { rule: "nightly-batch", ids: ["t"] }],
    // Refused: nothing is off.
    ["guardduty", "DeleteDetector", { detectorId: "d" }, { errorCode: "AccessDenied" }],
    // Of another service with a name of ours.
    ["s3", "DeleteMembers"],
  ])("and not %s %s", async (...call) => expect(await taken(detection, call)).toBe(false));
});

describe("in the home region a rule takes what switches hakken's own parts off", () => {
  it.each<Call>([
    [
      "kms",
      "ScheduleKeyDeletion",
      { keyId: KEY },
      { resources: [{ accountId: ACCOUNT, type: "AWS::KMS::Key", ARN: KEY }] },
    ],
    [
      "kms",
      "DisableKey",
      { keyId: "1234abcd" },
      { resources: [{ accountId: ACCOUNT, type: "AWS::KMS::Key", ARN: KEY }] },
    ],
    ["lambda", "DeleteFunction20150331", { functionName: "alerts-intake-1234567" }],
    ["lambda", "RemovePermission20150331v2", { functionName: FUNCTION, statementId: "s" }],
    ["lambda", "PutFunctionConcurrency20171031", { functionName: FUNCTION, reservedConcurrentExecutions: 0 }],
    ["lambda", "DeleteEventSourceMapping20150331", { uUID: "u" }, { responseElements: { functionArn: FUNCTION } }],
    [
      "lambda",
      "UpdateEventSourceMapping20150331",
      { uUID: "u", enabled: false },
      { responseElements: { functionArn: FUNCTION } },
    ],
    ["sqs", "PurgeQueue", { queueUrl: `https://sqs.ap-northeast-1.amazonaws.com/${ACCOUNT}/alerts-intake-opening-1` }],
    ["sns", "DeleteTopic", { topicArn: `arn:aws:sns:ap-northeast-1:${ACCOUNT}:alerts-alarm-topic-1` }],
    ["sns", "Unsubscribe", { subscriptionArn: `arn:aws:sns:ap-northeast-1:${ACCOUNT}:alerts-alarm-topic-1:uuid` }],
    [
      "states",
      "DeleteStateMachine",
      { stateMachineArn: `arn:aws:states:ap-northeast-1:${ACCOUNT}:stateMachine:alerts-workflow-1` },
    ],
    ["dynamodb", "DeleteTable", { tableName: "alerts-table-1" }],
    ["monitoring", "DeleteAlarms", { alarmNames: ["web", "alerts-alarm-failed-alerts-1"] }],
    ["monitoring", "DisableAlarmActions", { alarmNames: ["alerts-alarm-failed-alerts-1"] }],
  ])("%s %s", async (...call) => expect(await taken(pipeline, call)).toBe(true));

  it.each<Call>([
    [
      "kms",
      "DisableKey",
      { keyId: "f" },
      { resources: [{ accountId: ACCOUNT, type: "AWS::KMS::Key", ARN: OTHER_KEY }] },
    ],
    ["lambda", "DeleteFunction20150331", { functionName: "web" }],
    ["lambda", "PutFunctionConcurrency20171031", { functionName: FUNCTION, reservedConcurrentExecutions: 5 }],
    ["lambda", "DeleteEventSourceMapping20150331", { uUID: "u" }, { responseElements: { functionArn: THEIRS } }],
    ["lambda", "UpdateEventSourceMapping20150331", { uUID: "u" }, { responseElements: { functionArn: FUNCTION } }],
    ["sqs", "PurgeQueue", { queueUrl: `https://sqs.ap-northeast-1.amazonaws.com/${ACCOUNT}/web` }],
    ["dynamodb", "DeleteTable", { tableName: "users" }],
    ["monitoring", "DeleteAlarms", { alarmNames: ["web"] }],
  ])("and not %s %s", async (...call) => expect(await taken(pipeline, call)).toBe(false));
});

describe("in the management account", () => {
  const rules = rulesSilenced("watch-forward-silenced-");
  const admin = { servicePrincipal: "guardduty.amazonaws.com", accountId: "444455556666" };

  it.each<[object, Call]>([
    [rules, ["events", "DisableRule", { name: "watch-forward-silenced-us-east-1-1234567" }]],
    [rules, ["events", "RemoveTargets", { rule: "watch-forward-silenced-us-east-1-1234567", ids: ["t"] }]],
    [detectionSilenced(["a-", "watch-forward-rules-"]), ["events", "DeleteRule", { name: "watch-forward-rules-1" }]],
    [administrationSilenced, ["organizations", "DeregisterDelegatedAdministrator", admin]],
    [
      administrationSilenced,
      ["organizations", "DisableAWSServiceAccess", { servicePrincipal: "config.amazonaws.com" }],
    ],
    [administrationSilenced, ["health", "DisableHealthServiceAccessForOrganization"]],
  ])("is taken by a rule: %# %j", async (pattern, call) => expect(await taken(pattern, call)).toBe(true));

  it.each<[object, Call]>([
    // Told by the rule on detection, once.
    [rules, ["events", "DisableRule", { name: "watch-forward-rules-us-east-1-1234567" }]],
    [rules, ["guardduty", "DeleteDetector", { detectorId: "d" }]],
    [administrationSilenced, ["organizations", "RegisterDelegatedAdministrator", admin]],
    [administrationSilenced, ["organizations", "DisableAWSServiceAccess", { servicePrincipal: "ram.amazonaws.com" }]],
    [administrationSilenced, ["health", "EnableHealthServiceAccessForOrganization"]],
  ])("is no silencing call: %# %j", async (pattern, call) => expect(await taken(pattern, call)).toBe(false));
});

describe("the patterns", () => {
  it("stay below EventBridge's 2,048 characters with the longest prefix", () => {
    const prefix = `${"a".repeat(16)}-alerts-`;

    const others = ["watch-forward-rules-", "watch-forward-admins-", "health-forward-"].map(
      (name) => `${"a".repeat(16)}-${name}`,
    );

    expect(JSON.stringify(detectionSilenced([prefix], [...PLANS, ...AGENTS])).length).toBeLessThan(2048);
    expect(JSON.stringify(detectionSilenced(others)).length).toBeLessThan(2048);
    expect(JSON.stringify(pipelineSilenced(prefix, [KEY, OTHER_KEY])).length).toBeLessThan(2048);
  });
});
