import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { FindingSource, Language } from "../../handlers/alert/types";
import { reopenFailingHandler } from "../../handlers/reopenFailing";
import type { AlertTable } from "./AlertTable";
import { HandlerFunction } from "./HandlerFunction";
import { type HandToIntakeArgs, handToIntake } from "./handToIntake";

export interface ReopenFailingArgs extends HandToIntakeArgs {
  region: string;
  /** Of the notes in Security Hub. */
  language: Language;
  /** So long a finding stays RESOLVED although its control fails, in seconds. */
  afterSeconds: number;
  table: AlertTable;
  /** Security Hub of the region, as a policy names it. */
  hubArn: string;
  /** Which form of Security Hub that is. */
  findingSource: FindingSource;
}

const TIMEOUT_SECONDS = 300;

/** Opens findings again that people have set RESOLVED although their control still fails. A rule runs it hourly. */
export class ReopenFailing extends pulumi.ComponentResource {
  readonly function: aws.lambda.Function;

  constructor(name: string, args: ReopenFailingArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:notification:ReopenFailing", name, {}, opts);
    const { region, language, afterSeconds, openingQueue, table, findingSource } = args;

    const handler = new HandlerFunction(
      name,
      {
        description: "Opens findings again that are RESOLVED although their control fails",
        region,
        factory: reopenFailingHandler({ afterSeconds, language, findingSource, timeoutSeconds: TIMEOUT_SECONDS }),
        statements: [
          { Sid: "ReadAlerts", Action: ["dynamodb:BatchGetItem", "dynamodb:Query"], Resource: [table.arn] },
          { Sid: "FindClosedButFailing", Action: ["dynamodb:Query"], Resource: [table.closedButFailingIndexArn] },
          {
            Sid: "ReadAndOpenFindings",
            Action: ["securityhub:GetFindings", "securityhub:BatchUpdateFindings"],
            Resource: [args.hubArn],
          },
          ...handToIntake(args),
        ],
        environment: { ALERT_TABLE: table.name, OPENING_QUEUE_URL: openingQueue.url },
        timeoutSeconds: TIMEOUT_SECONDS,
      },
      { parent: this },
    );
    this.function = handler.function;

    this.registerOutputs();
  }
}
