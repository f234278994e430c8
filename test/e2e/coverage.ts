import { ConfigService } from "@aws-sdk/client-config-service";
import { GuardDuty } from "@aws-sdk/client-guardduty";
import { Inspector2 } from "@aws-sdk/client-inspector2";
import { SecurityHub } from "@aws-sdk/client-securityhub";
import type { AccountName } from "../../sandbox/organization";
import { ACCOUNTS, enabledIn, ORGANIZATION } from "../../sandbox/organization";
import type { RaisedEstate } from "./estate";

/** What watches an account in one region, as its own calls and those of the administrator say. */
export interface Coverage {
  guardDuty: "nothing" | "own" | "member";
  /** Protection plans that are on, beside what every detector has, sorted. */
  plans: string[];
  securityHub: boolean;
  /** Standards that are on, sorted; names without region and version. */
  standards: string[];
  /** Whether AWS Config records. */
  recorded: boolean;
  /** What Inspector scans, sorted. */
  scanned: string[];
}

/** https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_data-sources.html */
const FOUNDATION = ["CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS"];

type Account = AccountName | `${number}`;

/** In those of these regions that the account has: each way in which it is watched, with how many regions it is so in. */
export async function coverage(
  estate: RaisedEstate,
  account: Account,
  regions: readonly string[],
): Promise<(Coverage & { regions: number })[]> {
  const known = account in ORGANIZATION ? ORGANIZATION[account as AccountName] : { id: account, optedIn: [] };
  const found = await Promise.all(
    enabledIn(known.optedIn, regions).map((region) => inRegion(estate, account, known.id, region)),
  );
  const counts = new Map<string, number>();
  for (const one of found.map((each) => JSON.stringify(each))) counts.set(one, (counts.get(one) ?? 0) + 1);
  return [...counts].map(([one, regions]) => ({ ...(JSON.parse(one) as Coverage), regions }));
}

async function inRegion(estate: RaisedEstate, account: Account, id: string, region: string): Promise<Coverage> {
  return {
    ...(await guardDutyOf(estate, account, id, region)),
    ...(await securityHubOf(new SecurityHub(estate.as(account, region)))),
    recorded: await isRecorded(new ConfigService(estate.as(account, region))),
    scanned: await scannedBy(new Inspector2(estate.as(account, region)), id),
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
    plans: Features.filter(({ Status }) => Status === "ENABLED")
      .map(({ Name }) => Name ?? "")
      .filter((name) => !FOUNDATION.includes(name))
      .sort(),
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

async function isRecorded(config: ConfigService): Promise<boolean> {
  const { ConfigurationRecordersStatus = [] } = await config.describeConfigurationRecorderStatus({});
  return ConfigurationRecordersStatus.some(({ recording }) => recording);
}

async function scannedBy(inspector: Inspector2, id: string): Promise<string[]> {
  const { accounts: [account] = [] } = await inspector.batchGetAccountStatus({ accountIds: [id] });
  return Object.entries(account?.resourceState ?? {})
    .filter(([, state]) => state.status === "ENABLED")
    .map(([type]) => type)
    .sort();
}
