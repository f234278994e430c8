import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Severity } from "../../handlers/alert/types";
import { suppressionEndHandler } from "../../handlers/suppressionEnd";
import { HandlerFunction } from "./HandlerFunction";
import { type HandToIntakeArgs, handToIntake } from "./handToIntake";

export interface SuppressionEndArgs extends HandToIntakeArgs {
  region: string;
  /** The audit account, whose automation rules suppress. */
  accountId: string;
  /** Severities that are told. */
  severities: Severity[];
  /** Security Hub CSPM of the region, as a policy names it: its automation rules are what suppresses. */
  cspmArn: string;
}

/** Lambda's longest. */
const TIMEOUT_SECONDS = 900;
/** Until a run takes up no more. */
const BUDGET_SECONDS = 780;

/** Sets back to NEW what no suppression of the stack `organization` holds any more, so that it is told. A rule runs it hourly. */
export class SuppressionEnd extends pulumi.ComponentResource {
  readonly function: aws.lambda.Function;

  constructor(name: string, args: SuppressionEndArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:notification:SuppressionEnd", name, {}, opts);
    const { region, accountId, severities, openingQueue, cspmArn } = args;

    const handler = new HandlerFunction(
      name,
      {
        description: "Sets back to NEW what no suppression holds any more",
        region,
        factory: suppressionEndHandler({ severities, budgetSeconds: BUDGET_SECONDS }),
        statements: [
          {
            Sid: "ReadAndResetFindings",
            Action: ["securityhub:GetFindings", "securityhub:BatchUpdateFindings"],
            Resource: [cspmArn],
          },
          // Security Hub lets nobody name a resource to it.
          { Sid: "FindRules", Action: ["securityhub:ListAutomationRules"], Resource: ["*"] },
          {
            Sid: "ReadRules",
            Action: ["securityhub:BatchGetAutomationRules"],
            Resource: [`arn:aws:securityhub:*:${accountId}:automation-rule/*`],
          },
          ...handToIntake(args),
        ],
        environment: { OPENING_QUEUE_URL: openingQueue.url },
        timeoutSeconds: TIMEOUT_SECONDS,
        memoryMegabytes: 512,
      },
      { parent: this },
    );
    this.function = handler.function;

    this.registerOutputs();
  }
}
