import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { EncryptedQueue } from "./EncryptedQueue";

export interface RoutedRuleArgs {
  description: string;
  region: string;
  /** Default: the default event bus. */
  bus?: aws.cloudwatch.EventBus;
  /** An event pattern; or a schedule, such as rate(1 hour). */
  when: { pattern: pulumi.Input<object> } | { schedule: string };
}

/** A rule of an event bus. A target comes by `sendTo` or `invoke`, with a dead-letter queue and a day of retries. */
export class RoutedRule extends pulumi.ComponentResource {
  readonly rule: aws.cloudwatch.EventRule;
  private readonly region: string;
  private readonly bus: { eventBusName?: pulumi.Output<string> };
  private readonly label: string;

  constructor(name: string, args: RoutedRuleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:notification:RoutedRule", name, {}, opts);
    this.region = args.region;
    this.bus = args.bus ? { eventBusName: args.bus.name } : {};
    this.label = name;

    const { when, description, region } = args;
    const trigger =
      "schedule" in when ? { scheduleExpression: when.schedule } : { eventPattern: pulumi.jsonStringify(when.pattern) };
    this.rule = new aws.cloudwatch.EventRule(name, { description, region, ...this.bus, ...trigger }, { parent: this });

    this.registerOutputs();
  }

  /** Sends what matches to a queue. `accepted` are the policies by which queue and dead-letter queue let the rule in. */
  sendTo(queue: EncryptedQueue, deadLetters: EncryptedQueue, accepted: pulumi.Resource[]): void {
    this.target(queue.arn, deadLetters, accepted);
  }

  /** Invokes a function, with the event or with a fixed input. */
  invoke(
    handler: aws.lambda.Function,
    deadLetters: EncryptedQueue,
    accepted: pulumi.Resource[],
    input?: pulumi.Input<string>,
  ): void {
    const permission = new aws.lambda.Permission(
      `${this.label}-permission`,
      {
        action: "lambda:InvokeFunction",
        function: handler.name,
        principal: "events.amazonaws.com",
        sourceArn: this.rule.arn,
        region: this.region,
      },
      { parent: this },
    );
    this.target(handler.arn, deadLetters, [...accepted, permission], input === undefined ? {} : { input });
  }

  /** Publishes to a topic what `paths` find in an event, as `template` words it. */
  publish(
    topic: pulumi.Input<string>,
    input: { paths: Record<string, string>; template: string },
    deadLetters: EncryptedQueue,
    accepted: pulumi.Resource[],
  ): void {
    this.target(topic, deadLetters, accepted, {
      name: `${this.label}-topic-target`,
      inputTransformer: { inputPaths: input.paths, inputTemplate: input.template },
    });
  }

  private target(
    arn: pulumi.Input<string>,
    deadLetters: EncryptedQueue,
    accepted: pulumi.Resource[],
    { name = `${this.label}-target`, ...input }: { name?: string } & Partial<aws.cloudwatch.EventTargetArgs> = {},
  ): void {
    new aws.cloudwatch.EventTarget(
      name,
      {
        ...input,
        rule: this.rule.name,
        arn,
        deadLetterConfig: { arn: deadLetters.arn },
        retryPolicy: { maximumEventAgeInSeconds: 86_400, maximumRetryAttempts: 185 },
        region: this.region,
        ...this.bus,
      },
      // Before it is let in, each event would go to the dead letters, or nowhere.
      { parent: this, dependsOn: accepted },
    );
  }
}
