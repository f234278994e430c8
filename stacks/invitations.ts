import type * as pulumi from "@pulumi/pulumi";
import { AcceptedInvitations } from "../components/detection/AcceptedInvitations";
import { Detectors } from "../components/detection/Detectors";
import { InvitedAccounts } from "../components/detection/InvitedAccounts";
import { InvitedSecurityHub } from "../components/detection/InvitedSecurityHub";
import { SecurityHubMembers } from "../components/detection/SecurityHubMembers";
import type { PlainSettings } from "../settings";
import { invitedTo, isInvited } from "../settings/invitedAccounts";
import { outsideIn } from "../settings/securityHub";
import { administrator } from "./administrator";
import type { ManagementOutputs } from "./management";
import { outputsOf } from "./outputs";
import { isLocal } from "./securityHubConfiguration";

export interface Inviting {
  /** The administrator's detectors, by region, where it is designated. */
  detectorIds: Readonly<Record<string, pulumi.Input<string>>>;
  /** Where it administers Security Hub. */
  hubRegions: readonly string[];
  /** The organization's Security Hub. */
  hub: pulumi.Resource;
}

/** The stack organization's side: invites accounts outside the organization. */
export function inviteAccounts(
  settings: PlainSettings,
  { detectorIds, hubRegions, hub }: Inviting,
  opts: pulumi.ComponentResourceOptions,
): void {
  const [guarded, gathered] = [invitedTo("guardDuty", settings), invitedTo("securityHub", settings)];
  if (guarded.length > 0) new InvitedAccounts("invited", { accounts: guarded, detectorIds }, opts);
  if (gathered.length > 0)
    new SecurityHubMembers("invited-securityhub", { accounts: gathered, regions: hubRegions, organization: hub }, opts);
}

/** The invited account's side: switches on what it is invited to, in every region, and accepts where the administrator is designated. */
export async function acceptInvitations(
  settings: PlainSettings,
  recorder: pulumi.Resource | undefined,
  opts: pulumi.ComponentResourceOptions,
): Promise<void> {
  const { homeRegion, linkedRegions, regions } = settings;
  const { accountId: administratorId, detectorIds } = await administrator(settings);
  const { absentRegions: undesignated } = await outputsOf<ManagementOutputs>("management", ["absentRegions"], settings);
  const administered = regions.filter((region) => detectorIds[region]);
  const designated = administered.filter((region) => !undesignated.includes(region));

  if (isInvited(settings, "guardDuty")) {
    // Frequency and plans are the administrator's to set.
    const { detectors } = new Detectors("detectors", { regions }, opts);
    const invitedIn = Object.entries(detectors).filter(([region]) => designated.includes(region));
    new AcceptedInvitations("invitations", { administratorId, detectors: Object.fromEntries(invitedIn) }, opts);
  }
  if (!isInvited(settings, "securityHub")) return;
  new InvitedSecurityHub(
    "securityhub",
    {
      administratorId,
      homeRegion,
      linkedRegions,
      // Under CENTRAL the home region's designation holds in the linked regions too.
      invitedIn: isLocal(settings) ? designated : administered,
      // Controls are checked against what is recorded; and Security Hub may make AWS Config's role, which the recorder makes too.
      after: recorder ? [recorder] : [],
      standardsIn: (region) => outsideIn(region, settings.securityHub),
    },
    opts,
  );
}
