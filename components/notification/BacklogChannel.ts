import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type BacklogTarget, backlogHandler } from "../../handlers/backlog";
import { type ChannelArgs, secretStatements, tellStatement } from "./channel";
import { HandlerFunction } from "./HandlerFunction";
import { type ReadableSecret, readable, type SecretSource } from "./ServiceSecret";

export interface BacklogChannelArgs extends ChannelArgs, BacklogTarget {
  /** API key of a user who may add issues to the project: best one of hakken's own. */
  apiKey: SecretSource;
  /** Whether an issue that a person closes closes its findings in Security Hub. */
  closeFindings: boolean;
  /** Ids of the resolutions by which findings are SUPPRESSED then; by all others they are RESOLVED. */
  suppressResolutions: readonly number[];
}

const TIMEOUT_SECONDS = 60;

/** Files alerts as issues of one Backlog project. */
export class BacklogChannel extends pulumi.ComponentResource {
  readonly function: aws.lambda.Function;
  /** The API key. */
  readonly secret: ReadableSecret;

  constructor(name: string, args: BacklogChannelArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:notification:BacklogChannel", name, {}, opts);
    const { region, key, table, language, accessPortal, healthOrganization, timing, gate } = args;
    const { spaceUrl, project, issueType, priorities, categories, assignee, notifiedUsers, dueDays, textFormat } = args;

    const secret = readable(
      `${name}-api-key`,
      { description: "Backlog API key of hakken", region, key, source: args.apiKey },
      { parent: this },
    );
    this.secret = secret;
    const target = {
      spaceUrl,
      project,
      issueType,
      priorities,
      categories,
      assignee,
      notifiedUsers,
      dueDays,
      textFormat,
    };
    const settings = { ...target, language, homeRegion: region, accessPortal, healthOrganization, timing, gate };
    const handler = new HandlerFunction(
      name,
      {
        description: "Files an alert as a Backlog issue, once",
        region,
        factory: backlogHandler({ ...settings, timeoutSeconds: TIMEOUT_SECONDS }),
        statements: [tellStatement(table), ...secretStatements(secret)],
        environment: { ALERT_TABLE: table.name, BACKLOG_API_KEY_SECRET: secret.arn },
        timeoutSeconds: TIMEOUT_SECONDS,
        http: true,
      },
      { parent: this },
    );
    this.function = handler.function;

    this.registerOutputs();
  }
}
