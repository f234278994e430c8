import { GuardDuty } from "@aws-sdk/client-guardduty";
import { type Finder, regionOf, unless } from "../finding";
import { detectorIn } from "./detector";

/** Under these the provider takes a member for invited, and else invites it again. */
const INVITED: readonly string[] = ["Disabled", "Enabled", "Invited", "EmailVerificationInProgress"];

/** The administrator's side. */
const findMember: Finder = async (sought, around) => {
  const region = regionOf(sought, around);
  const DetectorId = await detectorIn(around, region);
  if (!DetectorId) return undefined;
  const accountId = String(sought.inputs.accountId);
  const asked = around.account.client(GuardDuty, region).getMembers({ DetectorId, AccountIds: [accountId] });
  const member = (await unless(/BadRequestException/, asked))?.Members?.find(
    ({ AccountId }) => AccountId === accountId,
  );
  if (!member) return undefined;
  const { Email: email, RelationshipStatus: status = "" } = member;
  if (sought.inputs.email !== undefined && email !== sought.inputs.email) {
    // Making it anew, as a change of the address does, would delete a member that is enabled.
    return {
      what: `account ${accountId} is GuardDuty's member in ${region} by the address ${email}, and not ${sought.inputs.email}`,
      fix: `set its email in hakken:invitedAccounts to ${email}`,
    };
  }
  return { id: `${DetectorId}:${accountId}`, now: { accountId, email, invite: INVITED.includes(status) } };
};

/** The member's side: once accepted, an invitation is gone, and accepting it would wait for another. */
const findAccepter: Finder = async (sought, around) => {
  const region = regionOf(sought, around);
  const DetectorId = await detectorIn(around, region);
  if (!DetectorId) return undefined;
  const { Administrator: admin } = await around.account
    .client(GuardDuty, region)
    .getAdministratorAccount({ DetectorId });
  // Of another one, what is found in place of the detector tells.
  return admin?.AccountId === sought.inputs.masterAccountId
    ? { id: DetectorId, now: { masterAccountId: admin?.AccountId } }
    : undefined;
};

/** Accounts outside the organization, which are GuardDuty's members by invitation: both sides. */
export const guarddutyInvitations: Readonly<Record<string, Finder>> = {
  "aws:guardduty/member:Member": findMember,
  "aws:guardduty/inviteAccepter:InviteAccepter": findAccepter,
};
