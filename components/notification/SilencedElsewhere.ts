import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { RoutedRule } from "./RoutedRule";
import { CALL } from "./silencingPatterns";

export interface SilencedElsewhereArgs {
  /** The home region. */
  region: string;
  /** The account that forwards its calls. */
  accountId: string;
}

/**
 * Takes the calls that switch detection off in another account, which forwards them: a bus that lets this account's calls in and
 * nothing else, and a rule that takes them all. Which they are, that account's rules say. Must be deployed in the
 * audit account's home region.
 */
export class SilencedElsewhere extends pulumi.ComponentResource {
  readonly busArn: pulumi.Output<string>;
  readonly rule: RoutedRule;

  constructor(name: string, { region, accountId }: SilencedElsewhereArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:notification:SilencedElsewhere", name, {}, opts);

    const bus = new aws.cloudwatch.EventBus(
      `${name}-bus`,
      { name, description: "Calls that switch detection off in the management account", region },
      { parent: this },
    );
    const statement = {
      Sid: "AccountForwards",
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${accountId}:root` },
      Action: "events:PutEvents",
      Resource: bus.arn,
      Condition: { StringEquals: { "events:detail-type": CALL } },
    };
    new aws.cloudwatch.EventBusPolicy(
      `${name}-bus-policy`,
      {
        eventBusName: bus.name,
        policy: pulumi.jsonStringify({ Version: "2012-10-17", Statement: [statement] }),
        region,
      },
      { parent: this },
    );
    this.busArn = bus.arn;
    const pattern = { account: [accountId], "detail-type": [CALL] };
    const description = "Calls that switch detection off in the management account";
    this.rule = new RoutedRule(`${name}-silenced`, { description, region, bus, when: { pattern } }, { parent: this });

    this.registerOutputs();
  }
}
