import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type QueuesElsewhere, type SelfCheckEvent, selfCheckHandler } from "../../handlers/selfCheck";
import type { Watch } from "./Alarms";
import type { RegionalRule } from "./Forwarding";
import { HandlerFunction, type Statement } from "./HandlerFunction";
import type { MailTopic } from "./MailTopic";

export interface SelfCheckArgs {
  region: string;
  keyArns: pulumi.Input<string>[];
  topics: MailTopic[];
  /** Event source mappings, by the queue that they work off. */
  consumers: Record<string, aws.lambda.EventSourceMapping>;
  /** Rules of all regions, each of which has a target. */
  rules: Omit<RegionalRule, "what">[];
  /** Queues with events that could not be forwarded, by region. */
  deadLetters: Record<string, aws.sqs.Queue>;
  /** The same of other accounts. */
  elsewhere: QueuesElsewhere[];
}

/** EventBridge takes so many characters as a target's input. */
const LONGEST_INPUT = 8192;

/** Looks at what may be off without anybody noticing: keys, mail addresses, rules, consumers. A rule runs it hourly with `input`. */
export class SelfCheck extends pulumi.ComponentResource {
  readonly function: aws.lambda.Function;
  /** What the rule that runs it has to pass. */
  readonly input: pulumi.Output<string>;
  /** Its run by the deployment, once there is one. */
  once?: pulumi.Resource;

  constructor(name: string, args: SelfCheckArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:notification:SelfCheck", name, {}, opts);
    const { region, keyArns, topics, consumers, rules, deadLetters, elsewhere } = args;
    const buried = Object.values(deadLetters);

    const handler = new HandlerFunction(
      name,
      {
        description: "Looks at what may be off without anybody noticing",
        region,
        factory: selfCheckHandler(),
        statements: [
          { Sid: "SeeKeys", Action: ["kms:DescribeKey"], Resource: keyArns },
          { Sid: "SeeAddresses", Action: ["sns:ListSubscriptionsByTopic"], Resource: topics.map(({ arn }) => arn) },
          {
            Sid: "SeeConsumers",
            Action: ["lambda:GetEventSourceMapping"],
            Resource: Object.values(consumers).map(({ arn }) => arn),
          },
          {
            Sid: "SeeRules",
            Action: ["events:DescribeRule", "events:ListTargetsByRule"],
            Resource: rules.map(({ rule }) => rule.arn),
          },
          ...(buried.length > 0
            ? [{ Sid: "SeeDeadLetters", Action: ["sqs:GetQueueAttributes"], Resource: buried.map(({ arn }) => arn) }]
            : []),
          ...(elsewhere.length > 0 ? [seeElsewhere(elsewhere)] : []),
        ],
        timeoutSeconds: 300,
      },
      { parent: this },
    );
    this.function = handler.function;
    this.input = pulumi.jsonStringify(checked(args)).apply((input) => {
      if (input.length <= LONGEST_INPUT) return input;
      throw new Error(`The self-check's input has ${input.length} characters, and EventBridge takes ${LONGEST_INPUT}`);
    });

    this.registerOutputs();
  }

  /** Runs it by each deployment that changes what it looks at: so it is known to run before the rule's first hour is over. */
  runOnce(name: string, region: string, after: readonly pulumi.Resource[]): void {
    this.once = new aws.lambda.Invocation(
      `${name}-once`,
      { functionName: this.function.name, input: this.input, lifecycleScope: "CRUD", region },
      { parent: this, dependsOn: [...after] },
    );
  }
}

/** By account and name, of any region: a role's policies take 10,240 characters, and each queue's own policy names the role. */
const seeElsewhere = (elsewhere: readonly QueuesElsewhere[]): Statement => ({
  Sid: "SeeDeadLettersElsewhere",
  Action: ["sqs:GetQueueUrl", "sqs:GetQueueAttributes"],
  Resource: elsewhere.flatMap(({ name, accounts }) => accounts.map((account) => `arn:aws:sqs:*:${account}:${name}-*`)),
});

/** As a SelfCheckEvent, once all names are known. */
function checked({ keyArns, topics, consumers, rules, deadLetters, elsewhere }: SelfCheckArgs) {
  const byRegion: Record<string, pulumi.Output<string>[]> = {};
  for (const { region, rule } of rules) byRegion[region] = [...(byRegion[region] ?? []), onItsBus(rule)];
  return {
    keys: keyArns,
    topics: topics.map(({ arn, addresses }) => ({ arn, addresses })),
    consumers: Object.fromEntries(Object.entries(consumers).map(([queue, { uuid }]) => [queue, uuid])),
    rules: byRegion,
    deadLetters: Object.fromEntries(Object.entries(deadLetters).map(([region, { url }]) => [region, url])),
    elsewhere,
  } satisfies Record<Exclude<keyof SelfCheckEvent, "tf">, unknown>;
}

/** A rule's name, after its bus where that is not the default one. */
const onItsBus = ({ name, eventBusName }: aws.cloudwatch.EventRule): pulumi.Output<string> =>
  pulumi.all([name, eventBusName]).apply(([own, bus]) => (bus && bus !== "default" ? `${bus}/${own}` : own));

/** One point an hour, so that over two hours there is always one. */
const found = (metric: string, description: string): Watch => ({
  description,
  namespace: "hakken",
  metric,
  dimensions: {},
  statistic: "Maximum",
  periodSeconds: 7200,
  threshold: 1,
});

/** The alarms on what a self-check finds, by what they are called. */
export const selfCheckWatches = ({ function: { name }, once }: SelfCheck): Record<string, Watch> => ({
  "keys-at-risk": found(
    "keysAtRisk",
    "A key of hakken's is disabled, or will be deleted: queues and topics under it stop.",
  ),
  "addresses-lost": found(
    "addressesLost",
    "A mail address of the settings is not subscribed any more, and gets no mail.",
  ),
  "addresses-unconfirmed": {
    ...found("addressesUnconfirmed", "A mail address of the settings has not confirmed for a day, and gets no mail."),
    // A day of grace for who has been asked just now. An hour now and then has two points, and the next none.
    periodSeconds: 3600,
    evaluationPeriods: 24,
    datapointsToAlarm: 22,
  },
  "parts-switched-off": found("partsSwitchedOff", "A rule or a queue's consumer of hakken's is switched off, or gone."),
  "forward-dead-letters": found(
    "notForwarded",
    "Events of another region or account could not be forwarded to the home region.",
  ),
  "self-check-not-run": {
    description: "The self-check has not run for three hours: is its rule switched off, or its permission gone?",
    namespace: "AWS/Lambda",
    metric: "Invocations",
    dimensions: { FunctionName: name },
    statistic: "Sum",
    periodSeconds: 3600,
    evaluationPeriods: 3,
    threshold: 1,
    below: true,
    // Before its first run there is no data, which would raise it.
    after: once,
  },
});
