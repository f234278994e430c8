import * as pulumi from "@pulumi/pulumi";
import type { PlainSettings } from "../settings";
import { isInvited } from "../settings/invitedAccounts";
import { accountProvider } from "./account";
import type { AuditOutputs } from "./audit";
import { forwardHealth, healthWay } from "./health";
import { acceptInvitations } from "./invitations";
import { outputsOf } from "./outputs";
import { accountRecorder } from "./recorder";

/**
 * The stack of one workload account, such as `prod`. GuardDuty and Security Hub reach it through the organization; one outside of
 * it switches them on itself, and accepts the administrator's invitations.
 */
export async function member(settings: PlainSettings): Promise<pulumi.Inputs> {
  const { account, absentRegions, protect } = settings;
  // Somebody must gather what Security Hub finds here.
  const { accountId } = await outputsOf<Pick<AuditOutputs, "accountId">>("audit", ["accountId"], settings);
  if (accountId === account) {
    throw new pulumi.RunError(
      `hakken:account: "${account}" is the audit account, which the stack audit watches already: set it to that of a workload.`,
    );
  }
  const way = await healthWay(settings);
  const provider = await accountProvider(settings);

  const recorder = await accountRecorder(settings, provider);
  if (isInvited(settings)) await acceptInvitations(settings, recorder, { provider, protect });
  if (way) forwardHealth(settings, way, { provider });

  return { absentRegions, configBucket: recorder?.bucket.name };
}
