import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface SecurityHubV2PolicyArgs {
  /** Its name in AWS Organizations, where no two of a type have the same. */
  policyName: string;
  /** Whether V2 is switched on, or off. */
  enabled: boolean;
  /** The regions that it speaks of. In any other each account decides by itself. */
  regions: readonly string[];
  /** The root, organizational units and accounts that it is attached to. What stands nearer to an account goes first. */
  targetIds: readonly string[];
}

/**
 * Switches Security Hub V2 on, or off, in every account under its targets, those that join too. AWS keeps it so: an account can't decide
 * otherwise by itself. What it has switched stays when the policy goes. Must be deployed in the management account, in an
 * organization that has the policy type switched on and the service trusted.
 * https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_security_hub.html
 */
export class SecurityHubV2Policy extends pulumi.ComponentResource {
  constructor(name: string, args: SecurityHubV2PolicyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:detection:SecurityHubV2Policy", name, {}, opts);

    const policy = new aws.organizations.Policy(
      `${name}-policy`,
      {
        name: args.policyName,
        description: `Switches Security Hub V2 ${args.enabled ? "on" : "off"}. Made by hakken.`,
        type: "SECURITYHUB_POLICY",
        content: contentOf(args),
      },
      { parent: this },
    );

    let previous: pulumi.Resource[] = [];
    for (const targetId of args.targetIds) {
      // AWS Organizations takes one change at a time: two at once fail with ConcurrentModificationException.
      const attachment: pulumi.Resource = new aws.organizations.PolicyAttachment(
        `${name}-${targetId}`,
        { policyId: policy.id, targetId },
        { parent: this, dependsOn: previous },
      );
      previous = [attachment];
    }

    this.registerOutputs();
  }
}

/** Both lists must be there. Assigned, not appended: a policy above would otherwise still have a region off that this one has on. */
function contentOf({ enabled, regions }: SecurityHubV2PolicyArgs): string {
  const spoken = [...regions].sort();
  return JSON.stringify({
    securityhub: {
      enable_in_regions: { "@@assign": enabled ? spoken : [] },
      disable_in_regions: { "@@assign": enabled ? [] : spoken },
    },
  });
}
