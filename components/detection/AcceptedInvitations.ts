import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface AcceptedInvitationsArgs {
  /** The account whose invitations are accepted. */
  administratorId: pulumi.Input<string>;
  /** This account's own detectors, in the regions where it is invited. */
  detectors: Readonly<Record<string, aws.guardduty.Detector>>;
}

/**
 * Accepts GuardDuty's invitations of an administrator outside this account's organization, which must be there
 * (InvitedAccounts). Taking it away leaves the administrator, not the detectors.
 */
export class AcceptedInvitations extends pulumi.ComponentResource {
  constructor(name: string, args: AcceptedInvitationsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:detection:AcceptedInvitations", name, {}, opts);

    for (const [region, detector] of Object.entries(args.detectors)) {
      new aws.guardduty.InviteAccepter(
        `${name}-${region}`,
        { detectorId: detector.id, masterAccountId: args.administratorId, region },
        { parent: this },
      );
    }

    this.registerOutputs();
  }
}
