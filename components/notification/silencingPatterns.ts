/**
 * Calls that switch detection or telling off, as CloudTrail tells EventBridge of them: only what succeeded, and nothing that reads.
 * An account needs a trail that logs management events for it (the organization's is one).
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
 */
const calls = (services: readonly string[], $or: readonly object[]) => ({
  "detail-type": ["AWS API Call via CloudTrail"],
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
  "DeleteFindingAggregator",
  "DeleteAggregatorV2",
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

/** In every region: detection, and the rules whose names begin so, which bring events or tell of what happens here. */
export const detectionSilenced = (prefix: string) =>
  calls(
    ["guardduty", "securityhub", "inspector2", "config", "cloudtrail", "events"],
    [
      { eventName: ENDINGS },
      { eventName: ["UpdateDetector"], requestParameters: { enable: [false] } },
      {
        eventName: ["UpdateOrganizationConfiguration"],
        requestParameters: { autoEnableOrganizationMembers: ["NONE"] },
      },
      { eventName: ["DisableRule", "DeleteRule"], requestParameters: { name: [{ prefix }] } },
      { eventName: ["RemoveTargets"], requestParameters: { rule: [{ prefix }] } },
      { eventName: ["PutRule"], requestParameters: { name: [{ prefix }], state: ["DISABLED"] } },
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
