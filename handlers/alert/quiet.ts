import type { DigestReason } from "./record";
import type { Finding } from "./types";

/** When regions and standards began to be watched, by `regionStart` and `standardStart`. ISO 8601. */
export type Starts = Readonly<Record<string, string>>;

export interface DigestSettings {
  /** Whether what existed before the start is told by one overview, or one by one. */
  start: "quiet" | "loud";
  /** Which vulnerabilities are told by themselves: the rest is for the digest. */
  vulnerabilities: "exploitable" | "all";
}

/** For so long after its start, what a region's or a standard's controls fail existed before: their first checks take as long. */
const QUIET_HOURS = 24;
/** What a product had seen so long before the start is no news. */
const NEWS_HOURS = 1;

export const regionStart = (region: string): string => `region ${region}`;
export const standardStart = (standard: string): string => `standard ${standard}`;

/** What starts with a finding: its standards, whose first word is taken for their start. */
export const startsWith = ({ standards = [] }: Finding): string[] => standards.map(standardStart);

/** Why a finding by itself is for the digest alone: it existed before the start, or nobody is known to exploit it. */
export function digestReason(
  finding: Finding,
  starts: Starts,
  { start, vulnerabilities }: DigestSettings,
  now: string,
): DigestReason | undefined {
  if (start === "quiet" && existedBefore(finding, starts, now)) return "quiet";
  const { vulnerability, severity } = finding;
  const isUrgent = vulnerability === undefined || vulnerability.exploitable || severity === "CRITICAL";
  return vulnerabilities === "exploitable" && !isUrgent ? "vulnerability" : undefined;
}

/** Until when what existed before is gathered; undefined where nothing has begun in the last hours. */
export function quietUntil(starts: Starts, now: string): string | undefined {
  const ends = Object.values(starts).map((start) => hoursAfter(start, QUIET_HOURS));
  return ends
    .filter((end) => end > now)
    .sort()
    .at(-1);
}

/** AWS Health tells what is going on now, whenever it began. */
function existedBefore(
  { format, compliance, region, standards = [], firstSeen }: Finding,
  starts: Starts,
  now: string,
) {
  const begins = (name: string) => now < hoursAfter(starts[name] ?? "", QUIET_HOURS);
  const regionBegins = begins(regionStart(region));
  if (format === "health") return false;
  if (compliance) return regionBegins || (standards.length > 0 && standards.map(standardStart).every(begins));
  const start = starts[regionStart(region)];
  return regionBegins && start !== undefined && (firstSeen ?? start) < hoursAfter(start, -NEWS_HOURS);
}

const hoursAfter = (time: string, hours: number): string =>
  time === "" ? "" : new Date(Date.parse(time) + hours * 3_600_000).toISOString();
