import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface InvitedAccountsArgs {
  /** Accounts outside the organization, with the addresses of their root users. */
  accounts: readonly { account: string; email: string }[];
  /** The administrator's detectors by region. */
  detectorIds: Readonly<Record<string, pulumi.Input<string>>>;
}

/**
 * Invites accounts outside the organization to be members of GuardDuty, in each region given; they accept by themselves
 * (AcceptedInvitations). Must be deployed in the administrator's account.
 * https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_invitations.html
 */
export class InvitedAccounts extends pulumi.ComponentResource {
  constructor(name: string, args: InvitedAccountsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:detection:InvitedAccounts", name, {}, opts);

    for (const { account, email } of args.accounts) {
      for (const [region, detectorId] of Object.entries(args.detectorIds)) {
        new aws.guardduty.Member(
          `${name}-${account}-${region}`,
          // The invitation is accepted by a deployment, not by whoever reads a mail a region.
          { accountId: account, email, detectorId, invite: true, disableEmailNotification: true, region },
          { parent: this },
        );
      }
    }

    this.registerOutputs();
  }
}
