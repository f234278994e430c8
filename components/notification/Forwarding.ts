import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policyOf, trust } from "./HandlerFunction";

/** Events of one kind that the home region is to have from others. */
export interface ForwardedEvents {
  /** One sentence for the console. */
  description: string;
  /** An event pattern. */
  pattern: pulumi.Input<object>;
  /** Where they are taken. Without a `busArn` the home region is left out: its own bus has its events already. */
  regions: readonly string[];
}

export interface ForwardingArgs {
  /** The account whose events they are. */
  accountId: string;
  homeRegion: string;
  /** A bus of another account, in its home region. Default: the default bus of this account's home region. */
  busArn?: pulumi.Input<string>;
  /** By a short name, which is part of its rules' names: EventBridge's 64 leave 9 letters beside the longest prefix and region. */
  events: Readonly<Record<string, ForwardedEvents>>;
  /** Days that an event stays which could not be forwarded. Default: 14, SQS's longest. */
  retentionDays?: number;
}

/** A rule, and where it is. */
export interface RegionalRule {
  region: string;
  /** The name of its events. */
  what: string;
  rule: aws.cloudwatch.EventRule;
}

/**
 * Brings events of other regions to the default bus of the home region, or those of an account to another one's bus, where a rule
 * takes them on: their source, account and region stay as they were. EventBridge tries for a day; what it can't deliver lies in a dead-letter queue of its region.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-region.html
 */
export class Forwarding extends pulumi.ComponentResource {
  readonly rules: RegionalRule[];
  /** By region. */
  readonly deadLetters: Record<string, aws.sqs.Queue>;

  constructor(name: string, args: ForwardingArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:notification:Forwarding", name, {}, opts);
    const { accountId, homeRegion, events, retentionDays = 14 } = args;
    const busArn = args.busArn ?? `arn:aws:events:${homeRegion}:${accountId}:event-bus/default`;

    const role = new aws.iam.Role(
      `${name}-role`,
      { assumeRolePolicy: JSON.stringify(trust("events.amazonaws.com", accountId)) },
      { parent: this },
    );
    const policy = new aws.iam.RolePolicy(
      `${name}-policy`,
      { role: role.name, policy: policyOf([{ Sid: "Forward", Action: ["events:PutEvents"], Resource: [busArn] }]) },
      { parent: this },
    );
    this.rules = Object.entries(events).flatMap(([what, taken]) =>
      taken.regions
        .filter((region) => args.busArn !== undefined || region !== homeRegion)
        .map((region) => this.rule(name, what, taken, region)),
    );
    this.deadLetters = {};
    for (const region of new Set(this.rules.map((made) => made.region))) {
      const here = this.rules.filter((made) => made.region === region);
      const { queue, accepted } = this.buried(name, region, here, retentionDays);
      this.deadLetters[region] = queue;
      for (const { what, rule } of here) {
        new aws.cloudwatch.EventTarget(
          `${name}-${what}-${region}-target`,
          {
            rule: rule.name,
            arn: busArn,
            roleArn: role.arn,
            deadLetterConfig: { arn: queue.arn },
            retryPolicy: { maximumEventAgeInSeconds: 86_400, maximumRetryAttempts: 185 },
            region,
          },
          // Before the role may, and the queue lets it in, each event would be lost.
          { parent: this, dependsOn: [policy, accepted] },
        );
      }
    }

    this.registerOutputs();
  }

  private rule(name: string, what: string, { description, pattern }: ForwardedEvents, region: string): RegionalRule {
    const rule = new aws.cloudwatch.EventRule(
      `${name}-${what}-${region}`,
      { description, eventPattern: pulumi.jsonStringify(pattern), region },
      { parent: this },
    );
    return { region, what, rule };
  }

  /** Under SQS's own encryption: a key of ours costs a dollar a month in each region, and what lies here has been in EventBridge. */
  private buried(name: string, region: string, rules: readonly RegionalRule[], retentionDays: number) {
    const queue = new aws.sqs.Queue(
      `${name}-dead-letters-${region}`,
      { messageRetentionSeconds: retentionDays * 86_400, sqsManagedSseEnabled: true, region },
      { parent: this },
    );
    const statement = {
      Sid: "RulesSend",
      Effect: "Allow",
      Principal: { Service: "events.amazonaws.com" },
      Action: "sqs:SendMessage",
      Resource: queue.arn,
      Condition: { ArnEquals: { "aws:SourceArn": rules.map(({ rule }) => rule.arn) } },
    };
    const accepted = new aws.sqs.QueuePolicy(
      `${name}-dead-letters-${region}-policy`,
      {
        queueUrl: queue.url,
        policy: pulumi.jsonStringify({ Version: "2012-10-17", Statement: [statement] }),
        region,
      },
      { parent: this },
    );
    return { queue, accepted };
  }
}
