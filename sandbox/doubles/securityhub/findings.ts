import type * as sdk from "@aws-sdk/client-securityhub";
import { page } from "../controlPlane/pages";
import type { Call, Operations } from "../controlPlane/service";
import { completeSeverity, type Finding } from "./asff";
import { shared } from "./importing";
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
      checkUpdate(input);
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

const workflows = ["NEW", "NOTIFIED", "RESOLVED", "SUPPRESSED"];
const verifications = ["UNKNOWN", "TRUE_POSITIVE", "FALSE_POSITIVE", "BENIGN_POSITIVE"];
const changeable = ["Note", "VerificationState", "UserDefinedFields", "Workflow", ...shared] as const;

function checkUpdate(input: sdk.BatchUpdateFindingsCommandInput): void {
  if (changeable.every((name) => input[name] === undefined))
    throw invalidInput("Invalid parameters: at least one field to update is required");
  const status = input.Workflow?.Status;
  if (input.Workflow !== undefined && !workflows.includes(status ?? ""))
    throw invalidInput(
      "Invalid parameter 'Workflow'. data.Workflow.Status should be equal to one of the allowed values",
    );
  if (input.VerificationState !== undefined && !verifications.includes(input.VerificationState))
    throw invalidInput(
      "Invalid parameter 'VerificationState'. data.VerificationState should be equal to one of the allowed values",
    );
  if (input.Note !== undefined && ((input.Note.Text ?? "").length < 1 || (input.Note.Text ?? "").length > 512))
    throw invalidInput("Invalid parameter 'Note'. data.Note.Text should have 1 to 512 characters");
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
  const after: Finding = { ...stored.finding, ProcessedAt: new Date(now).toISOString() };
  const { Note, Severity, ...rest } = input;
  for (const name of changeable) {
    if (name === "Note" || name === "Severity" || rest[name] === undefined) continue;
    Object.assign(after, { [name]: rest[name] });
  }
  if (Note !== undefined)
    after.Note = { Text: Note.Text, UpdatedBy: Note.UpdatedBy, UpdatedAt: new Date(now).toISOString() };
  if (Severity !== undefined)
    after.Severity = completeSeverity({ Original: stored.finding.Severity?.Original, ...Severity });

  const shownBefore = [...stored.shownBefore];
  if (state.timing.updateLag > 0) shownBefore.push({ until: now + state.timing.updateLag, finding: stored.finding });
  const setByCustomer = new Set([...stored.setByCustomer, ...shared.filter((name) => input[name] !== undefined)]);
  void store.put({ ...stored, finding: after, shownBefore, setByCustomer });
}
