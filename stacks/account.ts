import * as aws from "@pulumi/aws";
import type { Settings } from "../settings";

/**
 * The one provider of a stack. Resources name their region themselves: a provider a region would start a process of its own.
 * Refuses credentials of any account but the stack's.
 */
export function accountProvider({ homeRegion, profile, account }: Settings): aws.Provider {
  return new aws.Provider("account", { region: homeRegion, profile, allowedAccountIds: [account] });
}
