import { Organizations } from "@aws-sdk/client-organizations";
import type { Duty } from "../../handlers/reconcile/duty";
import { organizationNow } from "../../handlers/reconcile/organization";
import type { DutyKind, ReconcilerSettings } from "../../handlers/reconciler";
import type { Difference } from "./differences";
import type { Around, Sought } from "./finding";
import { lookAtGuardDuty } from "./members/guardduty";
import { lookAtInspector } from "./members/inspector";
import type { Look, MemberSetting } from "./members/look";
import { lookAtControlFindings, lookAtSecurityHub } from "./members/securityhub";

/** A setting that the reconciler, or AWS by what the stack sets, changes: of members, but for what no resource has of the stack's own account. */
export interface MemberChange extends Difference {
  /** Such as GuardDuty. */
  service: string;
  /** What it brings with it, in words. */
  note?: string;
  /** In which accounts and where, each in their order. */
  accounts: { account: string; regions: string[] }[];
}

/** What one run of the reconciler would change. */
export interface InRegion {
  region: string;
  settings: readonly MemberSetting[];
}

const INVOCATION = "aws:lambda/invocation:Invocation";

/** What configuration policies set in accounts is not among them: AWS doesn't let the administrator read what they have. */
const LOOKS: { [Kind in DutyKind]?: Look<NonNullable<ReconcilerSettings[Kind]>> } = {
  guardDuty: lookAtGuardDuty,
  inspector: lookAtInspector,
  securityHub: lookAtControlFindings,
  securityHubMembers: lookAtSecurityHub,
};

/** Whether it is a run of the reconciler, which changes what member accounts have. */
export const changesMembers = (sought: Sought): boolean => LOOKS[invoked(sought)?.duty.kind as DutyKind] !== undefined;

/** What one run of the reconciler would change, by what it is given. */
export const lookAtMembers = async (sought: Sought, around: Around): Promise<InRegion> => {
  const asked = invoked(sought);
  const look = LOOKS[asked?.duty.kind as DutyKind] as Look<unknown> | undefined;
  if (!asked || !look) return { region: "", settings: [] };
  // AWS Organizations is global: its one endpoint is in us-east-1.
  const organization = await around.account.once("organization", async () =>
    organizationNow(around.account.client(Organizations, "us-east-1")),
  );
  const run = { organization, scheduled: false, deadline: Number.POSITIVE_INFINITY };
  return { region: asked.duty.region, settings: await look(asked.duty, asked.settings, { around, run }) };
};

/** Undefined where it is not the reconciler's, or not known before the deployment. */
const invoked = ({ type, inputs }: Sought): { duty: Duty; settings: unknown } | undefined => {
  if (type !== INVOCATION || typeof inputs.input !== "string" || !inputs.input.startsWith("{")) return undefined;
  const { duty, settings } = JSON.parse(inputs.input);
  return duty?.kind && settings ? { duty, settings } : undefined;
};

/** What changes alike, once, with all the accounts and regions in which it does. */
export const gatheredChanges = (found: readonly InRegion[]): MemberChange[] => {
  const changes = new Map<string, { change: Omit<MemberChange, "accounts">; accounts: Map<string, string[]> }>();
  for (const { region: ofDuty, settings } of found) {
    for (const { account, region = ofDuty, ...change } of settings) {
      const key = JSON.stringify([change.service, change.setting, change.now, change.ours, change.note]);
      const one = changes.get(key) ?? { change, accounts: new Map<string, string[]>() };
      changes.set(key, one);
      one.accounts.set(account, [...(one.accounts.get(account) ?? []), region].sort());
    }
  }
  const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) => a.localeCompare(b);
  return [...changes.values()]
    .map(({ change, accounts }) => ({
      ...change,
      accounts: [...accounts].sort(byName).map(([account, regions]) => ({ account, regions })),
    }))
    .sort((a, b) => `${a.service} ${a.setting}`.localeCompare(`${b.service} ${b.setting}`));
};
