import {
  GetMemberDetectorsCommand,
  type MemberFeaturesConfiguration,
  type MemberFeaturesConfigurationResult,
  UpdateMemberDetectorsCommand,
} from "@aws-sdk/client-guardduty";
import { chunks } from "../alert/chunks";
import type { WantedPlan } from "../guardDutyPlans";
import { ACCOUNTS_A_CALL, type Account, type Report, type Run } from "./duty";
import type { Administered } from "./guardDuty";
import { inChunks, type Member } from "./guardDutyMembers";

type Status = "ENABLED" | "DISABLED";
/** A plan as a member has it. */
type Now = MemberFeaturesConfigurationResult;

/** Whose plans are meant: those of the members, but for the suspended ones among the organization's accounts. */
export interface Whom {
  members: readonly Member[];
  accounts: readonly Account[];
  /** Those of the members that are outside the organization. */
  invited: readonly string[];
  run: Run;
}

/** One account's plans that are not as they are wanted. */
export interface Differing {
  id: string;
  wanted: MemberFeaturesConfiguration[];
  /** All plans that it has. */
  now: readonly Now[];
}

/** Accounts that AWS refuses by themselves, with its reasons. */
type Refused = { id: string; reason: string }[];

/**
 * Sets each plan in the members where the settings decide it and it is otherwise there. What they leave to AWS (NEW, and ALL,
 * under which AWS switches it on by itself within a day) is not touched, but for agents that are off; nor are suspended accounts,
 * which take no change. AWS does so for the organization's accounts alone: in invited ones each plan that is not NONE is on.
 * https://docs.aws.amazon.com/guardduty/latest/ug/set-guardduty-auto-enable-preferences.html
 */
export async function setPlans(
  place: Administered,
  plans: readonly WantedPlan[],
  whom: Whom,
  report: Report,
): Promise<void> {
  const { differing, unread } = await differingPlans(place, plans, whom);
  report.warnings.push(
    ...unread.map(
      ({ id, reason }) =>
        `account ${id}: GuardDuty's plans in ${place.region} could not be read: AWS says "${reason}". It is tried again every hour.`,
    ),
  );
  const changes: Record<string, string[]> = {};
  for (const { id, wanted } of differing) {
    const key = JSON.stringify(wanted);
    changes[key] = [...(changes[key] ?? []), id];
  }
  for (const [Features, accountIds] of Object.entries(changes)) {
    await update(place, JSON.parse(Features) as MemberFeaturesConfiguration[], accountIds, report);
  }
}

/**
 * The members' plans that are not as the settings decide them; with `byAws`, those too that AWS will switch on by itself, since they are
 * for ALL.
 */
export async function differingPlans(
  place: Administered,
  plans: readonly WantedPlan[],
  { members, accounts, invited, run }: Whom,
  byAws = false,
): Promise<{ differing: Differing[]; unread: Refused }> {
  const [differing, unread]: [Differing[], Refused] = [[], []];
  const isInvited = (id: string) => invited.includes(id);
  const ofAws = (plan: WantedPlan) => byAws && plan.autoEnable === "ALL";
  const isConcerned = plans.some((plan) => isDecided(plan) || ofAws(plan)) ? () => true : isInvited;
  const suspended = accounts.filter(({ active }) => !active).map(({ id }) => id);
  const ids = members
    .filter(({ id, enabled }) => enabled && isConcerned(id) && !suspended.includes(id))
    .map(({ id }) => id);
  const wanted = await Promise.all(
    plans.map(async (plan) => {
      const [on, off] = [await accountsOf(plan.enabledIn, run), await accountsOf(plan.disabledIn, run)];
      const left = (id: string) => (isInvited(id) || ofAws(plan) ? "ENABLED" : undefined);
      return (id: string, features: readonly Now[]) =>
        featureFor(plan, statusFor(id, plan, on, off) ?? left(id)) ?? withoutAgents(plan, features);
    }),
  );
  for (const some of chunks(ids, ACCOUNTS_A_CALL)) {
    const { found, refused } = await nowIn(place, some);
    unread.push(...refused);
    for (const { id, features } of found) {
      const wishes = wanted.flatMap((wishOf) => wishOf(id, features) ?? []);
      const different = wishes.filter((wish) => !isSo(wish, features));
      if (different.length > 0) differing.push({ id, wanted: different, now: features });
    }
  }
  return { differing, unread };
}

