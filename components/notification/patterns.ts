import { isWorse, severityIdsOfOcsf } from "../../handlers/alert/severity";
import type { FindingSource, Severity } from "../../handlers/alert/types";

/** Which findings intake hears of. */
interface FindingPatterns {
  /** Findings that open an alert, or may make one worse. */
  opening: (severities: readonly Severity[]) => object;
  /** Findings that are over. Very many, since every passing check repeats daily. */
  closing: object;
}

const IMPORTED = { source: ["aws.securityhub"], "detail-type": ["Security Hub Findings - Imported"] };

/**
 * CSPM's, in ASFF. NOTIFIED ones are let through above the lowest severity only: our own write of NOTIFIED brings an event too.
 * Products that check no control (GuardDuty, Inspector, Health) have no Compliance.
 */
const cspm: FindingPatterns = {
  opening: (severities) => {
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
  },
  closing: {
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
  },
};

const IMPORTED_V2 = { source: ["aws.securityhub"], "detail-type": ["Findings Imported V2"] };

/** Suppressed, Resolved, Archived, Deleted. */
const OVER_IDS = [3, 4, 5, 6];

/**
 * V2's, in OCSF. What is In Progress comes through too, with whatever severity: AWS does not say that it sets a finding that comes back
 * to New, as CSPM does. A check that could not be made (Unknown) opens nothing. https://schema.ocsf.io/classes/compliance_finding
 */
const v2: FindingPatterns = {
  opening: (severities) => ({
    ...IMPORTED_V2,
    detail: {
      findings: {
        activity_id: [{ "anything-but": [3] }], // Close
        status_id: [{ "anything-but": OVER_IDS }],
        severity_id: severities.flatMap(severityIdsOfOcsf),
        compliance: { status_id: [{ exists: false }, { "anything-but": [0, 1] }] }, // Unknown, Pass
      },
    },
  }),
  closing: {
    ...IMPORTED_V2,
    detail: {
      findings: {
        $or: [{ activity_id: [3] }, { status_id: OVER_IDS }, { compliance: { status_id: [1] } }],
      },
    },
  },
};

/** What the rules take, of the one form of Security Hub that findings are taken from: both tell of the same. */
export const PATTERNS: Readonly<Record<FindingSource, FindingPatterns>> = { cspm, v2 };
