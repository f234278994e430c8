import { isObject, type Json, objectOf } from "./fields";
import type { Severity } from "./types";

/** From harmless to worst. */
export const severities: readonly Severity[] = ["INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"];

/**
 * Severity of an ASFF finding: Label, else Normalized, else the provider's (FindingProviderFields), else what old
 * findings carry (ProductFields, Original). Undefined if it says none at all: the caller must not guess, for a wrong
 * guess is a finding that nobody hears of.
 * https://docs.aws.amazon.com/securityhub/latest/userguide/asff-required-attributes.html#Severity
 */
export function severityOfAsff(asff: Json): Severity | undefined {
  const own = objectOf(asff.Severity);
  const provider = objectOf(objectOf(asff.FindingProviderFields).Severity);
  return (
    labelled(own.Label) ??
    normalized(own.Normalized) ??
    labelled(provider.Label) ??
    normalized(provider.Normalized) ??
    labelled(objectOf(asff.ProductFields)["aws/securityhub/SeverityLabel"]) ??
    labelled(own.Original) ??
    labelled(provider.Original)
  );
}

/**
 * Severity of an OCSF finding: the id, else the word, else the vendor's. OCSF's Fatal counts as CRITICAL; Unknown and
 * Other say nothing.
 */
export function severityOfOcsf(ocsf: Json): Severity | undefined {
  return ocsfSeverity(ocsf) ?? (isObject(ocsf.vendor_attributes) ? ocsfSeverity(ocsf.vendor_attributes) : undefined);
}

/** OCSF's numbers of a severity, which its schema demands; the words beside them are captions. 6 is Fatal, which counts as CRITICAL. */
export const severityIdsOfOcsf = (severity: Severity): number[] =>
  severity === "CRITICAL" ? [5, 6] : [severities.indexOf(severity) + 1];

function ocsfSeverity(from: Json): Severity | undefined {
  const byId = typeof from.severity_id === "number" ? severities[Math.min(from.severity_id, 5) - 1] : undefined;
  // 99 means Other: the word may still be one that is known.
  return from.severity_id === 99 ? labelled(from.severity) : (byId ?? labelled(from.severity));
}

function labelled(label: unknown): Severity | undefined {
  if (typeof label !== "string") return undefined;
  const word = label.trim().toUpperCase();
  if (word === "FATAL") return "CRITICAL";
  return severities.find((severity) => severity === word);
}

/** 0 INFORMATIONAL, 1-39 LOW, 40-69 MEDIUM, 70-89 HIGH, 90-100 CRITICAL. Some samples write the number as text. */
function normalized(value: unknown): Severity | undefined {
  const score = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof score !== "number" || !(score >= 0)) return undefined;
  if (score >= 90) return "CRITICAL";
  if (score >= 70) return "HIGH";
  if (score >= 40) return "MEDIUM";
  return score >= 1 ? "LOW" : "INFORMATIONAL";
}

/** Whether one severity is worse than another. */
export const isWorse = (one: Severity, other: Severity): boolean => severities.indexOf(one) > severities.indexOf(other);
