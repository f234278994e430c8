import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Language } from "../../handlers/alert/types";

export interface CustomActionArgs {
  /** The home region, where people look at the findings of all. */
  region: string;
  /** Of what people read. */
  language: Language;
  /** Security Hub, which must be on there. */
  hub: pulumi.Resource;
}

/** At most 20 characters in the console's menu. */
const NAMES: Record<Language, string> = { en: "Tell by hakken", ja: "hakken で知らせる" };

/**
 * What a person chooses in Security Hub's console to have findings told at once. Must be made in the audit account, after Security Hub.
 * https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-cwe-custom-actions.html
 */
export class CustomAction extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: CustomActionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:notification:CustomAction", name, {}, opts);

    const action = new aws.securityhub.ActionTarget(
      name,
      {
        name: NAMES[args.language],
        // Letters and digits, 20 at most; a part of its ARN, so another one is another action.
        identifier: "TellByHakken",
        description: "Tells these findings at once, whatever their severity",
        region: args.region,
      },
      { parent: this, dependsOn: [args.hub] },
    );
    this.arn = action.arn;

    this.registerOutputs();
  }
}
