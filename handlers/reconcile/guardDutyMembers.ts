import {
  CreateMembersCommand,
  DeleteMembersCommand,
  DisassociateMembersCommand,
  paginateListMembers,
  type UnprocessedAccount,
} from "@aws-sdk/client-guardduty";
import { chunks } from "../alert/chunks";
import { ACCOUNTS_A_CALL, type Account, type Report, type Run, sleep, untilNoneLeft } from "./duty";
import type { Administered } from "./guardDuty";
import { lacksRegion, refused } from "./lackedRegion";

export interface Member {
  id: string;
  /** Whether the administrator's word holds there. Else it was disassociated, invited, or left. */
  enabled: boolean;
}

/** AWS refuses some accounts for a moment only, while another change of theirs goes on. */
const ATTEMPTS = 3;
const PAUSE_MILLISECONDS = 500;

/** All that the administrator lists, those no longer associated too. */
export async function membersOf({ client, detectorId }: Administered): Promise<Member[]> {
  const members: Member[] = [];
  for await (const page of paginateListMembers({ client }, { DetectorId: detectorId, OnlyAssociated: "false" })) {
    for (const { AccountId = "", RelationshipStatus } of page.Members ?? []) {
      members.push({ id: AccountId, enabled: RelationshipStatus === "Enabled" });
    }
  }
  return members;
}

/** Makes these accounts members. Those that AWS refuses by themselves are noted. */
export async function enrol(place: Administered, missing: readonly Account[], report: Report): Promise<void> {
  const refusals = await inChunks(
    missing.map(({ id }) => id),
    async (ids) => {
      const AccountDetails = missing
        .filter(({ id }) => ids.includes(id))
        .map(({ id, email }) => ({ AccountId: id, Email: email }));
      const create = new CreateMembersCommand({ DetectorId: place.detectorId, AccountDetails });
      return (await place.client.send(create)).UnprocessedAccounts;
    },
  );
  const count = missing.length - refusals.length;
  if (count > 0) report.done["members enrolled"] = count;
  for (const { id, reason } of refusals) {
    refused(
      report,
      { id, reason, region: place.region },
      "GuardDuty",
      `account ${id} is not covered by GuardDuty in ${place.region}: AWS says "${reason}". If it has another administrator there, have it leave that one (aws guardduty disassociate-from-administrator-account). It is tried again every hour.`,
    );
  }
}

/**
 * Throws where an invited account is a member still: AWS refuses it to leave once it was sent away, and the official provider takes
 * that for a failure of its stack, which has its detector to delete as well.
 */
export function refuseInvited(
  { detectorId, region }: Administered,
  members: readonly Member[],
  invited: readonly string[],
): void {
  const still = members.filter(({ id, enabled }) => enabled && invited.includes(id)).map(({ id }) => id);
  if (still.length === 0) return;
  throw new Error(
    `nobody was released: ${still.join(", ")} of hakken:invitedAccounts ${still.length === 1 ? "is a member" : "are members"} in ${region} still, and must leave before everybody else is let go. Run pulumi destroy of that account's own stack first; or, if only the region is left, its pulumi up with ${region} in hakken:removeRegions, twice. If that stack is out of your reach, send the account away: aws guardduty disassociate-members --region ${region} --detector-id ${detectorId} --account-ids ${still.join(" ")}`,
  );
}

/**
 * Lets every member go, and waits until none is left: a detector that has members can't be deleted, nor can its administrator's
 * designation go cleanly. Detectors stay in the members' accounts, as accounts of their own.
 */
export async function release(place: Administered, before: readonly Member[], run: Run): Promise<Report> {
  const { client, detectorId: DetectorId, region } = place;
  await untilNoneLeft(`GuardDuty's members in ${region}`, run, async () => {
    const left = await membersOf(place);
    const enabled = left.filter((member) => member.enabled).map(({ id }) => id);
    // Whoever left meanwhile is refused here, and seen as gone the next time.
    const stay = await inChunks(
      enabled,
      async (AccountIds) =>
        (await client.send(new DisassociateMembersCommand({ DetectorId, AccountIds }))).UnprocessedAccounts,
    );
    const kept = stay.map(({ id }) => id);
    const leaving = left.map(({ id }) => id).filter((id) => !kept.includes(id));
    const back = await inChunks(
      leaving,
      async (AccountIds) =>
        (await client.send(new DeleteMembersCommand({ DetectorId, AccountIds }))).UnprocessedAccounts,
    );
    return [...stay, ...back].map(({ id, reason }) => `account ${id} (AWS says "${reason}")`);
  });
  return { done: before.length > 0 ? { "members released": before.length } : {}, warnings: [] };
}

/**
 * A call for every 50 accounts; again, after a pause, for those that came back unprocessed, but for those without the region. Gives those
 * refused to the end.
 */
export async function inChunks(
  ids: readonly string[],
  call: (ids: string[]) => Promise<UnprocessedAccount[] | undefined>,
): Promise<{ id: string; reason: string }[]> {
  const refusals: { id: string; reason: string }[] = [];
  for (const some of chunks(ids, ACCOUNTS_A_CALL)) {
    let asked = some;
    for (let attempt = 1; asked.length > 0; attempt++) {
      const back = ((await call(asked)) ?? []).map(({ AccountId = "", Result = "" }) => ({
        id: AccountId,
        reason: Result,
      }));
      const passing = attempt < ATTEMPTS ? back.filter(({ reason }) => !lacksRegion(reason)) : [];
      refusals.push(...back.filter((one) => !passing.includes(one)));
      if (passing.length > 0) await sleep(PAUSE_MILLISECONDS * attempt);
      asked = passing.map(({ id }) => id);
    }
  }
  return refusals;
}
