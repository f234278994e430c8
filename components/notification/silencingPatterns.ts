import { AGENTS, PLANS } from "../../handlers/guardDutyPlans";

/** How EventBridge calls a call that CloudTrail has recorded. */
export const CALL = "AWS API Call via CloudTrail";

/** Where calls of services without a region are recorded. */
export const GLOBAL_CALLS_REGION = "us-east-1";

/**
 * Calls that switch detection or telling off, as CloudTrail tells EventBridge of them: only what succeeded, and nothing that reads.
 * An account needs a trail that logs management events for it (the organization's is one).
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
 */
const calls = (services: readonly string[], $or: readonly object[]) => ({
  "detail-type": [CALL],
  detail: { eventSource: services.map((service) => `${service}.amazonaws.com`), errorCode: [{ exists: false }], $or },
});

/** What ends a watch whatever else the call says. A name that two of the services have means the same in both. */
const ENDINGS = [
  // GuardDuty, Security Hub, Inspector: the service itself, its members, its administrator
  "DeleteDetector",
  "StopMonitoringMembers",
  "DisassociateMembers",
  "DeleteMembers",
  "DisassociateFromAdministratorAccount",
  "DisassociateFromMasterAccount",
  "DisableOrganizationAdminAccount",
  "DisableSecurityHub",
  "DisableSecurityHubV2",
  "BatchDisableStandards",
  "DisableImportFindingsForProduct",
  // Whichever regions it leaves: those that it takes out, no event names
  "DeleteFindingAggregator",
  "UpdateFindingAggregator",
  "DeleteAggregatorV2",
  "UpdateAggregatorV2",
  "StartConfigurationPolicyDisassociation",
  "Disable",
  "DisableDelegatedAdminAccount",
  "DisassociateMember",
  // AWS Config, without which controls are not checked; CloudTrail, without which none of this is seen
  "StopConfigurationRecorder",
  "DeleteConfigurationRecorder",
  "DeleteDeliveryChannel",
  "StopLogging",
  "DeleteTrail",
];

/** Of rules whose names begin in one of these ways. */
const ruleCalls = (prefixes: readonly string[]) => {
  const names = prefixes.map((prefix) => ({ prefix }));
  return [
    { eventName: ["DisableRule", "DeleteRule"], requestParameters: { name: names } },
    { eventName: ["RemoveTargets"], requestParameters: { rule: names } },
    { eventName: ["PutRule"], requestParameters: { name: names, state: ["DISABLED"] } },
  ];
};

/** GuardDuty itself, or a plan but for those that are meant to be off: by features, or as they were called before, by data sources. */
const detectorCalls = (plansOff: readonly string[]) => {
  const off = { status: ["DISABLED"] };
  const meant = (names: readonly string[]) => names.length > 0 && { name: [{ "anything-but": names }] };
  const agentsOff = AGENTS.filter((agent) => plansOff.includes(agent));
  const part = { additionalConfiguration: { ...meant(agentsOff), ...off } };
  const $or = [
    { enable: [false] },
    { features: { ...meant(PLANS.filter((plan) => plansOff.includes(plan))), $or: [off, part] } },
    { dataSources: { s3Logs: { enable: [false] } } },
    { dataSources: { kubernetes: { auditLogs: { enable: [false] } } } },
    { dataSources: { malwareProtection: { scanEc2InstanceWithFindings: { ebsVolumes: [false] } } } },
  ];
  return { eventName: ["UpdateDetector"], requestParameters: { $or } };
};

/**
 * In every region: detection, and the rules whose names begin so, which bring events or tell of what happens here. `plansOff` are plans
 * of GuardDuty's, and parts of plans, that deployments switch off by the settings' word.
 */
export const detectionSilenced = (prefixes: readonly string[], plansOff: readonly string[] = []) =>
  calls(
    ["guardduty", "securityhub", "inspector2", "config", "cloudtrail", "events"],
    [
      { eventName: ENDINGS },
      detectorCalls(plansOff),
      {
        eventName: ["UpdateOrganizationConfiguration"],
        requestParameters: { autoEnableOrganizationMembers: ["NONE"] },
      },
      ...ruleCalls(prefixes),
    ],
  );

/** In every region: these rules alone, for whom the rule on detection can't speak, being one of them. */
export const rulesSilenced = (...prefixes: string[]) => calls(["events"], ruleCalls(prefixes));

/** Services that the audit account administers. */
const ADMINISTERED = ["guardduty", "securityhub", "inspector2", "config", "health"];

/** In the region of global calls, of the management account alone: what ends the audit account's place, by AWS Organizations or AWS Health. */
export const administrationSilenced = calls(
  ["organizations", "health"],
  [
    {
      eventName: ["DeregisterDelegatedAdministrator", "DisableAWSServiceAccess"],
      requestParameters: { servicePrincipal: ADMINISTERED.map((service) => `${service}.amazonaws.com`) },
    },
    { eventName: ["DisableHealthServiceAccessForOrganization"] },
  ],
);

/** In the home region: the pipeline's parts whose names begin so, and its keys. Lambda's names of calls end in their version. */
export const pipelineSilenced = (prefix: string, keyArns: readonly string[]) => {
  const inArn = [{ wildcard: `*:${prefix}*` }];
  // By its name, or by its ARN.
  const functionName = [{ prefix }, ...inArn];
  return calls(
    ["kms", "lambda", "sqs", "sns", "states", "dynamodb", "monitoring"],
    [
      { eventName: ["ScheduleKeyDeletion", "DisableKey", "PutKeyPolicy"], resources: { ARN: keyArns } },
      { eventName: ["DeleteFunction20150331", "RemovePermission20150331v2"], requestParameters: { functionName } },
      {
        eventName: ["PutFunctionConcurrency20171031"],
        requestParameters: { functionName, reservedConcurrentExecutions: [0] },
      },
      // By an id that says nothing: the answer names the function.
      { eventName: ["DeleteEventSourceMapping20150331"], responseElements: { functionArn: inArn } },
      {
        eventName: ["UpdateEventSourceMapping20150331"],
        requestParameters: { enabled: [false] },
        responseElements: { functionArn: inArn },
      },
      {
        eventName: ["DeleteQueue", "PurgeQueue"],
        requestParameters: { queueUrl: [{ wildcard: `*/${prefix}*` }] },
      },
      { eventName: ["DeleteTopic"], requestParameters: { topicArn: inArn } },
      { eventName: ["Unsubscribe"], requestParameters: { subscriptionArn: inArn } },
      { eventName: ["DeleteStateMachine"], requestParameters: { stateMachineArn: inArn } },
      { eventName: ["DeleteTable"], requestParameters: { tableName: [{ prefix }, ...inArn] } },
      { eventName: ["DeleteAlarms", "DisableAlarmActions"], requestParameters: { alarmNames: [{ prefix }] } },
    ],
  );
};
