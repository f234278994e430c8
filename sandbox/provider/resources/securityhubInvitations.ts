import type { SecurityHub } from "@aws-sdk/client-securityhub";
import type { InviteAccepterArgs } from "@pulumi/aws/securityhub/inviteAccepter";
import type { MemberArgs } from "@pulumi/aws/securityhub/member";
import { type ResourceType, resource } from "../resource";

function refuse(what: string, accounts: { AccountId?: string; ProcessingResult?: string }[] = []): void {
  const [first] = accounts;
  if (first) throw new Error(`${what} (${first.AccountId}): ${first.ProcessingResult}`);
}

async function invitationFrom(securityhub: SecurityHub, administrator: string) {
  for (let NextToken: string | undefined; ; ) {
    const answer = await securityhub.listInvitations({ NextToken });
    const found = answer.Invitations?.find(({ AccountId }) => AccountId === administrator);
    NextToken = answer.NextToken;
    if (found || !NextToken) return found;
  }
}

/** Security Hub's members by invitation, and their own side. As the official provider, by the older names of the operations. */
export const securityhubInvitations: Record<string, ResourceType> = {
  "aws:securityhub/member:Member": resource<MemberArgs>({
    inputs: { accountId: true, email: true, invite: true },
    replaceOn: ["accountId", "email", "invite"],
    async create({ securityhub }, { accountId, email, invite }, made) {
      const created = await securityhub.createMembers({ AccountDetails: [{ AccountId: accountId, Email: email }] });
      refuse("creating Security Hub Member", created.UnprocessedAccounts);
      made(accountId);
      if (!invite) return accountId;
      const invited = await securityhub.inviteMembers({ AccountIds: [accountId] });
      refuse("inviting Security Hub Member", invited.UnprocessedAccounts);
      return accountId;
    },
    // Whether it was invited is the state's to know: the status doesn't tell.
    async read({ securityhub }, id) {
      const [member] = (await securityhub.getMembers({ AccountIds: [id] })).Members ?? [];
      return (
        member && {
          accountId: member.AccountId,
          email: member.Email,
          masterId: member.MasterId,
          memberStatus: member.MemberStatus,
        }
      );
    },
    async delete({ securityhub }, id) {
      await securityhub.disassociateMembers({ AccountIds: [id] });
      const deleted = await securityhub.deleteMembers({ AccountIds: [id] });
      refuse("deleting Security Hub Member", deleted.UnprocessedAccounts);
    },
  }),

  "aws:securityhub/inviteAccepter:InviteAccepter": resource<InviteAccepterArgs>({
    inputs: { masterId: true },
    replaceOn: ["masterId"],
    async create({ securityhub, account }, { masterId }) {
      const invitation = await invitationFrom(securityhub, masterId);
      if (!invitation) throw new Error(`reading Security Hub Invitation (${masterId}): empty result`);
      await securityhub.acceptInvitation({ MasterId: masterId, InvitationId: invitation.InvitationId });
      return account;
    },
    async read({ securityhub }) {
      const { Master } = await securityhub.getMasterAccount({});
      return Master && { masterId: Master.AccountId, invitationId: Master.InvitationId };
    },
    delete: ({ securityhub }) => securityhub.disassociateFromMasterAccount({}),
  }),
};
