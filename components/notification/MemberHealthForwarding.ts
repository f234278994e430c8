import * as pulumi from "@pulumi/pulumi";
import { type FailedStack, failures, stacksEverywhere, type Targets } from "../baseline/stacksEverywhere";
import { forwardingRoleTemplate, forwardingRuleTemplate } from "./healthForwardingTemplate";

export interface MemberHealthForwardingArgs extends Targets {
  /** What the StackSets' names, and the role's, begin with. */
  stackSetName: string;
  /** Every region that gets a rule. */
  regions: readonly string[];
  /** The audit account's bus. */
  busArn: pulumi.Input<string>;
}

/**
 * Has each member account forward its events of AWS Health from each region, by two service-managed StackSets: the role, in the home
 * region alone, and then a rule a region. Must be deployed in the management account, which no StackSet reaches. What could not be
 * forwarded for a day is lost to that rule; AWS Health sends a copy to another region.
 */
export class MemberHealthForwarding extends pulumi.ComponentResource {
  /** Stacks that failed, as of the last operation. */
  readonly failed: pulumi.Output<FailedStack[]>;

  constructor(name: string, args: MemberHealthForwardingArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:notification:MemberHealthForwarding", name, {}, opts);
    const roleName = `${args.stackSetName}-health-forwarding`;

    const role = stacksEverywhere(this, `${name}-role`, args, {
      setName: `${args.stackSetName}-health-role`,
      description: "The role that forwards events of AWS Health.",
      template: forwardingRoleTemplate(roleName, args.busArn),
      regions: [args.homeRegion],
      capabilities: ["CAPABILITY_NAMED_IAM"],
    });
    const rule = stacksEverywhere(this, `${name}-rule`, args, {
      setName: `${args.stackSetName}-health`,
      description: "The rule that forwards events of AWS Health.",
      template: forwardingRuleTemplate(roleName, args.busArn),
      regions: args.regions,
      after: role,
    });
    this.failed = pulumi
      .all([role.instances.stackInstanceSummaries, rule.instances.stackInstanceSummaries])
      .apply((summaries) => summaries.flatMap(failures));

    this.registerOutputs();
  }
}
