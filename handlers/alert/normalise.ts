import { findingOfAsff } from "./asff";
import { isObject, nameOfKind, type Surroundings, textOf, unreadable } from "./fields";
import { HEALTH_DETAIL_TYPES, observationsOfHealth } from "./health";
import type { HealthChoice } from "./healthChoice";
import { findingOfOcsf } from "./ocsf";
import { isoTime } from "./times";
import type { Finding, Observation } from "./types";

/**
 * The findings that an EventBridge event of Security Hub or AWS Health tells of, in one shape. CSPM's Imported events carry one, its
 * custom actions several, V2's events one in OCSF; an event of AWS Health makes one or more, none where `health` leaves it out.
 * Throws an Error named "UnreadableEvent" that says what is wrong; one unreadable finding makes the whole event so,
 * since the dead-letter queue keeps events, not parts of them.
 * https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-cwe-event-formats.html
 */
export function observationsOf(event: unknown, health?: HealthChoice): Observation[] {
  if (!isObject(event)) throw unreadable(`the event is not an object but ${nameOfKind(event)}`);
  const detailType = textOf(event["detail-type"]);
  if (!detailType || !detailTypes.includes(detailType)) {
    throw unreadable(
      `detail-type is ${detailType ? `"${detailType}"` : "missing"}; read are ${detailTypes.map((type) => `"${type}"`).join(", ")}`,
    );
  }
  if (!isObject(event.detail)) throw unreadable(`detail is not an object but ${nameOfKind(event.detail)}`);
  if (HEALTH_DETAIL_TYPES.includes(detailType)) return observationsOfHealth(event, event.detail, health);
  const findings = event.detail.findings;
  if (!Array.isArray(findings)) throw unreadable(`detail.findings is not a list but ${nameOfKind(findings)}`);
  if (findings.length === 0) throw unreadable("detail.findings is empty");

  const time = isoTime(event.time);
  const around = { region: textOf(event.region), time };
  return findings.map((raw, index) => {
    const finding = placed(`detail.findings[${index}]`, () => findingOf(raw, around));
    const observation: Observation = { finding, eventTime: time ?? finding.updatedAt };
    return detailType === CUSTOM_ACTION ? { ...observation, requested: true } : observation;
  });
}

/**
 * One finding outside an event, as GetFindings answers it (ASFF) or as Security Hub V2 does (OCSF).
 * Throws an Error named "UnreadableEvent" that says what is wrong.
 */
export function findingOf(raw: unknown, around: Surroundings = {}): Finding {
  if (!isObject(raw)) throw unreadable(`the finding is not an object but ${nameOfKind(raw)}`);
  return raw.class_uid === undefined ? findingOfAsff(raw, around) : findingOfOcsf(raw, around);
}

/** What a person asks for in the console: one event, or one for each finding. V2 has no such thing. */
const CUSTOM_ACTION = "Security Hub Findings - Custom Action";
const detailTypes = ["Security Hub Findings - Imported", CUSTOM_ACTION, "Findings Imported V2", ...HEALTH_DETAIL_TYPES];

/** Says where in the event the reading failed. */
function placed<T>(place: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof Error && error.name === "UnreadableEvent" ? unreadable(`${place}: ${error.message}`) : error;
  }
}
