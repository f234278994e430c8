import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { FindingSource, Language } from "../../handlers/alert/types";
import { backlogPollHandler } from "../../handlers/backlogPoll";
import type { AlertTable } from "./AlertTable";
import { secretStatementsBeside } from "./channel";
import { HandlerFunction } from "./HandlerFunction";
import { type HandToIntakeArgs, handToIntake } from "./handToIntake";
import type { ReadableSecret } from "./ServiceSecret";

export interface BacklogPollArgs extends HandToIntakeArgs {
  region: string;
  /** Of the notes in Security Hub and the comments in Backlog. */
  language: Language;
  /** https://SPACE.backlog.com, .backlog.jp or .backlogtool.com. */
  spaceUrl: string;
  /** Project key, such as SEC. */
  project: string;
  /** The API key of the user who files the issues. */
  secret: ReadableSecret;
  /** Ids of the resolutions by which findings are SUPPRESSED; by all others they are RESOLVED. */
  suppressResolutions: readonly number[];
  table: AlertTable;
  /** Security Hub of the region, as a policy names it. */
  hubArn: string;
  /** Which form of Security Hub that is. */
  findingSource: FindingSource;
}

const TIMEOUT_SECONDS = 300;

/** Closes the findings of issues that people have closed. A rule runs it every ten minutes. */
export class BacklogPoll extends pulumi.ComponentResource {
  readonly function: aws.lambda.Function;

  constructor(name: string, args: BacklogPollArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:notification:BacklogPoll", name, {}, opts);
    const {
      region,
      language,
      spaceUrl,
      project,
      secret,
      suppressResolutions,
      openingQueue,
      table,
      key,
      findingSource,
    } = args;

    const settings = {
      spaceUrl,
      project,
      suppressResolutions,
      language,
      findingSource,
      timeoutSeconds: TIMEOUT_SECONDS,
    };
    const handler = new HandlerFunction(
      name,
      {
        description: "Closes the findings of Backlog issues that people have closed",
        region,
        factory: backlogPollHandler(settings),
        statements: [
          {
            Sid: "ReadAlertsAndKeepCursor",
            Action: ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem"],
            Resource: [table.arn],
          },
          {
            Sid: "ReadAndCloseFindings",
            Action: ["securityhub:GetFindings", "securityhub:BatchUpdateFindings"],
            Resource: [args.hubArn],
          },
          ...handToIntake(args),
          ...secretStatementsBeside(key, secret),
        ],
        environment: {
          ALERT_TABLE: table.name,
          OPENING_QUEUE_URL: openingQueue.url,
          BACKLOG_API_KEY_SECRET: secret.arn,
        },
        timeoutSeconds: TIMEOUT_SECONDS,
        http: true,
      },
      { parent: this },
    );
    this.function = handler.function;

    this.registerOutputs();
  }
}
