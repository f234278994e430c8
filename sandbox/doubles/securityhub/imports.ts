import type { ImportFindingsError } from "@aws-sdk/client-securityhub";
import { accessDenied } from "../controlPlane/errors";
import type { Call } from "../controlPlane/service";
import { check, checkFromService, type Finding } from "./asff";
import { created, type Origin, updated } from "./importing";
import { ruled } from "./rules";
import type { SecurityHubState } from "./state";
import type { FindingStore, Stored } from "./store";

/** What became of a finding that a service handed over. */
export interface ServiceImport {
  id: string;
  productArn: string;
  /** Ids of the events, one for each bus that heard of it. */
  events: string[];
  /** ignored: the stored finding has a later UpdatedAt. */
  state: "created" | "updated" | "ignored";
  /** The finding as Security Hub now has it. */
  finding: Finding;
}

/** BatchImportFindings of an account's own product: every finding is judged by itself. */
export function importFromAccount(state: SecurityHubState, store: FindingStore, given: readonly unknown[], call: Call) {
  const own = `arn:aws:securityhub:${call.region}:${call.account}:product/${call.account}/default`;
  const foreign = (given as Partial<Finding>[]).find(({ ProductArn = own }) => ProductArn !== own);
  if (foreign !== undefined)
    throw accessDenied(
      `User: ${call.principal} is not authorized to perform: securityhub:BatchImportFindings on resource: ${foreign.ProductArn}`,
    );

  const FailedFindings = given.flatMap((raw): ImportFindingsError[] => {
    const { finding, problems, tooLarge } = check(raw);
    const failed = (ErrorCode: string, ErrorMessage: string) => [
      { Id: String((raw as { Id?: unknown } | null)?.Id ?? ""), ErrorCode, ErrorMessage },
    ];
    if (tooLarge) return failed("LimitExceeded", "Finding size exceeds 240 KB.");
    if (finding === undefined)
      return failed("InvalidInput", `Finding does not adhere to Amazon Finding Format. ${problems.join(", ")}.`);
    if (state.hub(call.account, call.region) === undefined)
      return failed("InvalidAccess", `Account ${call.account} is not subscribed to AWS Security Hub`);
    if (finding.AwsAccountId !== call.account)
      return failed("InvalidAccess", `AwsAccountId ${finding.AwsAccountId} is not the account that calls`);
    takeFromAccount(state, store, finding, call);
    return [];
  });
  const FailedCount = FailedFindings.length;
  return { FailedCount, SuccessCount: given.length - FailedCount, FailedFindings };
}

/** An import whose UpdatedAt is not later than the stored one counts as done, and changes nothing. */
function takeFromAccount(state: SecurityHubState, store: FindingStore, finding: Finding, call: Call): void {
  const { account, region } = call;
  const before = store.get(account, region, finding.ProductArn, finding.Id);
  if (before !== undefined && updatedAt(finding) <= updatedAt(before.finding)) return;
  const origin = originOf(state, account, region, false);
  const reported = merged(before, finding, { account, region, adopted: false }, origin);
  void store.report(reported, ruled(state, reported));
}

/**
 * What an AWS product does by itself: hands over a finding for the account and region that the finding names. A new finding keeps
 * its Workflow, RecordState and severity. An account or region that the sandbox lacks is taken as a member account and a linked
 * region. Unlike the API, a service may report twice with the same UpdatedAt: each report gives an event.
 * Throws, with all that is wrong, if Security Hub would not take the finding.
 */
export async function importFromService(
  state: SecurityHubState,
  store: FindingStore,
  given: unknown,
): Promise<ServiceImport> {
  const { finding, problems } = checkFromService(given);
  if (finding === undefined) throw new Error(`Security Hub would not take this finding: ${problems.join("; ")}.`);
  const region = finding.Region ?? /securityhub:([a-z0-9-]+):/.exec(finding.ProductArn)?.[1];
  if (region === undefined || !finding.ProductArn.includes(":product/"))
    throw new Error(
      `Security Hub would not take this finding: data.ProductArn "${finding.ProductArn}" names no product.`,
    );

  const account = finding.AwsAccountId;
  const before = store.get(account, region, finding.ProductArn, finding.Id);
  const answer = { id: finding.Id, productArn: finding.ProductArn };
  if (before !== undefined && updatedAt(finding) < updatedAt(before.finding))
    return { ...answer, events: [], state: "ignored", finding: before.finding };

  const origin = originOf(state, account, region, true);
  const reported = merged(before, finding, { account, region, adopted: true }, origin);
  const stored = ruled(state, reported);
  const events = await store.report(reported, stored);
  return { ...answer, events, state: before === undefined ? "created" : "updated", finding: stored.finding };
}

const updatedAt = (finding: Finding) => Date.parse(finding.UpdatedAt);

const originOf = (state: SecurityHubState, account: string, region: string, asService: boolean): Origin => ({
  region,
  accountName: state.organization.accounts.get(account)?.name,
  now: state.clock.now(),
  asService,
});

/** What is stored after a report of the finding's provider. */
function merged(
  before: Stored | undefined,
  finding: Finding,
  place: Pick<Stored, "account" | "region" | "adopted">,
  origin: Origin,
): Stored {
  if (before === undefined)
    return { ...place, finding: created(finding, origin), shownBefore: [], setByCustomer: new Set() };
  const after = updated(before.finding, finding, origin, before.setByCustomer);
  return { ...before, finding: after, shownBefore: [] };
}
