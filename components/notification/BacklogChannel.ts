import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Language, Severity } from "../../handlers/alert/types";
import { type BacklogPriority, backlogHandler } from "../../handlers/backlog";
import type { AccessPortal } from "../../handlers/messages/accessPortal";
import type { AlertTable } from "./AlertTable";
import { secretStatements, tellStatement } from "./channelStatements";
import type { EncryptionKey } from "./EncryptionKey";
import { HandlerFunction } from "./HandlerFunction";
import { ServiceSecret } from "./ServiceSecret";

export interface BacklogChannelArgs {
  region: string;
  language: Language;
  /** Where links to the console sign in first. Default: nowhere. */
  accessPortal?: AccessPortal;
  spaceUrl: string;
  /** Project key. */
  project: string;
  /** Name of the issue type. */
  issueType: string;
  priorities: Record<Severity, BacklogPriority>;
  /** API key of a user who may add issues to the project: best one of hakken's own. */
  apiKey: pulumi.Input<string>;
  table: AlertTable;
  key: EncryptionKey;
}

const TIMEOUT_SECONDS = 60;

/** Files alerts as issues of one Backlog project. */
export class BacklogChannel extends pulumi.ComponentResource {
  readonly function: aws.lambda.Function;

  constructor(name: string, args: BacklogChannelArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:notification:BacklogChannel", name, {}, opts);
    const { region, key, table, spaceUrl, project, issueType, priorities, language, accessPortal } = args;

    const secret = new ServiceSecret(
      `${name}-api-key`,
      { description: "Backlog API key of hakken", region, key, value: args.apiKey },
      { parent: this },
    );
    const settings = { spaceUrl, project, issueType, priorities, language, homeRegion: region, accessPortal };
    const handler = new HandlerFunction(
      name,
      {
        description: "Files an alert as a Backlog issue, once",
        region,
        factory: backlogHandler({ ...settings, timeoutSeconds: TIMEOUT_SECONDS }),
        statements: [tellStatement(table), ...secretStatements(secret, key)],
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
