import * as pulumi from "@pulumi/pulumi";
import { delegated } from "./delegated";

export interface ConfigAdminArgs {
  /** Account that gathers the organization's configurations. */
  adminAccountId: pulumi.Input<string>;
}

/**
 * Lets AWS Config work in the organization, and makes an account its administrator, which may then gather configurations. Must be
 * deployed in the management account. Trusted access stays on destroy: it is the whole organization's, and may be others' too.
 * https://docs.aws.amazon.com/config/latest/developerguide/aggregated-register-delegated-administrator.html
 */
export class ConfigAdmin extends pulumi.ComponentResource {
  constructor(name: string, args: ConfigAdminArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:baseline:ConfigAdmin", name, {}, opts);

    delegated(this, name, "config.amazonaws.com", args.adminAccountId);

    this.registerOutputs();
  }
}
