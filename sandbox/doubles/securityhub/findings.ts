import type * as sdk from "@aws-sdk/client-securityhub";
import { page } from "../controlPlane/pages";
import type { Call, Operations } from "../controlPlane/service";
import { changed, checkChange } from "./changes";
import { importFromAccount } from "./imports";
import type { RequestLimits } from "./limits";
import { matcher, sorted } from "./query";
import { invalidInput, type SecurityHubState } from "./state";
import type { FindingStore, Stored } from "./store";

const atMost = 100;

export interface FindingsParts {
  state: SecurityHubState;
  store: FindingStore;
  limits: RequestLimits;
}

/** Findings: https://docs.aws.amazon.com/securityhub/latest/userguide/finding-update-batchupdatefindings.html */
export function findingOperations(parts: FindingsParts): Operations {
  const { state, store, limits } = parts;
  return {
    BatchImportFindings: (input: { Findings?: unknown[] }, call: Call) => {
      counted("Findings", input.Findings);
      return importFromAccount(state, store, input.Findings ?? [], call);
    },

    BatchUpdateFindings: (input: sdk.BatchUpdateFindingsCommandInput, call: Call) => {
      limits.count("BatchUpdateFindings", call);
      state.subscribed(call);
      counted("FindingIdentifiers", input.FindingIdentifiers);
      checkChange(input);
      return update(parts, input, call);
    },

    GetFindings: (input: sdk.GetFindingsCommandInput, call: Call) => {
      limits.count("GetFindings", call);
      state.subscribed(call);
      const size = input.MaxResults ?? atMost;
      if (size < 1 || size > atMost)
        throw invalidInput("Invalid parameter 'MaxResults'. data.MaxResults should be 1 to 100");
      const matches = matcher(input.Filters ?? {}, state.clock.now());
      const found = store
        .visible(call)
        .map((stored) => store.shown(stored))
        .filter(matches);
      const question = JSON.stringify([input.Filters, input.SortCriteria, call.account, call.region]);
      const refused = () => invalidInput("Invalid parameter 'NextToken'.");
      const { items, NextToken } = page(
        sorted(found, input.SortCriteria ?? []),
        size,
        input.NextToken,
        refused,
        question,
      );
      return { Findings: items, NextToken };
    },
  };
}

function counted(name: string, list: readonly unknown[] | undefined): void {
  const length = list?.length ?? 0;
  if (length < 1) throw invalidInput(`Invalid parameter '${name}'. data.${name} should NOT have fewer than 1 items`);
  if (length > atMost)
    throw invalidInput(`Invalid parameter '${name}'. data.${name} should NOT have more than ${atMost} items`);
}

function update({ state, store }: FindingsParts, input: sdk.BatchUpdateFindingsCommandInput, call: Call) {
  const ProcessedFindings: sdk.AwsSecurityFindingIdentifier[] = [];
  const UnprocessedFindings: sdk.BatchUpdateFindingsUnprocessedFinding[] = [];
  const seen = new Set<string>();
  const visible = new Map(store.visible(call).map((one) => [`${one.finding.ProductArn}/${one.finding.Id}`, one]));

  for (const FindingIdentifier of input.FindingIdentifiers ?? []) {
    const key = `${FindingIdentifier.ProductArn}/${FindingIdentifier.Id}`;
    const stored = visible.get(key);
    const refused = (ErrorCode: string, ErrorMessage: string) =>
      UnprocessedFindings.push({ FindingIdentifier, ErrorCode, ErrorMessage });
    if (call.fault?.kind === "unprocessed")
      refused(call.fault.code, messages[call.fault.code] ?? "Internal service failure");
    else if (seen.has(key)) refused("DuplicatedFindingIdentifier", "Finding Identifier is duplicated");
    else if (stored === undefined) refused("FindingNotFound", "Finding Not Found");
    else {
      change(state, store, stored, input);
      ProcessedFindings.push(FindingIdentifier);
    }
    seen.add(key);
  }
  return { ProcessedFindings, UnprocessedFindings };
}

const messages: Record<string, string> = {
  ConcurrentUpdateError: "Concurrent finding updates detected",
  FindingNotFound: "Finding Not Found",
};

/** Writes what the customer says of a finding. UpdatedAt is the provider's, and stays. */
function change(
  state: SecurityHubState,
  store: FindingStore,
  stored: Stored,
  input: sdk.BatchUpdateFindingsCommandInput,
): void {
  const now = state.clock.now();
  const shownBefore = [...stored.shownBefore];
  if (state.timing.updateLag > 0) shownBefore.push({ until: now + state.timing.updateLag, finding: stored.finding });
  void store.put({ ...changed(stored, input, now), shownBefore });
}
