import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { HealthChoice } from "../../handlers/alert/healthChoice";
import type { EncryptedQueue } from "./EncryptedQueue";
import { healthPattern } from "./healthPattern";
import { RoutedRule } from "./RoutedRule";

/** Accounts that forward their own events. */
export interface ForwardingAccounts {
  /** Every account of this organization may. Default: none of them. */
  organizationId?: pulumi.Input<string>;
  /** Accounts outside of it that may. */
  accountIds: readonly string[];
}

export interface HealthEventsArgs {
  /** The home region. */
  region: string;
  /** Which events are told. */
  choice: HealthChoice;
  /** Whose events come to a bus of their own. Default: nobody's, and there is none. */
  forwarding?: ForwardingAccounts;
  /** Refuses to delete the rules and the bus. */
  protect: boolean;
}

/**
 * Takes events of AWS Health: a rule of the home region's default bus for the account's own and, under the organizational view, all
 * accounts' events, those of other regions forwarded to it; and a bus with a rule for accounts that forward theirs. Must be deployed
 * in the audit account's home region.
 * https://docs.aws.amazon.com/health/latest/ug/choosing-a-region.html
 */
export class HealthEvents extends pulumi.ComponentResource {
  readonly bus?: aws.cloudwatch.EventBus;
  /** By what they are called. */
  readonly rules: Record<string, RoutedRule>;

  constructor(name: string, args: HealthEventsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:notification:HealthEvents", name, {}, { ...opts, protect: args.protect });
    const { region, choice, forwarding } = args;
    const rule = (label: string, description: string, bus?: aws.cloudwatch.EventBus) =>
      new RoutedRule(label, { description, region, bus, when: { pattern: healthPattern(choice) } }, { parent: this });

    this.rules = { health: rule(name, "Events of AWS Health") };
    if (forwarding) {
      this.bus = new aws.cloudwatch.EventBus(
        `${name}-bus`,
        { name, description: "Events of AWS Health that accounts forward", region },
        { parent: this },
      );
      new aws.cloudwatch.EventBusPolicy(
        `${name}-bus-policy`,
        { eventBusName: this.bus.name, policy: busPolicy(this.bus.arn, forwarding), region },
        { parent: this },
      );
      this.rules["health-forwarded"] = rule(`${name}-forwarded`, "Events of AWS Health of other accounts", this.bus);
    }

    this.registerOutputs();
  }

  /** Sends what is taken to a queue. `buried` is the policy by which the dead-letter queue lets the rules in. */
  sendTo(queue: EncryptedQueue, deadLetters: EncryptedQueue, buried: pulumi.Resource): void {
    const rules = Object.values(this.rules);
    const accepted = queue.acceptFrom(rules.map(({ rule }) => rule));
    for (const rule of rules) rule.sendTo(queue, deadLetters, [buried, accepted]);
  }
}

/** AWS Health's events alone, so that no account can put others' into the bus. */
function busPolicy(busArn: pulumi.Output<string>, { organizationId, accountIds }: ForwardingAccounts) {
  const accept = (Sid: string, Principal: unknown, condition: Record<string, pulumi.Input<string>> = {}) => ({
    Sid,
    Effect: "Allow",
    Principal,
    Action: "events:PutEvents",
    Resource: busArn,
    Condition: { StringEquals: { "events:source": "aws.health", ...condition } },
  });
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      ...(organizationId ? [accept("OrganizationForwards", "*", { "aws:PrincipalOrgID": organizationId })] : []),
      ...(accountIds.length > 0
        ? [accept("OthersForward", { AWS: accountIds.map((id) => `arn:aws:iam::${id}:root`) })]
        : []),
    ],
  });
}
