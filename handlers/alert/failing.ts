import type { Circumstances, Decision, Known } from "./lifecycle";
import type { AlertRecord, FindingRecord } from "./record";
import type { Finding, Observation } from "./types";

/**
 * Closed, but failing: Security Hub opens what somebody has set RESOLVED again only once its control has passed, so that one
 * that never passes stays silent for ever. Such findings are counted in their alert; reopenFailing.ts opens them again.
 */

/** Whether its control fails although somebody has set it RESOLVED. SUPPRESSED stays silent. */
export const isClosedButFailing = ({ workflow, record, compliance }: Finding): boolean =>
  workflow === "RESOLVED" && record === "ACTIVE" && (compliance === "FAILED" || compliance === "WARNING");

/** What a decision means for the count. What would otherwise change nothing may begin it or end it: by a person, or as the control passes. */
export function countFailing(known: Known, report: Observation, now: Circumstances, decision: Decision): Decision {
  const { alert, finding: last } = known;
  const { finding } = report;
  const isFailing = isClosedButFailing(finding);
  if (decision.kind === "write") {
    const since = decision.finding.state === "over" && isFailing ? (last?.failingSince ?? now.now) : undefined;
    return counted(decision, last, since);
  }
  if (decision.kind === "verify" || !alert || last?.state !== "over" || finding.updatedAt < last.updatedAt)
    return decision;
  if (isFailing === (last.failingSince !== undefined)) return decision;
  const reason = isFailing ? "closed but failing" : "no longer closed but failing";
  // Events are unordered: this one may be from before somebody changed it.
  if (!now.confirmed) return { kind: "verify", afterSeconds: 0, reason };
  const changed = { ...last, workflow: finding.workflow };
  return counted({ kind: "write", alert, finding: changed, reason }, last, isFailing ? now.now : undefined);
}

function counted(
  write: Extract<Decision, { kind: "write" }>,
  last: FindingRecord | undefined,
  since: string | undefined,
): Decision {
  const finding = { ...write.finding, failingSince: since };
  const failing = (write.alert.failing ?? 0) + (since ? 1 : 0) - (last?.failingSince ? 1 : 0);
  const alert: AlertRecord = {
    ...write.alert,
    failing: failing > 0 ? failing : undefined,
    failingSince: failing > 0 ? (write.alert.failingSince ?? since) : undefined,
  };
  return { ...write, alert, finding };
}
