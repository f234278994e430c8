import type { MemberRecorderSettings } from "./config";
import type { ControlTowerSettings } from "./controlTower";
import { type InvitedAccounts, isInvited } from "./invitedAccounts";
import type { Show } from "./problems";

interface Recorders {
  role?: string;
  account?: string;
  recorder?: "managed" | "existing";
  memberRecorders?: MemberRecorderSettings;
  controlTower?: ControlTowerSettings;
  invitedAccounts?: InvitedAccounts;
}

/** Whether StackSets make recorders in member accounts. Beside Control Tower, which makes its own, in units that are named alone. */
export function hasStackSets({
  memberRecorders,
  controlTower,
}: Pick<Recorders, "memberRecorders" | "controlTower">): boolean {
  return memberRecorders?.enabled ?? (!controlTower || memberRecorders?.units !== undefined);
}

/** Whether the StackSet of `memberRecorders` makes the recorders of a member stack's account, as far as the settings tell. */
export function isReached({ invitedAccounts = [], ...values }: Recorders): boolean {
  const { role, account, memberRecorders } = values;
  if (role !== "member" || !account || !memberRecorders || !hasStackSets(values)) return false;
  // Of no organization, or of another one.
  if (isInvited({ account, invitedAccounts })) return false;
  return !memberRecorders.excludedAccounts.includes(account);
}

/** Two recorders for one account and region, of which AWS takes one. */
export function recorderProblems(values: Recorders, show: Show): string[] {
  // With units named, only AWS Organizations knows whether the account is in one.
  if (values.recorder !== "managed" || values.memberRecorders?.units || !isReached(values)) return [];
  const account = show("account", `"${values.account}"`);
  return [
    `hakken:recorder is managed, but hakken:memberRecorders makes this account's recorder: add ${account} to hakken:memberRecorders.excludedAccounts (and run pulumi up --stack management first), or take hakken:recorder out.`,
  ];
}
