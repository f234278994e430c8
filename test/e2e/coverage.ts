import { GuardDuty } from "@aws-sdk/client-guardduty";
import { SecurityHub } from "@aws-sdk/client-securityhub";
import type { AccountName } from "../../sandbox/organization";
import { ACCOUNTS, enabledIn, ORGANIZATION } from "../../sandbox/organization";
import type { RaisedEstate } from "./estate";

/** What watches an account in one region, as its own calls and those of the administrator say. */
export interface Coverage {
  guardDuty: "nothing" | "own" | "member";
  /** Protection plans that are on, sorted. */
  plans: string[];
  securityHub: boolean;
  /** Standards that are on, sorted; names without region and version. */
  standards: string[];
}

type Account = AccountName | `${number}`;

/** Of every one of these regions that the account has. */
export async function coverage(
  estate: RaisedEstate,
  account: Account,
  regions: readonly string[],
): Promise<Record<string, Coverage>> {
  const known = account in ORGANIZATION ? ORGANIZATION[account as AccountName] : { id: account, optedIn: [] };
  const looks = enabledIn(known.optedIn, regions).map(
    async (region) => [region, await inRegion(estate, account, known.id, region)] as const,
  );
  return Object.fromEntries(await Promise.all(looks));
}

async function inRegion(estate: RaisedEstate, account: Account, id: string, region: string): Promise<Coverage> {
  return {
    ...(await guardDutyOf(estate, account, id, region)),
    ...(await securityHubOf(new SecurityHub(estate.as(account, region)))),
  };
}

async function guardDutyOf(
  estate: RaisedEstate,
  account: Account,
  id: string,
  region: string,
): Promise<Pick<Coverage, "guardDuty" | "plans">> {
  const own = new GuardDuty(estate.as(account, region));
  const { DetectorIds: [DetectorId] = [] } = await own.listDetectors({});
  if (!DetectorId) return { guardDuty: "nothing", plans: [] };
  const { Features = [] } = await own.getDetector({ DetectorId });
  const admin = new GuardDuty(estate.as("audit", region));
  const { DetectorIds: [adminsId] = [] } = await admin.listDetectors({});
  const { Members = [] } = await admin.getMembers({ DetectorId: adminsId, AccountIds: [id] });
  const [member] = Members;
  return {
    guardDuty: member?.RelationshipStatus === "Enabled" && member.AdministratorId === ACCOUNTS.audit ? "member" : "own",
    plans: Features.filter(({ Status }) => Status === "ENABLED").map(({ Name }) => Name ?? ""),
  };
}

async function securityHubOf(hub: SecurityHub): Promise<Pick<Coverage, "securityHub" | "standards">> {
  const enabled = await hub.getEnabledStandards({}).catch((error: Error) => {
    if (error.name === "InvalidAccessException") return undefined;
    throw error;
  });
  const standards = (enabled?.StandardsSubscriptions ?? []).map(
    ({ StandardsArn = "" }) => /(?:standards|ruleset)\/([^/]+)/.exec(StandardsArn)?.[1] ?? StandardsArn,
  );
  return { securityHub: enabled !== undefined, standards: standards.sort() };
}
