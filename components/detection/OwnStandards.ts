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
  /** Controls of a standard that are on again, by their own ids: their resource has no delete, so that on must be said. Default: none. */
  onAgain?: (region: string, standard: string) => readonly string[];
}

/**
 * Security Hub in every region of one account, with standards of its own: what LOCAL configuration leaves to each account. Must not be
 * deployed where Security Hub is configured centrally, which refuses all of it.
 */
export class OwnStandards extends pulumi.ComponentResource {
  /** Security Hub by region, the home region's among them. */
  readonly hubs: Record<string, pulumi.Resource>;

  constructor(name: string, args: OwnStandardsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:detection:OwnStandards", name, {}, opts);
    const { homeRegion, homeHub, linkedRegions, controlFindings, standardsIn, onAgain = () => [] } = args;

    const linked = linkedRegions.map((region) => {
      const inputs = { enableDefaultStandards: false, controlFindingGenerator: controlFindings, region };
      return [region, new aws.securityhub.Account(`${name}-${region}`, inputs, { parent: this })] as const;
    });
    this.hubs = { [homeRegion]: homeHub, ...Object.fromEntries(linked) };
    for (const [region, hub] of Object.entries(this.hubs)) this.enable(name, region, standardsIn(region), onAgain, hub);

    this.registerOutputs();
  }

  private enable(
    name: string,
    region: string,
    here: LocalStandards,
    onAgain: NonNullable<OwnStandardsArgs["onAgain"]>,
    hub: pulumi.Resource,
  ): void {
    for (const standard of here.standards) {
      const label = `${name}-${region}-${nameOf(standard)}`;
      const standardsArn = standardIn(region, standard);
      const on = new aws.securityhub.StandardsSubscription(
        label,
        { standardsArn, region },
        { parent: this, dependsOn: [hub] },
      );
      const set = (control: string, state: { associationStatus: string; updatedReason?: string }) =>
        new aws.securityhub.StandardsControlAssociation(
          `${label}-${control}`,
          { standardsArn, securityControlId: control, ...state, region },
          { parent: this, dependsOn: [on] },
        );
      for (const { control, reason } of offIn(standard, here))
        set(control, { associationStatus: "DISABLED", updatedReason: reason });
      for (const control of onAgain(region, standard)) set(control, { associationStatus: "ENABLED" });
    }
  }
}

/** A standard's name, or what its ARN ends with. */
const nameOf = (standard: string) => standard.replace(/^.*:(standards|ruleset)\//, "").replaceAll("/", "-");
