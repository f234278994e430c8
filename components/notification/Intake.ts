import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Grouping } from "../../handlers/alert/group";
import type { HealthChoice } from "../../handlers/alert/healthChoice";
import type { DigestSettings } from "../../handlers/alert/quiet";
import type { FindingSource, Severity } from "../../handlers/alert/types";
import { intakeHandler } from "../../handlers/intake";
import type { AlertTable } from "./AlertTable";
import type { AlertWorkflow } from "./AlertWorkflow";
import { EncryptedQueue, type QueueKeeping } from "./EncryptedQueue";
import type { EncryptionKey } from "./EncryptionKey";
import { HandlerFunction } from "./HandlerFunction";
import { consumeStatements, QueueConsumer, visibilityFor } from "./QueueConsumer";

export interface IntakeArgs extends QueueKeeping {
  region: string;
  /** Severities that are told. */
  severities: Severity[];
  /** How findings become alerts. */
  grouping: Grouping;
  /** An alert that opens again within so many seconds of its closing goes on in the same message and issue. */
  reopenWithinSeconds: number;
  /** What is for the digest alone. */
  digest: DigestSettings;
  /** Regions that are watched. */
  regions: string[];
  /** Which events of AWS Health are told. Default: none are taken, and there is no queue for them. */
  health?: HealthChoice;
  table: AlertTable;
  workflow: AlertWorkflow;
  key: EncryptionKey;
  findingSource: FindingSource;
  /** Its Security Hub of the region, as a policy names it. */
  hubArn: string;
}

const TIMEOUT_SECONDS = 60;
/** In a flood, many are of one alert, which is written once for all. */
const OPENING = { batchSize: 100, windowSeconds: 1 };
/** Closings are many, nearly all of them unknown, and in no hurry: few calls for many of them. */
const CLOSING = { batchSize: 100, windowSeconds: 20 };
/** One event may come for each account at once. */
const HEALTH = { batchSize: 100, windowSeconds: 5 };

/** Takes findings in from its queues, keeps them in the alert table, and has the workflow tell them. */
export class Intake extends pulumi.ComponentResource {
  readonly openingQueue: EncryptedQueue;
  readonly closingQueue: EncryptedQueue;
  /** Only where events of AWS Health are taken. */
  readonly healthQueue?: EncryptedQueue;
  /** What could not be read, or failed five times. */
  readonly deadLetters: EncryptedQueue;
  readonly function: aws.lambda.Function;
  /** What works its queues off, by the queue. */
  readonly consumers: Record<string, aws.lambda.EventSourceMapping>;

  constructor(name: string, args: IntakeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:notification:Intake", name, {}, opts);
    const { region, key, table, workflow, retentionDays, protect } = args;
    const { severities, grouping, reopenWithinSeconds, findingSource } = args;
    const queueArgs = { region, key, retentionDays, protect };

    const queue = (what: string, windowSeconds: number) => {
      const visibilityTimeoutSeconds = visibilityFor(TIMEOUT_SECONDS, windowSeconds);
      const settings = { ...queueArgs, visibilityTimeoutSeconds, deadLetters: this.deadLetters };
      return new EncryptedQueue(`${name}-${what}`, settings, { parent: this });
    };
    this.deadLetters = new EncryptedQueue(`${name}-dead-letters`, queueArgs, { parent: this });
    this.openingQueue = queue("opening", OPENING.windowSeconds);
    this.closingQueue = queue("closing", CLOSING.windowSeconds);
    if (args.health) this.healthQueue = queue("health", HEALTH.windowSeconds);

    const handler = new HandlerFunction(
      name,
      {
        description: "Takes findings in and starts what tells them",
        region,
        factory: intakeHandler({
          severities,
          grouping,
          reopenWithinSeconds,
          findingSource,
          digest: args.digest,
          regions: args.regions,
          health: args.health,
        }),
        statements: [
          ...consumeStatements(
            [this.openingQueue, this.closingQueue, ...(this.healthQueue ? [this.healthQueue] : [])],
            key,
          ),
          {
            Sid: "KeepAlerts",
            Action: ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
            Resource: [table.arn],
          },
          { Sid: "StartWorkflow", Action: ["states:StartExecution"], Resource: [workflow.arn] },
          { Sid: "SeeExecutions", Action: ["states:DescribeExecution"], Resource: [workflow.executionsArn] },
          { Sid: "ReadFindings", Action: ["securityhub:GetFindings"], Resource: [args.hubArn] },
          {
            Sid: "BuryAndDefer",
            Action: ["sqs:SendMessage"],
            Resource: [this.deadLetters.arn, this.openingQueue.arn],
          },
        ],
        environment: {
          ALERT_TABLE: table.name,
          ALERT_WORKFLOW: workflow.arn,
          OPENING_QUEUE_URL: this.openingQueue.url,
          DEAD_LETTER_QUEUE_URL: this.deadLetters.url,
        },
        timeoutSeconds: TIMEOUT_SECONDS,
        memoryMegabytes: 512,
      },
      { parent: this },
    );
    this.function = handler.function;
    const consume = { region, handler: handler.function };
    const opening = new QueueConsumer(
      `${name}-opening-consumer`,
      { ...consume, queue: this.openingQueue, ...OPENING },
      { parent: this },
    );
    const closing = new QueueConsumer(
      `${name}-closing-consumer`,
      { ...consume, queue: this.closingQueue, ...CLOSING },
      { parent: this },
    );
    const health =
      this.healthQueue &&
      new QueueConsumer(
        `${name}-health-consumer`,
        { ...consume, queue: this.healthQueue, ...HEALTH },
        { parent: this },
      );
    this.consumers = {
      opening: opening.mapping,
      closing: closing.mapping,
      ...(health && { health: health.mapping }),
    };

    this.registerOutputs();
  }
}
