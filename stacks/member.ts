import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { AcceptedInvitations } from "../components/detection/AcceptedInvitations";
import { Detectors } from "../components/detection/Detectors";
import type { PlainSettings } from "../settings";
import { isInvited } from "../settings/invitedAccounts";
import { accountProvider } from "./account";
import { administrator } from "./administrator";
import type { AuditOutputs } from "./audit";
import { outputsOf } from "./outputs";
import { accountRecorder } from "./recorder";

/**
 * The stack of one workload account, such as `prod`. GuardDuty and Security Hub reach it through the organization; one outside of
 * it has detectors of its own, and accepts the administrator's invitations.
 */
export async function member(settings: PlainSettings): Promise<pulumi.Inputs> {
  const { account, absentRegions } = settings;
  // Somebody must gather what Security Hub finds here.
  const { accountId } = await outputsOf<Pick<AuditOutputs, "accountId">>("audit", ["accountId"], settings);
  if (accountId === account) {
    throw new pulumi.RunError(
      `hakken:account: "${account}" is the audit account, which the stack audit watches already: set it to that of a workload.`,
    );
  }
  const provider = await accountProvider(settings);

  const recorder = await accountRecorder(settings, provider);
  if (isInvited(settings)) await acceptInvitations(settings, provider);

  return { absentRegions, configBucket: recorder?.bucket.name };
}

async function acceptInvitations(settings: PlainSettings, provider: aws.Provider): Promise<void> {
  const { regions, protect } = settings;
  const { accountId, detectorIds } = await administrator(settings);
  // Frequency and plans are the administrator's to set.
  const { detectors } = new Detectors("detectors", { regions }, { provider, protect });
  // It invites where it has a detector itself.
  const invitedIn = Object.entries(detectors).filter(([region]) => detectorIds[region]);
  new AcceptedInvitations(
    "invitations",
    { administratorId: accountId, detectors: Object.fromEntries(invitedIn) },
    { provider, protect },
  );
}
