import { describe, expect, it } from "vitest";
import { ServiceControlPolicy, type ServiceControlPolicyArgs } from "../../../components/baseline/ServiceControlPolicy";
import { recorded } from "../../pulumi/recorded";

const args: ServiceControlPolicyArgs = {
  policyName: "hakken",
  targetIds: ["ou-abcd-12345678", "777788889999"],
  exempt: ["arn:aws:iam::*:role/hakken-deploy"],
  pipelineAccountId: "444455556666",
  pipelinePrefix: "alerts-",
};
const make = async (changes: Partial<ServiceControlPolicyArgs> = {}) => {
  const { resources } = await recorded(() => new ServiceControlPolicy("scp", { ...args, ...changes }));
  const policy = resources.find(({ type }) => type === "aws:organizations/policy:Policy");
  return { resources, content: String(policy?.inputs.content) };
};
const exempted = [
  "arn:aws:iam::*:role/AWSCloudFormationStackSetExecutionRole",
  "arn:aws:iam::*:role/AWSControlTowerExecution",
  "arn:aws:iam::*:role/hakken-deploy",
  "arn:aws:iam::*:role/stacksets-exec-*",
];

describe("the service control policy", () => {
  it("is made once, and attached to one target after the other", async () => {
    const { resources } = await make();

    const policy = resources.find(({ name }) => name === "scp-policy");
    const { content, ...inputs } = policy?.inputs ?? {};
    expect(resources.map(({ type, name, after }) => ({ type, name, after }))).toEqual([
      { type: "hakken:baseline:ServiceControlPolicy", name: "scp" },
      {
        type: "aws:organizations/policyAttachment:PolicyAttachment",
        name: "scp-777788889999",
        after: ["scp-ou-abcd-12345678", "scp-policy"],
      },
      {
        type: "aws:organizations/policyAttachment:PolicyAttachment",
        name: "scp-ou-abcd-12345678",
        after: ["scp-policy"],
      },
      { type: "aws:organizations/policy:Policy", name: "scp-policy" },
    ]);
    expect(inputs).toEqual({
      name: "hakken",
      description: "Keeps GuardDuty, Security Hub, Inspector and AWS Config running. Made by hakken.",
      type: "SERVICE_CONTROL_POLICY",
    });
  });

  it("denies what ends detection, to all but the exempt, and says why in each Sid", async () => {
    const { content } = await make();

    const Condition = { ArnNotLike: { "aws:PrincipalArn": exempted } };
    const statement = (Sid: string, Action: string[], Resource: string | string[] = "*") => ({
      Sid,
      Effect: "Deny",
      Action,
      Resource,
      Condition,
    });
    expect(JSON.parse(content)).toEqual({
      Version: "2012-10-17",
      Statement: [
        statement("KeepGuardDuty", [
          "guardduty:DeleteDetector",
          "guardduty:DeleteMembers",
          "guardduty:DeletePublishingDestination",
          "guardduty:DisassociateFrom*",
          "guardduty:DisassociateMembers",
          "guardduty:StopMonitoringMembers",
        ]),
        statement("KeepSecurityHub", [
          "securityhub:BatchDisableStandards",
          "securityhub:DeleteAggregatorV2",
          "securityhub:DeleteConfigurationPolicy",
          "securityhub:DeleteFindingAggregator",
          "securityhub:DeleteMembers",
          "securityhub:DisableSecurityHub*",
          "securityhub:DisassociateFrom*",
          "securityhub:DisassociateMembers",
          "securityhub:StartConfigurationPolicyDisassociation",
        ]),
        statement("KeepInspector", ["inspector2:Disable", "inspector2:DisassociateMember"]),
        statement("KeepRecording", [
          "config:DeleteAggregationAuthorization",
          "config:DeleteConfigurationAggregator",
          "config:DeleteConfigurationRecorder",
          "config:DeleteDeliveryChannel",
          "config:DeleteRetentionConfiguration",
          "config:DeleteServiceLinkedConfigurationRecorder",
          "config:StopConfigurationRecorder",
        ]),
        statement(
          "KeepPipeline",
          [
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
          [
            "arn:aws:cloudwatch:*:444455556666:alarm:alerts-*",
            "arn:aws:dynamodb:*:444455556666:table/alerts-*",
            "arn:aws:events:*:444455556666:rule/alerts-*",
            "arn:aws:lambda:*:444455556666:function:alerts-*",
            "arn:aws:sns:*:444455556666:alerts-*",
            "arn:aws:sqs:*:444455556666:alerts-*",
            "arn:aws:states:*:444455556666:stateMachine:alerts-*",
          ],
        ),
        statement("KeepExemptRoles", ["iam:CreateRole", "iam:UpdateAssumeRolePolicy"], exempted),
      ],
    });
  });

  it("stays below AWS's limit with the longest names and a role of an access portal besides", async () => {
    const { content } = await make({
      pipelinePrefix: `${"a".repeat(16)}-alerts-`,
      exempt: [
        ...args.exempt,
        "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_HakkenDeploy_*",
        `arn:aws:iam::444455556666:role/${"a".repeat(16)}-reconciler-*`,
      ],
    });

    expect(content.length).toBeLessThan(5_120);
  });

  it("refuses more exemptions than AWS takes characters, and says what to do", async () => {
    const many = Array.from({ length: 20 }, (_, n) => `arn:aws:iam::*:role/one-of-many-teams-${n}`);

    await expect(make({ exempt: many })).rejects.toThrow(
      /hakken:serviceControlPolicy\.exempt: the policy would have \d+ characters, and AWS takes 5120: name fewer roles/,
    );
  });
});
