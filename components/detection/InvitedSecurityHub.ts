import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { LocalStandards } from "./localStandards";
import { OwnStandards } from "./OwnStandards";

export interface InvitedSecurityHubArgs {
  /** The account whose invitations are accepted. */
  administratorId: pulumi.Input<string>;
  homeRegion: string;
  /** Every other region where it is switched on. */
  linkedRegions: readonly string[];
  /** Where the account is invited. */
  invitedIn: readonly string[];
  /** What Security Hub is switched on after in the home region. Default: nothing. */
  after?: readonly pulumi.Resource[];
  /** What it has in a region, but for the parameters. No policy of the administrator reaches it. */
  standardsIn: (region: string) => LocalStandards;
}

/**
 * Security Hub of an account outside the organization, in every region, whose findings go to an administrator there that has invited it
 * (SecurityHubMembers). Taking it away leaves the administrator, and switches Security Hub off.
 */
export class InvitedSecurityHub extends pulumi.ComponentResource {
  constructor(name: string, args: InvitedSecurityHubArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:detection:InvitedSecurityHub", name, {}, opts);
    const { administratorId, homeRegion, linkedRegions, invitedIn, after = [], standardsIn } = args;

    const homeHub = new aws.securityhub.Account(
      `${name}-${homeRegion}`,
      { enableDefaultStandards: false, region: homeRegion },
      { parent: this, dependsOn: [...after] },
    );
    const { hubs } = new OwnStandards(
      `${name}-standards`,
      { homeRegion, homeHub, linkedRegions, standardsIn },
      { parent: this },
    );
    for (const [region, hub] of Object.entries(hubs)) {
      if (!invitedIn.includes(region)) continue;
      new aws.securityhub.InviteAccepter(
        `${name}-invitation-${region}`,
        { masterId: administratorId, region },
        { parent: this, dependsOn: [hub] },
      );
    }

    this.registerOutputs();
  }
}
