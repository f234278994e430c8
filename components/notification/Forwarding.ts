import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policyOf, trust } from "./HandlerFunction";

/** Events of one kind that the home region is to have from others. */
export interface ForwardedEvents {
  /** One sentence for the console. */
  description: string;
  /** An event pattern. */
  pattern: pulumi.Input<object>;
  /** Where they are taken. Without a `way` the home region is left out: its own bus has its events already. */
  regions: readonly string[];
}

export interface ForwardingArgs {
  /** The account whose events they are. */
  accountId: string;
  homeRegion: string;
  /** Another account, which takes them in its home region. Default: the default bus of this account's home region. */
  way?: ForwardingWay;
  /** By a short name, which is part of its rules' names: EventBridge's 64 leave 9 letters beside the longest prefix and region. */
  events: Readonly<Record<string, ForwardedEvents>>;
  /** Days that an event stays which could not be forwarded. Default: 14, SQS's longest. */
  retentionDays?: number;
}

/** How to an account that is told of another's events. */
export interface ForwardingWay {
  /** Its bus. */
  busArn: pulumi.Input<string>;
  /** The role by which it looks whether something could not be forwarded. */
  watcherArn: pulumi.Input<string>;
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
    const { accountId, homeRegion, events, way, retentionDays = 14 } = args;
    const busArn = way?.busArn ?? `arn:aws:events:${homeRegion}:${accountId}:event-bus/default`;

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
        .filter((region) => way !== undefined || region !== homeRegion)
        .map((region) => this.rule(name, what, taken, region)),
    );
    this.deadLetters = {};
    for (const region of new Set(this.rules.map((made) => made.region))) {
      const here = this.rules.filter((made) => made.region === region);
      const { queue, accepted } = this.buried(`${deadLettersOf(name)}-${region}`, region, here, retentionDays, way);
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
  private buried(
    name: string,
    region: string,
    rules: readonly RegionalRule[],
    retentionDays: number,
    way: ForwardingWay | undefined,
  ) {
    const queue = new aws.sqs.Queue(
      name,
      // The other account knows it by its name alone.
      {
        ...(way && { name }),
        messageRetentionSeconds: retentionDays * 86_400,
        sqsManagedSseEnabled: true,
        region,
      },
      { parent: this },
    );
    const rulesSend = {
      Sid: "RulesSend",
      Effect: "Allow",
      Principal: { Service: "events.amazonaws.com" },
      Action: "sqs:SendMessage",
      Resource: queue.arn,
      Condition: { ArnEquals: { "aws:SourceArn": rules.map(({ rule }) => rule.arn) } },
    };
    const Statement = way ? [rulesSend, watcherLooks(queue, way.watcherArn)] : [rulesSend];
    const accepted = new aws.sqs.QueuePolicy(
      `${name}-policy`,
      { queueUrl: queue.url, policy: pulumi.jsonStringify({ Version: "2012-10-17", Statement }), region },
      { parent: this },
    );
    return { queue, accepted };
  }
}

/** What queues are called that keep what a forwarding of this name could not: a dash and the region follow. */
export const deadLettersOf = (name: string): string => `${name}-dead-letters`;

/**
 * Named by a condition: as a principal the role would be kept by its id, and a role that is made anew let in no more.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-roles
 */
const watcherLooks = (queue: aws.sqs.Queue, watcherArn: pulumi.Input<string>) => ({
  Sid: "WatcherLooks",
  Effect: "Allow",
  Principal: { AWS: pulumi.output(watcherArn).apply((arn) => `arn:aws:iam::${arn.split(":")[4]}:root`) },
  Action: ["sqs:GetQueueUrl", "sqs:GetQueueAttributes"],
  Resource: queue.arn,
  Condition: { ArnEquals: { "aws:PrincipalArn": watcherArn } },
});
