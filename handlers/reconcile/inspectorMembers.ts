import { AssociateMemberCommand, DisassociateMemberCommand, paginateListMembers } from "@aws-sdk/client-inspector2";
import { type Account, described, type Report } from "./duty";
import type { Administered } from "./inspector";
import { refused } from "./lackedRegion";

/** Ids of the accounts that this one administers. */
export async function membersOf({ client }: Administered): Promise<string[]> {
  const members: string[] = [];
  for await (const page of paginateListMembers({ client }, { onlyAssociated: true })) {
    members.push(...(page.members ?? []).map(({ accountId = "" }) => accountId));
  }
  return members;
}

/** Makes these accounts members, one by one, as AWS has it. Those that it refuses by themselves are noted. Gives all members. */
export async function associate(place: Administered, accounts: readonly Account[], report: Report): Promise<string[]> {
  const members = await membersOf(place);
  const joined: string[] = [];
  for (const { id } of accounts.filter((account) => !members.includes(account.id))) {
    try {
      await place.client.send(new AssociateMemberCommand({ accountId: id }));
      joined.push(id);
    } catch (error) {
      // Of this account alone. What is wrong with all of them, such as a right that is missing, is the duty's failure.
      if (!(error instanceof Error && error.name === "ValidationException")) throw error;
      refused(
        report,
        { id, region: place.region, reason: described(error) },
        "Inspector",
        `account ${id} is not scanned by Inspector in ${place.region}: AWS says "${described(error)}". It is tried again every hour.`,
      );
    }
  }
  if (joined.length > 0) report.done["members associated"] = joined.length;
  return [...members, ...joined];
}

/** Lets members go. Whoever has left meanwhile is gone already. */
export async function disassociate({ client }: Administered, members: readonly string[]): Promise<void> {
  for (const accountId of members) {
    try {
      await client.send(new DisassociateMemberCommand({ accountId }));
    } catch (error) {
      const gone = error instanceof Error && /^(ValidationException|ResourceNotFoundException)$/.test(error.name);
      if (!gone) throw error;
    }
  }
}
