import type { GuardDuty } from "@aws-sdk/client-guardduty";
import type { InviteAccepterArgs } from "@pulumi/aws/guardduty/inviteAccepter";
import type { MemberArgs } from "@pulumi/aws/guardduty/member";
import { type Plain, type ResourceType, resource, until } from "../resource";
import type { Scope } from "../scope";

/** Statuses under which the official provider says `invite: true`. */
const INVITED = ["Disabled", "Enabled", "Invited", "EmailVerificationInProgress"];

/** The ids of the provider's own: `DETECTOR:ACCOUNT`. */
const partsOf = (id: string) => {
  const [detectorId = "", accountId = ""] = id.split(":");
  return { detectorId, accountId };
};

const memberOf = async (guardduty: GuardDuty, detectorId: string, accountId: string) => {
  const { Members = [] } = await guardduty.getMembers({ DetectorId: detectorId, AccountIds: [accountId] });
  return Members[0];
};

function refuse(what: string, accounts: { AccountId?: string; Result?: string }[] = []): void {
  const [first] = accounts;
  if (first) throw new Error(`${what} ${first.AccountId}: ${first.Result}`);
}

async function invite(aws: Scope, { detectorId, accountId, ...inputs }: Plain<MemberArgs>): Promise<void> {
  const { UnprocessedAccounts } = await aws.guardduty.inviteMembers({
    DetectorId: detectorId,
    AccountIds: [accountId],
    DisableEmailNotification: inputs.disableEmailNotification,
    Message: inputs.invitationMessage,
  });
  refuse("inviting GuardDuty member", UnprocessedAccounts);
  await until(aws, `the invitation of GuardDuty member ${accountId}`, async () => {
    const member = await memberOf(aws.guardduty, detectorId, accountId);
    return INVITED.includes(member?.RelationshipStatus ?? "") || undefined;
  });
}

/** GuardDuty's members by invitation, and their own side: as the official provider, by the older names of the operations. */
export const guarddutyInvitations: Record<string, ResourceType> = {
  "aws:guardduty/member:Member": resource<MemberArgs>({
    inputs: {
      accountId: true,
      detectorId: true,
      email: true,
      invite: true,
      disableEmailNotification: true,
      invitationMessage: true,
    },
    replaceOn: ["accountId", "detectorId", "email"],
    async create(aws, inputs, made) {
      const { UnprocessedAccounts } = await aws.guardduty.createMembers({
        DetectorId: inputs.detectorId,
        AccountDetails: [{ AccountId: inputs.accountId, Email: inputs.email }],
      });
      refuse("creating GuardDuty member", UnprocessedAccounts);
      const id = `${inputs.detectorId}:${inputs.accountId}`;
      made(id);
      if (inputs.invite) await invite(aws, inputs);
      return id;
    },
    async read({ guardduty }, id, inputs) {
      const { detectorId, accountId } = partsOf(id);
      const member = await memberOf(guardduty, detectorId, accountId);
      return (
        member && {
          accountId,
          detectorId,
          email: member.Email,
          invite: INVITED.includes(member.RelationshipStatus ?? ""),
          disableEmailNotification: inputs.disableEmailNotification,
          invitationMessage: inputs.invitationMessage,
          relationshipStatus: member.RelationshipStatus,
        }
      );
    },
    async update(aws, _id, inputs, changed) {
      if (!changed.has("invite")) return;
      if (inputs.invite) return invite(aws, inputs);
      await aws.guardduty.disassociateMembers({ DetectorId: inputs.detectorId, AccountIds: [inputs.accountId] });
    },
    // As the official provider: what comes back unprocessed, such as a member that is still enabled, goes unnoticed.
    delete: ({ guardduty }, id) => {
      const { detectorId, accountId } = partsOf(id);
      return guardduty.deleteMembers({ DetectorId: detectorId, AccountIds: [accountId] });
    },
  }),

  "aws:guardduty/inviteAccepter:InviteAccepter": resource<InviteAccepterArgs>({
    inputs: { detectorId: true, masterAccountId: true },
    replaceOn: ["detectorId", "masterAccountId"],
    async create(aws, { detectorId, masterAccountId }) {
      const invitation = await until(aws, `GuardDuty's invitation from ${masterAccountId}`, async () => {
        const { Invitations = [] } = await aws.guardduty.listInvitations({});
        return Invitations.find(({ AccountId }) => AccountId === masterAccountId);
      });
      await aws.guardduty.acceptInvitation({
        DetectorId: detectorId,
        MasterId: masterAccountId,
        InvitationId: invitation.InvitationId,
      });
      return detectorId;
    },
    async read({ guardduty }, id) {
      const { Master } = await guardduty.getMasterAccount({ DetectorId: id });
      return Master && { detectorId: id, masterAccountId: Master.AccountId };
    },
    // Refused to who was sent away by its administrator, which the official provider takes for an error.
    delete: ({ guardduty }, id) => guardduty.disassociateFromMasterAccount({ DetectorId: id }),
  }),
};
