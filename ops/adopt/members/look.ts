import type { Account, Duty, Run } from "../../../handlers/reconcile/duty";
import type { Around } from "../finding";

/** A setting of one account that the next `up` changes. */
export interface MemberSetting {
  /** Such as GuardDuty. */
  service: string;
  account: string;
  /** Default: the duty's own. */
  region?: string;
  /** Such as RUNTIME_MONITORING. */
  setting: string;
  /** Absent where it is not set. */
  now?: unknown;
  ours?: unknown;
  /** What it brings with it, in words. */
  note?: string;
}

/** Looks what a duty of the reconciler would change, and changes nothing. */
export type Look<Settings> = (
  duty: Duty,
  settings: Settings,
  where: { around: Around; run: Run },
) => Promise<MemberSetting[]>;

/** Accounts that become members. */
export const enrolled = (service: string, accounts: readonly Account[], note: string): MemberSetting[] =>
  accounts.map(({ id }) => ({ service, account: id, setting: "member", now: "no", ours: "yes", note }));

/** A member whose settings AWS doesn't tell. */
export const unread = (service: string, account: string, reason: string): MemberSetting => ({
  ...{ service, account, setting: "settings", now: `can't be read: AWS says "${reason}"`, ours: "as the program says" },
});
