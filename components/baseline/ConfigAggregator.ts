import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policyOf, trust } from "../notification/HandlerFunction";

export interface ConfigAggregatorArgs {
  /** The account that gathers: the delegated administrator of AWS Config. */
  accountId: string;
  /** Where configurations are gathered. */
  homeRegion: string;
  /** The aggregator's name. */
  aggregatorName: string;
}

/**
 * Gathers what AWS Config records in every account and region of the organization, also in those that come later, so that it can be
 * searched in one place. It switches nothing on. Must be deployed in the delegated administrator's account.
 * https://docs.aws.amazon.com/config/latest/developerguide/aggregate-data.html
 */
export class ConfigAggregator extends pulumi.ComponentResource {
  constructor(name: string, args: ConfigAggregatorArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:baseline:ConfigAggregator", name, {}, opts);

    const role = new aws.iam.Role(
      `${name}-role`,
      { assumeRolePolicy: JSON.stringify(trust("config.amazonaws.com", args.accountId)) },
      { parent: this },
    );
    const policy = new aws.iam.RolePolicy(
      `${name}-policy`,
      {
        role: role.name,
        // Those of the managed policy AWSConfigRoleForOrganizations; they take no resource.
        policy: policyOf([
          {
            Sid: "ReadTheOrganization",
            Action: [
              "organizations:DescribeOrganization",
              "organizations:ListAccounts",
              "organizations:ListAWSServiceAccessForOrganization",
              "organizations:ListDelegatedAdministrators",
            ],
            Resource: ["*"],
          },
        ]),
      },
      { parent: this },
    );
    new aws.cfg.ConfigurationAggregator(
      name,
      {
        name: args.aggregatorName,
        organizationAggregationSource: { roleArn: role.arn, allRegions: true },
        region: args.homeRegion,
      },
      // AWS Config tries the role at once.
      { parent: this, dependsOn: [policy] },
    );

    this.registerOutputs();
  }
}
