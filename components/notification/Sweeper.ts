import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { FindingSource, Severity } from "../../handlers/alert/types";
import { sweeperHandler } from "../../handlers/sweeper";
import type { AlertTable } from "./AlertTable";
import type { AlertWorkflow } from "./AlertWorkflow";
import { HandlerFunction } from "./HandlerFunction";
import { type HandToIntakeArgs, handToIntake } from "./handToIntake";

export interface SweeperArgs extends HandToIntakeArgs {
  region: string;
  /** Severities that are told. */
  severities: Severity[];
  table: AlertTable;
  workflow: AlertWorkflow;
  findingSource: FindingSource;
  /** Its Security Hub of the region, as a policy names it. */
  hubArn: string;
}

/** Finds what fell by the way: alerts that never settled, findings that are still NEW. A rule runs it hourly. */
export class Sweeper extends pulumi.ComponentResource {
  readonly function: aws.lambda.Function;

  constructor(name: string, args: SweeperArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:notification:Sweeper", name, {}, opts);
    const { region, table, workflow, openingQueue } = args;

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
          ...handToIntake(args),
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
