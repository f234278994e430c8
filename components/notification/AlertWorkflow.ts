import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Channel } from "../../handlers/alert/types";
import type { EncryptedQueue } from "./EncryptedQueue";
import type { EncryptionKey } from "./EncryptionKey";
import { policyOf, trust } from "./HandlerFunction";
import { workflowDefinition } from "./workflowDefinition";

export interface AlertWorkflowArgs {
  /** The account that it is in. */
  accountId: string;
  region: string;
  key: EncryptionKey;
  /** The function that tells in each channel. */
  channels: { channel: Channel; function: aws.lambda.Function }[];
  settleQueue: EncryptedQueue;
}

/** The state machine: one running execution an alert. Standard, since one may take days. */
export class AlertWorkflow extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  /** Pattern of its executions' ARNs. */
  readonly executionsArn: pulumi.Output<string>;

  constructor(name: string, args: AlertWorkflowArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:notification:AlertWorkflow", name, {}, opts);

    const role = new aws.iam.Role(
      `${name}-role`,
      // https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html
      { assumeRolePolicy: JSON.stringify(trust("states.amazonaws.com", args.accountId)) },
      { parent: this },
    );
    const policy = new aws.iam.RolePolicy(
      `${name}-policy`,
      {
        role: role.name,
        policy: policyOf([
          {
            Sid: "CallChannels",
            Action: ["lambda:InvokeFunction"],
            Resource: args.channels.map((channel) => channel.function.arn),
          },
          { Sid: "AskToSettle", Action: ["sqs:SendMessage"], Resource: [args.settleQueue.arn] },
          { Sid: "WriteEncrypted", Action: ["kms:Decrypt", "kms:GenerateDataKey"], Resource: [args.key.arn] },
        ]),
      },
      { parent: this },
    );
    const channels = args.channels.map(({ channel, function: { arn } }) =>
      arn.apply((functionArn) => ({ channel, functionArn })),
    );
    const machine = new aws.sfn.StateMachine(
      name,
      {
        type: "STANDARD",
        roleArn: role.arn,
        definition: pulumi
          .all([pulumi.all(channels), args.settleQueue.url])
          .apply(([parts, settleQueueUrl]) => JSON.stringify(workflowDefinition({ channels: parts, settleQueueUrl }))),
        region: args.region,
      },
      // An execution that starts before the role's rights are there fails.
      { parent: this, dependsOn: [policy] },
    );
    this.arn = machine.arn;
    this.executionsArn = machine.arn.apply((arn) => `${arn.replace(":stateMachine:", ":execution:")}:*`);

    this.registerOutputs();
  }
}
