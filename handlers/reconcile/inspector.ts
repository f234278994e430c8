import {
  type AccountState,
  BatchGetAccountStatusCommand,
  DescribeOrganizationConfigurationCommand,
  DisableCommand,
  EnableCommand,
  type FailedAccount,
  Inspector2Client,
  UpdateOrganizationConfigurationCommand,
} from "@aws-sdk/client-inspector2";
import { chunks } from "../alert/chunks";
import { SCAN_TYPES, type ScanSettings, type ScanType, scansIn } from "../inspectorScans";
import { ACCOUNTS_A_CALL, type Account, described, type Report, type Service, untilNoneLeft } from "./duty";
import { associate, disassociate, membersOf } from "./inspectorMembers";

export interface InspectorDutySettings extends ScanSettings {
  /** The administrator, which is no member of itself. */
  adminAccountId: string;
}

/** Inspector of one region, as its administrator sees it. */
export interface Administered {
  client: Inspector2Client;
  region: string;
}

const STATES = {
  EC2: "ec2",
  ECR: "ecr",
  LAMBDA: "lambda",
  LAMBDA_CODE: "lambdaCode",
  CODE_REPOSITORY: "codeRepository",
} as const satisfies Record<ScanType, string>;

/**
 * Inspector's members in one region. AWS switches it on in accounts that join alone: the duty does so for those that were there
 * before, and switches off in them what the settings don't have. Its release takes all of it back.
 * https://docs.aws.amazon.com/inspector/latest/user/adding-member-accounts.html
 */
export const inspectorService = (settings: InspectorDutySettings): Service => {
  const clients: Record<string, Inspector2Client> = {};
  const administered = (region: string): Administered => {
    clients[region] ??= new Inspector2Client({ region, maxAttempts: 8 });
    return { client: clients[region], region };
  };

  return {
    ensure: async ({ region }, run) => {
      const place = administered(region);
      const report: Report = { done: {}, warnings: [] };
      // What AWS says, not what the settings say: a release that has begun must not be undone by the hourly run.
      const { autoEnable } = await place.client.send(new DescribeOrganizationConfigurationCommand({}));
      if (!Object.values(autoEnable ?? {}).includes(true)) return report;
      const accounts = (await run.organization.accounts()).filter(
        ({ id, active }) => active && id !== settings.adminAccountId,
      );
      const members = await associate(place, accounts, report);
      await scan(place, { accounts, members }, scansIn(region, settings), report);
      return report;
    },
    release: async ({ region }, run) => {
      const place = administered(region);
      if (!(await autoEnableNothing(place))) return { done: {}, warnings: [] };
      const members = await membersOf(place);
      await untilNoneLeft(`Inspector's scans in the members of ${region}`, run, () => switchOff(place, members));
      await disassociate(place, members);
      const done: Record<string, number> = members.length > 0 ? { "members released": members.length } : {};
      return { done, warnings: [] };
    },
  };
};

/** Brings the members among these accounts to what is to be scanned. */
async function scan(
  place: Administered,
  { accounts, members }: { accounts: readonly Account[]; members: readonly string[] },
  wanted: readonly ScanType[],
  report: Report,
): Promise<void> {
  const { differing, unread } = await differingScans(place, accounts, wanted, members);
  report.warnings.push(...unread.map((failed) => `${inWords(failed)}: could not be read ${why(place, failed)}`));
  const changes: Record<string, { types: ScanType[]; on: boolean; ids: string[] }> = {};
  const due = (id: string, types: ScanType[], on: boolean) => {
    if (types.length === 0) return;
    const key = `${on} ${types.join()}`;
    changes[key] ??= { types, on, ids: [] };
    changes[key].ids.push(id);
  };
  for (const { id, on, off } of differing) {
    due(id, on, true);
    due(id, off, false);
  }
  for (const { types, on, ids } of Object.values(changes)) {
    const what = on ? "switched on" : "switched off";
    for (const accountIds of chunks(ids, ACCOUNTS_A_CALL)) {
      const command = { accountIds, resourceTypes: types };
      const { failedAccounts = [] } = on
        ? await place.client.send(new EnableCommand(command))
        : await place.client.send(new DisableCommand(command));
      const count = accountIds.length - failedAccounts.length;
      const done = `members' scans ${what}`;
      if (count > 0) report.done[done] = (report.done[done] ?? 0) + count;
      report.warnings.push(
        ...failedAccounts.map(
          (failed) => `${inWords(failed)}: ${types.join(", ")} could not be ${what} ${why(place, failed)}`,
        ),
      );
    }
  }
}

