import type { AutomationRulesFindingFieldsUpdate, BatchUpdateFindingsCommandInput } from "@aws-sdk/client-securityhub";
import { completeSeverity, type Finding } from "./asff";
import { shared } from "./importing";
import { invalidInput } from "./state";
import type { Stored } from "./store";

/** What a customer may say of a finding: by BatchUpdateFindings, or beforehand by an automation rule. */
export type Change =
  | Pick<BatchUpdateFindingsCommandInput, (typeof changeable)[number]>
  | AutomationRulesFindingFieldsUpdate;

const workflows = ["NEW", "NOTIFIED", "RESOLVED", "SUPPRESSED"];
const verifications = ["UNKNOWN", "TRUE_POSITIVE", "FALSE_POSITIVE", "BENIGN_POSITIVE"];
const changeable = ["Note", "VerificationState", "UserDefinedFields", "Workflow", ...shared] as const;

/** Refuses a change that changes nothing, or to what is not allowed. */
export function checkChange(input: Change): void {
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

/** The finding with what the customer says of it. UpdatedAt is the provider's, and stays. */
export function changed(stored: Stored, input: Change, now: number): Stored {
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
  const setByCustomer = new Set([...stored.setByCustomer, ...shared.filter((name) => input[name] !== undefined)]);
  return { ...stored, finding: after, setByCustomer };
}