/** Whether the settings decide it for any account, rather than leaving it to AWS. */
const isDecided = ({ autoEnable, enabledIn, disabledIn, additional }: WantedPlan): boolean =>
  autoEnable === "NONE" || enabledIn.length > 0 || disabledIn.length > 0 || additional.some(({ on }) => !on);

/** An account named itself counts more than its unit, and on counts more than off. Undefined is for AWS to decide. */
function statusFor(id: string, plan: WantedPlan, on: readonly string[], off: readonly string[]): Status | undefined {
  if (plan.enabledIn.includes(id)) return "ENABLED";
  if (plan.disabledIn.includes(id)) return "DISABLED";
  if (on.includes(id)) return "ENABLED";
  if (off.includes(id)) return "DISABLED";
  return plan.autoEnable === "NONE" ? "DISABLED" : undefined;
}

/** The request that sets it; agents only where the plan is on. */
function featureFor(
  { name: Name, additional }: WantedPlan,
  Status: Status | undefined,
): MemberFeaturesConfiguration | undefined {
  if (!Status) return undefined;
  if (Status === "DISABLED" || additional.length === 0) return { Name, Status };
  const AdditionalConfiguration = additional.map(({ name, on }) => ({
    Name: name,
    Status: on ? ("ENABLED" as const) : ("DISABLED" as const),
  }));
  return { Name, Status, AdditionalConfiguration };
}

/**
 * The request that takes off the agents that are off, where the plan itself is AWS's to decide and on. AWS takes an agent that is NONE
 * for the organization from nobody who has it, under ALL no more than under NEW.
 */
function withoutAgents(
  { name, additional }: WantedPlan,
  features: readonly Now[],
): MemberFeaturesConfiguration | undefined {
  const off = additional.filter(({ on }) => !on);
  if (off.length === 0 || features.find(({ Name }) => Name === name)?.Status !== "ENABLED") return undefined;
  return {
    Name: name,
    Status: "ENABLED",
    AdditionalConfiguration: off.map((agent) => ({ Name: agent.name, Status: "DISABLED" })),
  };
}

function isSo(wish: MemberFeaturesConfiguration, features: readonly Now[]): boolean {
  // A plan or an agent that was never on may be left out.
  const now = features.find(({ Name }) => Name === wish.Name);
  return (
    (now?.Status ?? "DISABLED") === wish.Status &&
    (wish.AdditionalConfiguration ?? []).every(
      ({ Name, Status }) =>
        (now?.AdditionalConfiguration?.find((one) => one.Name === Name)?.Status ?? "DISABLED") === Status,
    )
  );
}

async function accountsOf(targets: readonly string[], { organization }: Run): Promise<string[]> {
  const found = await Promise.all(
    targets.map((target) => (target.startsWith("ou-") ? organization.accountsUnder(target) : [target])),
  );
  return found.flat();
}

async function nowIn({ client, detectorId }: Administered, AccountIds: string[]) {
  const read = new GetMemberDetectorsCommand({ DetectorId: detectorId, AccountIds });
  const { MemberDataSourceConfigurations = [], UnprocessedAccounts = [] } = await client.send(read);
  return {
    found: MemberDataSourceConfigurations.map(({ AccountId = "", Features = [] }) => ({
      id: AccountId,
      features: Features,
    })),
    refused: UnprocessedAccounts.map(({ AccountId = "", Result = "" }) => ({ id: AccountId, reason: Result })),
  };
}

async function update(
  { client, detectorId, region }: Administered,
  Features: MemberFeaturesConfiguration[],
  accountIds: readonly string[],
  report: Report,
): Promise<void> {
  const refused = await inChunks(accountIds, async (AccountIds) => {
    const set = new UpdateMemberDetectorsCommand({ DetectorId: detectorId, AccountIds, Features });
    return (await client.send(set)).UnprocessedAccounts;
  });
  const words = Features.map(inWords).join(", ");
  const count = accountIds.length - refused.length;
  if (count > 0) report.done["members' plans set"] = (report.done["members' plans set"] ?? 0) + count;
  report.warnings.push(
    ...refused.map(
      ({ id, reason }) =>
        `account ${id}: GuardDuty's plans in ${region} could not be set to ${words}: AWS says "${reason}". Set them there, or name the account in hakken:guardDuty.plans as it is. It is tried again every hour.`,
    ),
  );
}

const inWords = ({ Name, Status, AdditionalConfiguration = [] }: MemberFeaturesConfiguration): string =>
  [`${Name} ${Status}`, ...AdditionalConfiguration.map((agent) => `${agent.Name} ${agent.Status}`)].join(" with ");
