import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Grouping } from "../../handlers/alert/group";
import type { DigestSettings } from "../../handlers/alert/quiet";
import type { FindingSource, Severity } from "../../handlers/alert/types";
import { alertCheckHandler } from "../../handlers/alertCheck";
import type { AlertTable } from "./AlertTable";
import { HandlerFunction } from "./HandlerFunction";
import { type HandToIntakeArgs, handToIntake } from "./handToIntake";

export interface AlertCheckArgs extends HandToIntakeArgs {
  region: string;
  /** The audit account. */
  accountId: string;
  /** Which form of Security Hub findings are read from. */
  findingSource: FindingSource;
  /** Severities that are told. */
  severities: Severity[];
  /** How findings become alerts. */
  grouping: Grouping;
  /** An alert that opens again within so many seconds of its closing goes on in the same message and issue. */
  reopenWithinSeconds: number;
  /** What is for the digest alone. */
  digest: DigestSettings;
  table: AlertTable;
  /** Security Hub of the region in that form, as a policy names it. */
  hubArn: string;
  /** Security Hub CSPM of the region, which has the members. */
  cspmArn: string;
}

/** Lambda's longest. */
const TIMEOUT_SECONDS = 900;
/** The last alerts that are taken up, the largest of which takes minutes, must be done by the time-out. */
const BUDGET_SECONDS = 600;

/** Compares each open alert once a day with Security Hub and AWS Organizations, and has intake mend what differs. A rule runs it hourly. */
export class AlertCheck extends pulumi.ComponentResource {
  readonly function: aws.lambda.Function;

  constructor(name: string, args: AlertCheckArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:notification:AlertCheck", name, {}, opts);
    const { region, accountId, findingSource, severities, grouping, reopenWithinSeconds, digest } = args;
    const { table, openingQueue } = args;

    const handler = new HandlerFunction(
      name,
      {
        description: "Compares open alerts with Security Hub and AWS Organizations",
        region,
        factory: alertCheckHandler({
          ...{ accountId, findingSource, severities, grouping, reopenWithinSeconds, digest },
          budgetSeconds: BUDGET_SECONDS,
        }),
        statements: [
          {
            Sid: "CompareAlerts",
            Action: ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem"],
            Resource: [table.arn],
          },
          { Sid: "FindUnchecked", Action: ["dynamodb:Query"], Resource: [table.uncheckedIndexArn] },
          { Sid: "ReadFindings", Action: ["securityhub:GetFindings"], Resource: [args.hubArn] },
          { Sid: "ReadMembers", Action: ["securityhub:ListMembers"], Resource: [args.cspmArn] },
          // AWS Organizations lets nobody name a resource to it.
          { Sid: "ReadOrganization", Action: ["organizations:ListAccounts"], Resource: ["*"] },
          ...handToIntake(args),
        ],
        environment: { ALERT_TABLE: table.name, OPENING_QUEUE_URL: openingQueue.url },
        timeoutSeconds: TIMEOUT_SECONDS,
        memoryMegabytes: 512,
      },
      { parent: this },
    );
    this.function = handler.function;

    this.registerOutputs();
  }
}