/** The members among these accounts in which not just that is scanned: what is to go on, and off. */
export async function differingScans(
  place: Administered,
  accounts: readonly Account[],
  wanted: readonly ScanType[],
  members: readonly string[],
): Promise<{ differing: { id: string; on: ScanType[]; off: ScanType[] }[]; unread: FailedAccount[] }> {
  const ids = accounts.map(({ id }) => id).filter((id) => members.includes(id));
  const { found, failed } = await statesOf(place, ids);
  const differing = found.map(({ accountId = "", resourceState }) => {
    const isOn = (type: ScanType) =>
      ["ENABLED", "ENABLING"].includes(resourceState?.[STATES[type]]?.status ?? "DISABLED");
    return {
      id: accountId,
      on: wanted.filter((type) => !isOn(type)),
      off: SCAN_TYPES.filter((type) => !wanted.includes(type) && isOn(type)),
    };
  });
  return { differing: differing.filter(({ on, off }) => on.length + off.length > 0), unread: failed };
}

const inWords = ({ accountId }: FailedAccount) => `account ${accountId}`;
const why = ({ region }: Administered, { errorCode, errorMessage }: FailedAccount) =>
  `by Inspector in ${region}: AWS says "${errorCode}: ${errorMessage}". It is tried again every hour.`;

async function statesOf(place: Administered, ids: readonly string[]) {
  const [found, failed]: [AccountState[], FailedAccount[]] = [[], []];
  for (const accountIds of chunks(ids, ACCOUNTS_A_CALL)) {
    const answer = await place.client.send(new BatchGetAccountStatusCommand({ accountIds }));
    found.push(...(answer.accounts ?? []));
    failed.push(...(answer.failedAccounts ?? []));
  }
  return { found, failed };
}

/** One round of switching off: gives those that are not off yet, with what AWS says of them. */
async function switchOff(place: Administered, members: readonly string[]): Promise<string[]> {
  // Who can't be read, such as an account that was closed, scans nothing for us either.
  const on = (await statesOf(place, members)).found.filter(({ state }) => state?.status !== "DISABLED");
  const refused: Record<string, string> = {};
  const ids = on.filter(({ state }) => state?.status !== "DISABLING").map(({ accountId = "" }) => accountId);
  for (const accountIds of chunks(ids, ACCOUNTS_A_CALL)) {
    const { failedAccounts } = await place.client.send(new DisableCommand({ accountIds }));
    for (const { accountId = "", errorCode, errorMessage } of failedAccounts ?? [])
      refused[accountId] = `, AWS says "${errorCode}: ${errorMessage}"`;
  }
  return on.map(({ accountId = "", state }) => `account ${accountId} (${state?.status}${refused[accountId] ?? ""})`);
}

/** Accounts that join are no longer taken in. False where this account administers the region no longer. */
async function autoEnableNothing({ client }: Administered): Promise<boolean> {
  const autoEnable = { ec2: false, ecr: false, lambda: false, lambdaCode: false, codeRepository: false };
  try {
    await client.send(new UpdateOrganizationConfigurationCommand({ autoEnable }));
    return true;
  } catch (error) {
    // A right that is missing is AccessDenied too, in words of its own.
    if (/^AccessDenied/.test(described(error)) && !/not authorized to perform/.test(described(error))) return false;
    throw error;
  }
}
