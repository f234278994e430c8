import { appears, type Check, changes, drops, falls, rises, shrinks, turns, vanishes, type Watched } from "./checks";
import { admitsLess, narrows, slows } from "./documents";

const thresholdMovesAway: Check = {
  reason: "the alarm is raised later",
  weaker: (before, after) => {
    const below = String(after.comparisonOperator).startsWith("Less");
    return (below ? drops : rises)("threshold", "").weaker(before, after);
  },
};

/** What tells findings and raises alarms, by type. */
export const telling: Readonly<Record<string, Watched>> = {
  "aws:cloudwatch/eventRule:EventRule": {
    gone: "events that it matched go nowhere",
    checks: [
      turns("state", "DISABLED", "the rule is switched off"),
      turns("isEnabled", false, "the rule is switched off"),
      narrows("eventPattern", "the rule may match fewer events"),
      vanishes("eventPattern", "the rule matches no events"),
      slows("scheduleExpression", "the rule runs less often, or at other times"),
    ],
  },
  "aws:cloudwatch/eventTarget:EventTarget": {
    gone: "events that the rule matches don't arrive",
    checks: [
      vanishes("deadLetterConfig", "events that can't be delivered are lost"),
      drops("retryPolicy.maximumEventAgeInSeconds", "events are tried for a shorter time"),
      drops("retryPolicy.maximumRetryAttempts", "events are tried fewer times"),
      changes("arn", "events go elsewhere"),
    ],
  },
  "aws:cloudwatch/eventBus:EventBus": { gone: "events of other accounts go nowhere" },
  "aws:cloudwatch/eventBusPolicy:EventBusPolicy": {
    gone: "events of other accounts are refused",
    checks: [admitsLess("policy", "the bus may let in less")],
  },
  "aws:cloudwatch/eventPermission:EventPermission": { gone: "events of other accounts are refused" },
  "aws:scheduler/schedule:Schedule": {
    gone: "what it started is not started",
    checks: [
      turns("state", "DISABLED", "the schedule is switched off"),
      slows("scheduleExpression", "the schedule runs less often, or at other times"),
    ],
  },

  "aws:sqs/queue:Queue": {
    gone: "what waits in it is lost, and nothing more can be sent to it",
    checks: [
      drops("messageRetentionSeconds", "messages are kept for a shorter time"),
      vanishes("redrivePolicy", "a message that can't be read is tried until it is lost"),
    ],
  },
  "aws:sqs/queuePolicy:QueuePolicy": {
    gone: "nobody may send to the queue",
    checks: [admitsLess("policy", "the queue may let in less")],
  },
  "aws:sns/topic:Topic": { gone: "its mails are not sent, and every address has to confirm anew" },
  "aws:sns/topicPolicy:TopicPolicy": {
    gone: "alarms may not publish to the topic",
    checks: [admitsLess("policy", "the topic may let in less")],
  },
  "aws:sns/topicSubscription:TopicSubscription": {
    gone: "an address gets no mails",
    checks: [appears("filterPolicy", "an address gets some of the mails alone")],
  },

  "aws:lambda/function:Function": {
    gone: "nothing does its part of telling findings",
    checks: [turns("reservedConcurrentExecutions", 0, "the function can't run")],
  },
  "aws:lambda/eventSourceMapping:EventSourceMapping": {
    gone: "the queue is not worked off",
    checks: [
      turns("enabled", false, "the queue is not worked off"),
      appears("filterCriteria", "messages that the filter doesn't take are dropped"),
    ],
  },
  "aws:lambda/permission:Permission": { gone: "the function may not be called by who calls it now" },
  "aws:sfn/stateMachine:StateMachine": { gone: "alerts are not told, and those under way are cut off" },
  "aws:dynamodb/table:Table": {
    gone: "what has been told is forgotten",
    checks: [
      turns("deletionProtectionEnabled", false, "the table may be deleted", { whenMissing: false, newToo: false }),
      turns("pointInTimeRecovery.enabled", false, "the table can't be brought back to an earlier state", {
        whenMissing: false,
        newToo: false,
      }),
    ],
  },
  "aws:kms/key:Key": {
    gone: "what is encrypted with it can't be read any more, and queues and topics under it stop",
    checks: [
      turns("isEnabled", false, "queues and topics under the key stop"),
      drops("deletionWindowInDays", "less time is left to save the key once it is to be deleted"),
      admitsLess("policy", "the key may let in less: queues and topics under it may stop"),
    ],
  },
  "aws:secretsmanager/secret:Secret": { gone: "its channel can't tell anything" },
  "aws:secretsmanager/secretVersion:SecretVersion": { gone: "its channel can't tell anything" },
  "aws:iam/role:Role": {
    gone: "what works under the role can't",
    checks: [admitsLess("assumeRolePolicy", "who works under the role may no longer")],
  },
  "aws:iam/rolePolicy:RolePolicy": {
    gone: "the role may do less",
    checks: [admitsLess("policy", "the role may do less")],
  },
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": { gone: "the role may do less" },

  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    gone: "nobody is warned when findings are not told",
    checks: [
      turns("actionsEnabled", false, "the alarm tells nobody"),
      shrinks("alarmActions", "the alarm tells fewer"),
      thresholdMovesAway,
      ...[
        "namespace",
        "metricName",
        "dimensions",
        "metricQueries",
        "statistic",
        "extendedStatistic",
        "comparisonOperator",
      ].map((path) => changes(path, "the alarm watches something else")),
      rises("evaluationPeriods", "the alarm is raised later"),
      rises("datapointsToAlarm", "the alarm is raised later"),
      falls(
        "treatMissingData",
        ["breaching", "missing", "ignore", "notBreaching"],
        "no data no longer raises the alarm",
        { whenMissing: "missing", newToo: false },
      ),
    ],
  },
  "aws:cloudwatch/compositeAlarm:CompositeAlarm": {
    gone: "nobody is warned when findings are not told",
    checks: [
      turns("actionsEnabled", false, "the alarm tells nobody"),
      shrinks("alarmActions", "the alarm tells fewer"),
      changes("alarmRule", "the alarm is raised by something else"),
    ],
  },
  "aws:cloudwatch/logGroup:LogGroup": {
    gone: "its logs are lost",
    checks: [drops("retentionInDays", "logs are kept for a shorter time", { zeroIsForever: true })],
  },
};
