import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { FindingSource, Severity } from "../../handlers/alert/types";
import { sweeperHandler } from "../../handlers/sweeper";
import type { AlertTable } from "./AlertTable";
import type { AlertWorkflow } from "./AlertWorkflow";
import type { EncryptedQueue } from "./EncryptedQueue";
import type { EncryptionKey } from "./EncryptionKey";
import { HandlerFunction } from "./HandlerFunction";

export interface SweeperArgs {
  region: string;
  /** Severities that are told. */
  severities: Severity[];
  /** Intake's queue, for findings that it is to read again. */
  openingQueue: EncryptedQueue;
  table: AlertTable;
  workflow: AlertWorkflow;
  key: EncryptionKey;
  findingSource: FindingSource;
  /** Its Security Hub of the region, as a policy names it. */
  hubArn: string;
}

/** Finds what fell by the way: alerts that never settled, findings that are still NEW. A rule runs it hourly. */
export class Sweeper extends pulumi.ComponentResource {
  readonly function: aws.lambda.Function;

  constructor(name: string, args: SweeperArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:notification:Sweeper", name, {}, opts);
    const { region, table, workflow, openingQueue, key } = args;

    const handler = new HandlerFunction(
      name,
      {
        description: "Finds alerts and findings that fell by the way",
        region,
        factory: sweeperHandler({ severities: args.severities, findingSource: args.findingSource }),
        statements: [
          {
            Sid: "WakeAlerts",
            Action: ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:UpdateItem"],
            Resource: [table.arn],
          },
          { Sid: "FindUnsettled", Action: ["dynamodb:Query"], Resource: [table.unsettledIndexArn] },
          { Sid: "StartWorkflow", Action: ["states:StartExecution"], Resource: [workflow.arn] },
          { Sid: "SeeExecutions", Action: ["states:DescribeExecution"], Resource: [workflow.executionsArn] },
          { Sid: "ReadFindings", Action: ["securityhub:GetFindings"], Resource: [args.hubArn] },
          { Sid: "HandToIntake", Action: ["sqs:SendMessage"], Resource: [openingQueue.arn] },
          { Sid: "WriteEncrypted", Action: ["kms:Decrypt", "kms:GenerateDataKey"], Resource: [key.arn] },
        ],
        environment: {
          ALERT_TABLE: table.name,
          ALERT_WORKFLOW: workflow.arn,
          OPENING_QUEUE_URL: openingQueue.url,
        },
        timeoutSeconds: 300,
        memoryMegabytes: 512,
      },
      { parent: this },
    );
    this.function = handler.function;

    this.registerOutputs();
  }
}
