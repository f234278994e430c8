import type { GuardDuty, MemberFeaturesConfiguration } from "@aws-sdk/client-guardduty";
import { AUDIT, HOME, LINKED, MANAGEMENT, RunningPlane } from "../sandbox/doubles/plane";
import { runtimeModules, runZip } from "./run";
import type { Zip } from "./zips";

export type Org = Awaited<ReturnType<typeof organization>>;

/**
 * GuardDuty and Organizations of an organization with `many` accounts in the root, beside the audit, management and prod account:
 * designated in every region, auto-enable ALL, which reaches existing accounts only after a minute that never passes.
 */
export async function organization(many: number) {
  const running = await new RunningPlane({ enrolment: 60_000 }).start();
  const { plane } = running;
  const modules = runtimeModules();
  for (let n = 1; n <= many; n++) plane.organization.addAccount({ id: `${100_000_000_000 + n}`, name: `account ${n}` });
  const regions = [HOME, LINKED, "ap-northeast-3"];
  const detectors: Record<string, string> = {};
  for (const region of regions) {
    const audit = running.guardDuty(AUDIT, region);
    detectors[region] = (await audit.createDetector({ Enable: true })).DetectorId ?? "";
    const management = running.guardDuty(MANAGEMENT, region);
    await management.createDetector({ Enable: true });
    await management.enableOrganizationAdminAccount({ AdminAccountId: AUDIT });
    await enable(audit, detectors[region], "ALL");
  }
  const audit = (region = HOME) => running.guardDuty(AUDIT, region);
  const own = { DetectorId: detectors[HOME] };
  const ownOf = async (account: string) =>
    (await running.guardDuty(account).listDetectors({})).DetectorIds?.[0] ?? "none";

  return {
    plane,
    close: () => running.close(),
    duty: (region: string, detectorId = detectors[region]) => ({ kind: "guardDuty", region, data: { detectorId } }),
    /** Runs the function in a process of its own. */
    run: (zip: Zip, event: unknown, crashAfter?: number) =>
      runZip(
        zip,
        event,
        {
          NODE_PATH: modules,
          AWS_REGION: HOME,
          AWS_ENDPOINT_URL_GUARDDUTY: running.endpoint("guardduty"),
          AWS_ENDPOINT_URL_ORGANIZATIONS: running.endpoint("organizations"),
          AWS_ACCESS_KEY_ID: AUDIT,
          AWS_SECRET_ACCESS_KEY: "x",
        },
        crashAfter,
      ),
    members: async (region: string) => {
      const members: string[] = [];
      let NextToken: string | undefined;
      do {
        const page = await audit(region).listMembers({ DetectorId: detectors[region], NextToken });
        members.push(...(page.Members ?? []).map(({ AccountId = "" }) => AccountId));
        NextToken = page.NextToken;
      } while (NextToken);
      return members;
    },
    autoEnable: (value: "ALL" | "NEW" | "NONE") => enable(audit(), detectors[HOME], value),
    autoEnabled: async (region: string) =>
      (await audit(region).describeOrganizationConfiguration({ DetectorId: detectors[region] }))
        .AutoEnableOrganizationMembers,
    setPlan: (account: string, plan: MemberFeaturesConfiguration) =>
      audit().updateMemberDetectors({ ...own, AccountIds: [account], Features: [plan] }),
    plan: async (account: string, name: string) => {
      const { MemberDataSourceConfigurations: [member] = [] } = await audit().getMemberDetectors({
        ...own,
        AccountIds: [account],
      });
      return member?.Features?.find(({ Name }) => Name === name);
    },
    suspend: (id: string) => {
      const account = plane.organization.accounts.get(id);
      if (account) account.status = "SUSPENDED";
    },
    /** An account outside the organization, which has a detector of its own and accepts the administrator's invitation. */
    invite: async (account: string) => {
      const [theirs, AccountIds] = [running.guardDuty(account), [account]];
      const AccountDetails = [{ AccountId: account, Email: "aws@partner.example.com" }];
      const { DetectorId } = await theirs.createDetector({ Enable: true });
      await audit().createMembers({ ...own, AccountDetails });
      await audit().inviteMembers({ ...own, AccountIds });
      const { Invitations: [invitation] = [] } = await theirs.listInvitations({});
      const InvitationId = invitation?.InvitationId;
      await theirs.acceptAdministratorInvitation({ DetectorId, AdministratorId: AUDIT, InvitationId });
    },
    leave: async (account: string) =>
      running.guardDuty(account).disassociateFromAdministratorAccount({ DetectorId: await ownOf(account) }),
    join: (id: string) => plane.organization.addAccount({ id, name: "joined" }),
    undesignate: (region: string) =>
      running.guardDuty(MANAGEMENT, region).disableOrganizationAdminAccount({ AdminAccountId: AUDIT }),
    deleteOwnDetector: async (account: string) =>
      running.guardDuty(account).deleteDetector({ DetectorId: await ownOf(account) }),
  };
}

const enable = (audit: GuardDuty, DetectorId: string | undefined, value: "ALL" | "NEW" | "NONE") =>
  audit.updateOrganizationConfiguration({ DetectorId, AutoEnableOrganizationMembers: value });
