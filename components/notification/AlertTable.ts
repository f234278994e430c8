import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface AlertTableArgs {
  region: string;
}

/**
 * What was told of which finding: an item an alert with one a finding beside it, one a finding that points there, one a
 * channel that limits its pace.
 * It outlives the stack, which has no fixed name for it: what was told stays known.
 */
export class AlertTable extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  /** The sparse index of alerts that are not settled. */
  readonly unsettledIndexArn: pulumi.Output<string>;
  /** The sparse index of alerts that wait for a digest. */
  readonly deferredIndexArn: pulumi.Output<string>;
  /** The sparse index of alerts that are open, by when they were compared with Security Hub. */
  readonly uncheckedIndexArn: pulumi.Output<string>;
  /** The sparse index of alerts with findings that are RESOLVED although their control fails. */
  readonly closedButFailingIndexArn: pulumi.Output<string>;

  constructor(name: string, args: AlertTableArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:notification:AlertTable", name, {}, opts);

    const table = new aws.dynamodb.Table(
      name,
      {
        billingMode: "PAY_PER_REQUEST",
        hashKey: "pk",
        rangeKey: "sk",
        attributes: [
          ...["pk", "sk", "unsettled", "unsettledSince", "unchecked", "checkedAt", "deferring", "deferredSince"],
          ...["closedButFailing", "failingSince"],
        ].map((attribute) => ({ name: attribute, type: "S" })),
        globalSecondaryIndexes: [
          // All in one partition, which takes 1,000 KB of writes a second: keys alone, or a flood of alerts is throttled.
          { name: "unsettled", hashKey: "unsettled", rangeKey: "unsettledSince", projectionType: "KEYS_ONLY" },
          { name: "deferred", hashKey: "deferring", rangeKey: "deferredSince", projectionType: "KEYS_ONLY" },
          { name: "unchecked", hashKey: "unchecked", rangeKey: "checkedAt", projectionType: "KEYS_ONLY" },
          {
            name: "closedButFailing",
            hashKey: "closedButFailing",
            rangeKey: "failingSince",
            projectionType: "KEYS_ONLY",
          },
        ],
        ttl: { attributeName: "expiresAt", enabled: true },
        pointInTimeRecovery: { enabled: true },
        deletionProtectionEnabled: true,
        region: args.region,
      },
      { parent: this, retainOnDelete: true },
    );
    this.name = table.name;
    this.arn = table.arn;
    this.unsettledIndexArn = pulumi.interpolate`${table.arn}/index/unsettled`;
    this.deferredIndexArn = pulumi.interpolate`${table.arn}/index/deferred`;
    this.uncheckedIndexArn = pulumi.interpolate`${table.arn}/index/unchecked`;
    this.closedButFailingIndexArn = pulumi.interpolate`${table.arn}/index/closedButFailing`;

    this.registerOutputs();
  }
}
