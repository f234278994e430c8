import {
  CreateMembersCommand,
  DescribeOrganizationConfigurationCommand,
  DisassociateMembersCommand,
  paginateListMembers,
  SecurityHubClient,
  UpdateOrganizationConfigurationCommand,
} from "@aws-sdk/client-securityhub";
import { chunks } from "../alert/chunks";
import { ACCOUNTS_A_CALL, type Account, type Report, type Run, type Service, untilNoneLeft } from "./duty";
import { refused } from "./lackedRegion";
import { type CustomControl, resetParameters, setParameters } from "./securityHubParameters";

export interface SecurityHubMembersSettings {
  /** The administrator, which is no member of itself. */
  adminAccountId: string;
  /** What the administrator's own controls have besides AWS's defaults, by region. */
  parameters: Readonly<Record<string, readonly CustomControl[]>>;
}

/**
 * The schedule leaves an account that joined less than so long ago to auto-enable, and to the StackSet, which brings it the right
 * standards: who has Security Hub switched on by CreateMembers gets AWS's default ones, and then no others by the StackSet.
 */
const FRESH_MILLISECONDS = 2 * 3_600_000;

/**
 * Security Hub's members in one region under LOCAL: auto-enable is for accounts that join. The duty makes members of those that were
 * there before. And the administrator's own controls get their parameters, for which Pulumi has no resource.
 */
export const securityHubMembersService = (settings: SecurityHubMembersSettings): Service => {
  const clients: Record<string, SecurityHubClient> = {};
  const clientIn = (region: string): SecurityHubClient => {
    clients[region] ??= new SecurityHubClient({ region, maxAttempts: 8 });
    return clients[region];
  };
  return {
    ensure: async ({ region }, run) => {
      const client = clientIn(region);
      const report: Report = { done: {}, warnings: [] };
      const members = await membersOf(client);
      const missing = (await run.organization.accounts()).filter(
        ({ id, active, joinedAt }) =>
          active &&
          id !== settings.adminAccountId &&
          !members.includes(id) &&
          !(run.scheduled && joinedAt > Date.now() - FRESH_MILLISECONDS),
      );
      // What AWS says, not what the settings say: a release that has begun must not be undone by the hourly run.
      if (missing.length > 0 && (await isAutomatic(client))) await enrol(client, region, missing, report);
      const wanted = settings.parameters[region] ?? [];
      await setParameters(client, region, wanted, report);
      // What is wanted changes by a deployment alone.
      if (!run.scheduled) await resetParameters(client, wanted, report);
      return report;
    },
    release: async ({ region }, run) => release(clientIn(region), region, run),
  };
};

/** Those whose findings the administrator sees. */
export async function membersOf(client: SecurityHubClient): Promise<string[]> {
  const members: string[] = [];
  for await (const page of paginateListMembers({ client }, { OnlyAssociated: true })) {
    members.push(...(page.Members ?? []).map(({ AccountId = "" }) => AccountId));
  }
  return members;
}

async function isAutomatic(client: SecurityHubClient): Promise<boolean> {
  return (await client.send(new DescribeOrganizationConfigurationCommand({}))).AutoEnable ?? false;
}

async function enrol(client: SecurityHubClient, region: string, missing: readonly Account[], report: Report) {
  let enrolled = 0;
  for (const some of chunks(missing, ACCOUNTS_A_CALL)) {
    const AccountDetails = some.map(({ id, email }) => ({ AccountId: id, Email: email }));
    const { UnprocessedAccounts: back = [] } = await client.send(new CreateMembersCommand({ AccountDetails }));
    enrolled += some.length - back.length;
    for (const { AccountId: id = "", ProcessingResult: reason = "" } of back) {
      refused(
        report,
        { id, region, reason },
        "Security Hub",
        `account ${id} is not covered by Security Hub in ${region}: AWS says "${reason}". If it has another administrator there, have it leave that one (aws securityhub disassociate-from-administrator-account). It is tried again every hour.`,
      );
    }
  }
  if (enrolled > 0) report.done["members enrolled"] = enrolled;
}

/**
 * Lets every member go, after AWS has been told to make no more, and waits until none is left. Security Hub stays on in their accounts.
 * They stay in the administrator's list as Removed: AWS deletes no account of the organization from it.
 */
async function release(client: SecurityHubClient, region: string, run: Run): Promise<Report> {
  if (!(await autoEnableNobody(client))) return { done: {}, warnings: [] };
  const before = await membersOf(client);
  await untilNoneLeft(`Security Hub's members in ${region}`, run, async () => {
    const left = await membersOf(client);
    for (const AccountIds of chunks(left, ACCOUNTS_A_CALL))
      await client.send(new DisassociateMembersCommand({ AccountIds }));
    return left.map((id) => `account ${id}`);
  });
  return { done: before.length > 0 ? { "members released": before.length } : {}, warnings: [] };
}

/** False where the account administers nothing any more, and has no members then. */
async function autoEnableNobody(client: SecurityHubClient): Promise<boolean> {
  try {
    await client.send(new UpdateOrganizationConfigurationCommand({ AutoEnable: false, AutoEnableStandards: "NONE" }));
    return true;
  } catch (error) {
    if (/not an administrator|not subscribed/i.test(String(error))) return false;
    throw error;
  }
}
