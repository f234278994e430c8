import {
  DescribeOrganizationConfigurationCommand,
  GuardDutyClient,
  UpdateOrganizationConfigurationCommand,
} from "@aws-sdk/client-guardduty";
import { type PlanSettings, plansIn } from "../guardDutyPlans";
import type { Account, Duty, Report, Run, Service } from "./duty";
import { setPlans } from "./guardDutyMemberPlans";
import { enrol, type Member, membersOf, refuseInvited, release } from "./guardDutyMembers";

export interface GuardDutyDutySettings extends PlanSettings {
  /** The administrator, which is no member of itself. */
  adminAccountId: string;
  /** Accounts outside the organization that are members by their own acceptance, which their own stacks take back. */
  invited: readonly string[];
}

/** GuardDuty of one region, as its administrator sees it. */
export interface Administered {
  client: GuardDutyClient;
  detectorId: string;
  region: string;
}

/**
 * GuardDuty's members in one region. Under auto-enable ALL, AWS enrols existing accounts within 24 hours, and some never (the
 * management account); a plan that is off for the organization stays on in who has it. The duty does both at once, and sets the plans of
 * invited accounts, which auto-enable leaves out.
 * Its data: `detectorId`, the administrator's detector.
 */
export const guardDutyService = (settings: GuardDutyDutySettings): Service => {
  const clients: Record<string, GuardDutyClient> = {};
  const administered = ({ region, data }: Duty): Administered => {
    clients[region] ??= new GuardDutyClient({ region, maxAttempts: 8 });
    return { client: clients[region], detectorId: data.detectorId ?? "", region };
  };

  return {
    ensure: async (duty, run) => {
      const place = administered(duty);
      const accounts = await run.organization.accounts();
      const report: Report = { done: {}, warnings: [] };
      const members = await membersOf(place);
      const missing = await uncovered(place, settings.adminAccountId, accounts, members);
      if (missing.length > 0) await enrol(place, missing, report);
      const known = missing.length > 0 ? await membersOf(place) : members;
      const whom = { members: known, accounts, invited: settings.invited, run };
      await setPlans(place, plansIn(duty.region, settings), whom, report);
      return report;
    },
    release: async (duty, run: Run) => {
      const place = administered(duty);
      const members = await membersUnlessGone(place);
      if (!members) return { done: {}, warnings: [] };
      refuseInvited(place, members, settings.invited);
      await autoEnableNobody(place);
      return release(place, members, run);
    },
  };
};

/** Accounts that auto-enable ALL means and that are no members. None under NEW, which is for AWS to do, and under NONE. */
async function uncovered(
  { client, detectorId }: Administered,
  adminAccountId: string,
  accounts: readonly Account[],
  members: readonly Member[],
): Promise<Account[]> {
  const missing = notMembers(adminAccountId, accounts, members);
  if (missing.length === 0) return [];
  // What AWS says, not what the settings say: a release that has begun must not be undone by the hourly run.
  const now = await client.send(new DescribeOrganizationConfigurationCommand({ DetectorId: detectorId }));
  return now.AutoEnableOrganizationMembers === "ALL" ? missing : [];
}

/** Active accounts that the administrator has no say in. */
export function notMembers(adminAccountId: string, accounts: readonly Account[], members: readonly Member[]) {
  const enabled = members.filter((member) => member.enabled).map(({ id }) => id);
  return accounts.filter(({ id, active }) => active && id !== adminAccountId && !enabled.includes(id));
}

/** Undefined where the detector is gone, and its members with it. */
async function membersUnlessGone(place: Administered): Promise<Member[] | undefined> {
  try {
    return await membersOf(place);
  } catch (error) {
    // GuardDuty has no error of its own for it.
    if (/detectorId is not owned by the current account/i.test(String(error))) return undefined;
    throw error;
  }
}

/** Under ALL, AWS refuses to disassociate anybody. */
async function autoEnableNobody({ client, detectorId: DetectorId }: Administered): Promise<void> {
  await client.send(new UpdateOrganizationConfigurationCommand({ DetectorId, AutoEnableOrganizationMembers: "NONE" }));
}
