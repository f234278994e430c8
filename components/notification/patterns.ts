import { isWorse } from "../../handlers/alert/lifecycle";
import type { Severity } from "../../handlers/alert/types";

const IMPORTED = { source: ["aws.securityhub"], "detail-type": ["Security Hub Findings - Imported"] };

/**
 * Findings that open an alert, or may make one worse. NOTIFIED ones are let through above the lowest severity only: our own
 * write of NOTIFIED brings an event too. Products that check no control (GuardDuty, Inspector, Health) have no Compliance.
 */
export function openingPattern(severities: readonly Severity[]) {
  const worse = severities.filter((severity) => severities.some((other) => isWorse(severity, other)));
  const isNew = { Workflow: { Status: ["NEW"] }, Severity: { Label: severities } };
  const mayHaveRisen = { Workflow: { Status: ["NOTIFIED"] }, Severity: { Label: worse } };
  return {
    ...IMPORTED,
    detail: {
      findings: {
        RecordState: ["ACTIVE"],
        Compliance: { Status: [{ exists: false }, { "anything-but": ["PASSED", "NOT_AVAILABLE"] }] },
        // EventBridge refuses an $or of one.
        ...(worse.length > 0 ? { $or: [isNew, mayHaveRisen] } : isNew),
      },
    },
  };
}

/** Findings that are over. Very many, since every passing check repeats daily. */
export const closingPattern = {
  ...IMPORTED,
  detail: {
    findings: {
      $or: [
        { RecordState: ["ARCHIVED"] },
        { Workflow: { Status: ["RESOLVED", "SUPPRESSED"] } },
        { Compliance: { Status: ["PASSED"] } },
      ],
    },
  },
};
