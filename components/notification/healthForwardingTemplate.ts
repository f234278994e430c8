import * as pulumi from "@pulumi/pulumi";
import { anyHealthPattern } from "./healthPattern";

/** CloudFormation's template of the role by which an account's rules reach a bus of another account. */
export const forwardingRoleTemplate = (roleName: string, busArn: pulumi.Input<string>): pulumi.Output<string> =>
  pulumi.jsonStringify({
    Resources: {
      Role: {
        Type: "AWS::IAM::Role",
        Properties: {
          RoleName: roleName,
          AssumeRolePolicyDocument: {
            Version: "2012-10-17",
            Statement: [
              {
                Effect: "Allow",
                Principal: { Service: "events.amazonaws.com" },
                Action: "sts:AssumeRole",
                Condition: { StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } } },
              },
            ],
          },
          Policies: [
            {
              PolicyName: "forward",
              PolicyDocument: {
                Version: "2012-10-17",
                Statement: [{ Sid: "Forward", Effect: "Allow", Action: ["events:PutEvents"], Resource: [busArn] }],
              },
            },
          ],
        },
      },
    },
  });

/** CloudFormation's template of the rule that forwards a region's events of AWS Health: all of them, chosen where they arrive. */
export const forwardingRuleTemplate = (roleName: string, busArn: pulumi.Input<string>): pulumi.Output<string> =>
  pulumi.jsonStringify({
    Resources: {
      Rule: {
        Type: "AWS::Events::Rule",
        Properties: {
          Description: "Forwards events of AWS Health to the audit account.",
          EventPattern: anyHealthPattern,
          Targets: [
            {
              Id: "audit",
              Arn: busArn,
              RoleArn: { "Fn::Join": ["", ["arn:aws:iam::", { Ref: "AWS::AccountId" }, `:role/${roleName}`]] },
              RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
            },
          ],
        },
      },
    },
  });
