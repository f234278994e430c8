import type { Channel, Finding, Severity } from "../handlers/alert/types";
import type { Journey } from "./journey";

const CHANNELS: readonly Channel[] = ["slack", "backlog", "mail"];

/**
 * Whether a new finding is to be told under these severities. Said here once more, apart from the rules' patterns:
 * a pattern that takes too much or too little must not pass its own test.
 */
export const isToBeTold = (finding: Finding, severities: readonly Severity[]): boolean =>
  severities.includes(finding.severity) &&
  finding.workflow === "NEW" &&
  finding.record === "ACTIVE" &&
  finding.compliance !== "PASSED" &&
  finding.compliance !== "NOT_AVAILABLE";

/** What is wrong with how new findings fared; nothing when each was told once in each channel, or nowhere if it is not to be. */
export const faultsOf = (journeys: readonly Journey[], severities: readonly Severity[]): string[] =>
  journeys.flatMap((journey) => {
    const isOfOneTold = journeys.some(
      (other) => other.alertKey === journey.alertKey && other.finding && isToBeTold(other.finding, severities),
    );
    const { finding, title, refused } = journey;
    if (refused) return [`"${title || journey.file}" was refused: ${refused}`];
    if (!finding) return [`${journey.file} holds no finding`];
    return isToBeTold(finding, severities)
      ? faultsOfTold(journey, finding)
      : // What arrived is of another finding of the same alert.
        faultsOfQuiet(isOfOneTold ? { ...journey, arrived: { slack: [], backlog: [], mail: [] } } : journey, finding);
  });

const faultsOfTold = ({ title, arrived, workflow }: Journey, finding: Finding): string[] => [
  ...CHANNELS.flatMap((channel) => {
    const messages = arrived[channel].length;
    return messages === 1 ? [] : [`"${title}" arrived ${messages} times in ${channel}, not once`];
  }),
  // AWS Health keeps no workflow.
  ...(finding.format === "health" || workflow === "NOTIFIED" ? [] : [`"${title}" ended ${workflow}, not NOTIFIED`]),
];

const faultsOfQuiet = ({ title, arrived, workflow }: Journey, finding: Finding): string[] => [
  ...CHANNELS.flatMap((channel) =>
    arrived[channel].length ? [`"${title}" arrived in ${channel}, where it should not`] : [],
  ),
  ...(finding.format === "health" || workflow === finding.workflow
    ? []
    : [`"${title}" ended ${workflow}, not ${finding.workflow}`]),
];
