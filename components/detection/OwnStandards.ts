import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type LocalStandards, offIn } from "./localStandards";
import { standardIn } from "./standards";

export interface OwnStandardsArgs {
  homeRegion: string;
  /** The account's Security Hub in the home region. */
  homeHub: pulumi.Resource;
  /** Every other region, where this makes it. */
  linkedRegions: readonly string[];
  /** How controls are reported. Default: AWS's own. */
  controlFindings?: string;
  /** What it has in a region, but for the parameters, for which Pulumi has no resource. */
  standardsIn: (region: string) => LocalStandards;
}

/**
 * Security Hub in every region of one account, with standards of its own: what LOCAL configuration leaves to each account. Must not be
 * deployed where Security Hub is configured centrally, which refuses all of it. A control that is taken out of the list stays off: its
 * resource has no delete.
 */
export class OwnStandards extends pulumi.ComponentResource {
  /** Security Hub by region, the home region's among them. */
  readonly hubs: Record<string, pulumi.Resource>;

  constructor(name: string, args: OwnStandardsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:detection:OwnStandards", name, {}, opts);
    const { homeRegion, homeHub, linkedRegions, controlFindings, standardsIn } = args;

    const linked = linkedRegions.map((region) => {
      const inputs = { enableDefaultStandards: false, controlFindingGenerator: controlFindings, region };
      return [region, new aws.securityhub.Account(`${name}-${region}`, inputs, { parent: this })] as const;
    });
    this.hubs = { [homeRegion]: homeHub, ...Object.fromEntries(linked) };
    for (const [region, hub] of Object.entries(this.hubs)) this.enable(name, region, standardsIn(region), hub);

    this.registerOutputs();
  }

  private enable(name: string, region: string, here: LocalStandards, hub: pulumi.Resource): void {
    for (const standard of here.standards) {
      const label = `${name}-${region}-${nameOf(standard)}`;
      const standardsArn = standardIn(region, standard);
      const on = new aws.securityhub.StandardsSubscription(
        label,
        { standardsArn, region },
        { parent: this, dependsOn: [hub] },
      );
      for (const { control, reason } of offIn(standard, here)) {
        new aws.securityhub.StandardsControlAssociation(
          `${label}-${control}`,
          {
            standardsArn,
            securityControlId: control,
            associationStatus: "DISABLED",
            updatedReason: reason,
            region,
          },
          { parent: this, dependsOn: [on] },
        );
      }
    }
  }
}

/** A standard's name, or what its ARN ends with. */
const nameOf = (standard: string) => standard.replace(/^.*:(standards|ruleset)\//, "").replaceAll("/", "-");
