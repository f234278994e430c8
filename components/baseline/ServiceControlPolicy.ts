import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface ServiceControlPolicyArgs {
  /** Its name in AWS Organizations, where no two of a type have the same. */
  policyName: string;
  /** The root, organizational units and accounts that it is attached to. */
  targetIds: readonly string[];
  /** ARNs, with * and ?, of those that it doesn't bind, besides AWS's own. */
  exempt: readonly string[];
  /** Where the pipeline runs. */
  pipelineAccountId: string;
  /** What the names of the pipeline's resources begin with, such as `alerts-`. */
  pipelinePrefix: string;
}

/** AWS's limit: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html */
const MOST_CHARACTERS = 5_120;

/**
 * Denies the member accounts under its targets what would end detection there, to all but those that are exempt. Whatever else
 * they do is none of its business, and it grants nothing. Must be deployed in the management account, which AWS never lets a
 * service control policy bind; nor does one bind the service-linked roles through which AWS's services work.
 * https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
 */
export class ServiceControlPolicy extends pulumi.ComponentResource {
  readonly policy: aws.organizations.Policy;

  constructor(name: string, args: ServiceControlPolicyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:baseline:ServiceControlPolicy", name, {}, opts);

    this.policy = new aws.organizations.Policy(
      `${name}-policy`,
      {
        name: args.policyName,
        description: "Keeps GuardDuty, Security Hub, Inspector and AWS Config running. Made by hakken.",
        type: "SERVICE_CONTROL_POLICY",
        content: contentOf(args.pipelineAccountId, args.pipelinePrefix, args.exempt),
      },
      { parent: this },
    );

    let previous: pulumi.Resource[] = [];
    for (const targetId of args.targetIds) {
      // AWS Organizations takes one change at a time: two at once fail with ConcurrentModificationException.
      const attachment: pulumi.Resource = new aws.organizations.PolicyAttachment(
        `${name}-${targetId}`,
        { policyId: this.policy.id, targetId },
        { parent: this, dependsOn: previous },
      );
      previous = [attachment];
    }

    this.registerOutputs();
  }
}

/** Roles of AWS's own that set accounts up, or through which hakken's StackSet works. */
const ALWAYS_EXEMPT = [
  "arn:aws:iam::*:role/AWSControlTowerExecution",
  "arn:aws:iam::*:role/stacksets-exec-*",
  "arn:aws:iam::*:role/AWSCloudFormationStackSetExecutionRole",
];

/** What would end detection, by the part of it that is kept; the name becomes the statement's Sid, which an error shows. */
const KEPT: Readonly<Record<string, readonly string[]>> = {
  KeepGuardDuty: [
    "guardduty:DeleteDetector",
    "guardduty:DeleteMembers",
    "guardduty:DeletePublishingDestination",
    "guardduty:DisassociateFrom*",
    "guardduty:DisassociateMembers",
    "guardduty:StopMonitoringMembers",
  ],
  KeepSecurityHub: [
    "securityhub:BatchDisableStandards",
    "securityhub:DeleteAggregatorV2",
    "securityhub:DeleteConfigurationPolicy",
    "securityhub:DeleteFindingAggregator",
    "securityhub:DeleteMembers",
    "securityhub:DisableSecurityHub*",
    "securityhub:DisassociateFrom*",
    "securityhub:DisassociateMembers",
    "securityhub:StartConfigurationPolicyDisassociation",
  ],
  KeepInspector: ["inspector2:Disable", "inspector2:DisassociateMember"],
  KeepRecording: [
    "config:DeleteAggregationAuthorization",
    "config:DeleteConfigurationAggregator",
    "config:DeleteConfigurationRecorder",
    "config:DeleteDeliveryChannel",
    "config:DeleteRetentionConfiguration",
    "config:DeleteServiceLinkedConfigurationRecorder",
    "config:StopConfigurationRecorder",
  ],
};

/** What would stop findings from being told, all of it in one account. */
const PIPELINE = {
  Action: [
    "cloudwatch:DeleteAlarms",
    "cloudwatch:DisableAlarmActions",
    "dynamodb:DeleteTable",
    "events:DeleteRule",
    "events:DisableRule",
    "events:RemoveTargets",
    "lambda:DeleteFunction",
    "sns:DeleteTopic",
    "sqs:DeleteQueue",
    "sqs:PurgeQueue",
    "states:DeleteStateMachine",
  ],
  /** What stands between the account's number and the name, in an ARN of each service. */
  kinds: {
    cloudwatch: "alarm:",
    dynamodb: "table/",
    events: "rule/",
    lambda: "function:",
    sns: "",
    sqs: "",
    states: "stateMachine:",
  },
};

function contentOf(pipelineAccountId: string, pipelinePrefix: string, exempt: readonly string[]): string {
  const exempted = [...new Set([...exempt, ...ALWAYS_EXEMPT])].sort();
  const deny = (Sid: string, Action: readonly string[], Resource: string | readonly string[] = "*") => ({
    Sid,
    Effect: "Deny",
    Action,
    Resource,
    Condition: { ArnNotLike: { "aws:PrincipalArn": exempted } },
  });
  const pipeline = Object.entries(PIPELINE.kinds).map(
    ([service, kind]) => `arn:aws:${service}:*:${pipelineAccountId}:${kind}${pipelinePrefix}*`,
  );
  const roles = exempted.filter((arn) => arn.includes(":role/"));
  const content = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      ...Object.entries(KEPT).map(([sid, actions]) => deny(sid, actions)),
      deny("KeepPipeline", PIPELINE.Action, pipeline),
      // Whoever could make or take over a role of an exempt name would be exempt.
      deny("KeepExemptRoles", ["iam:CreateRole", "iam:UpdateAssumeRolePolicy"], roles),
    ],
  });
  if (content.length > MOST_CHARACTERS) {
    throw new pulumi.RunError(
      `hakken:serviceControlPolicy.exempt: the policy would have ${content.length} characters, and AWS takes ${MOST_CHARACTERS}: name fewer roles, or several by one pattern, such as arn:aws:iam::*:role/security-*.`,
    );
  }
  return content;
}
