import * as pulumi from "@pulumi/pulumi";
import { delegated } from "./delegated";

export interface HealthAdminArgs {
  /** Account that gets the events of all accounts. */
  adminAccountId: pulumi.Input<string>;
}

/**
 * Lets AWS Health work in the organization, and makes an account its administrator, which gets the events of all accounts as soon as
 * the organizational view is enabled: that has no resource, `ops health enable` does it. Must be deployed in the management account.
 * Trusted access stays on destroy.
 * https://docs.aws.amazon.com/health/latest/ug/delegated-administrator-organizational-view.html
 */
export class HealthAdmin extends pulumi.ComponentResource {
  constructor(name: string, args: HealthAdminArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:baseline:HealthAdmin", name, {}, opts);

    delegated(this, name, "health.amazonaws.com", args.adminAccountId);

    this.registerOutputs();
  }
}
