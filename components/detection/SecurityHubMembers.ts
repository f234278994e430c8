import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface SecurityHubMembersArgs {
  /** Accounts outside the organization, with an address each, which Security Hub keeps and compares with nothing. */
  accounts: readonly { account: string; email: string }[];
  /**
   * The home region and every linked one: AWS gathers an invited account's findings from those alone where it is invited, and needs it
   * in the home region too.
   */
  regions: readonly string[];
  /** The organization's Security Hub, by which the administrator has it in linked regions. */
  organization: pulumi.Resource;
}

/**
 * Invites accounts outside the organization to be members of Security Hub, in each region given; they accept by themselves
 * (InvitedSecurityHub), and configure themselves, since no policy reaches them. Must be deployed in the administrator's account.
 * https://docs.aws.amazon.com/securityhub/latest/userguide/account-management-manual.html
 */
export class SecurityHubMembers extends pulumi.ComponentResource {
  constructor(name: string, args: SecurityHubMembersArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:detection:SecurityHubMembers", name, {}, opts);

    for (const { account, email } of args.accounts) {
      for (const region of args.regions) {
        new aws.securityhub.Member(
          `${name}-${account}-${region}`,
          { accountId: account, email, invite: true, region },
          {
            parent: this,
            dependsOn: [args.organization],
            // For another address, and after an import, which doesn't tell whether it was invited, the provider would make the member
            // anew, who then had to accept again.
            ignoreChanges: ["email", "invite"],
          },
        );
      }
    }

    this.registerOutputs();
  }
}
