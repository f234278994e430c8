import type { FindingRecord } from "./record";
import type { Finding } from "./types";

/** Known by one form of Security Hub, and reported by the other: the setting of the source has changed. What people set there is not here. */
export const isOfOtherForm = (last: FindingRecord, finding: Finding): boolean => last.format !== finding.format;

/**
 * Whether NEW may say nothing of a finding that is open. AWS does not say what a status in V2 does as its provider goes on reporting: a new
 * report may bring New with it. Without one, a person has set it.
 */
export const isStatusOfReport = (last: FindingRecord, finding: Finding): boolean =>
  finding.format === "ocsf" && finding.updatedAt > last.updatedAt;

/** Whether a finding that was over is reported anew and only keeps the In Progress that it had: V2 may not set it to New, as CSPM does. */
export const comesBack = (last: FindingRecord, finding: Finding): boolean =>
  finding.workflow === "NOTIFIED" && isStatusOfReport(last, finding);
