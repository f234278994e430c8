import { cut } from "./alert/fields";
import type { Channel, Finding } from "./alert/types";

/** What one step did with one thing: a line of the log. Further fields may be added; what is undefined is left out. */
export interface LogEntry {
  /** Which part did it: "intake", "recheck", "tell", "settle", "sweep", "alarm-notice" and so on. */
  step: string;
  /** What became of it, in a word or a few. */
  outcome: string;
  channel?: Channel;
  alertKey?: string;
  /** Written as `product` and `findingId`. */
  finding?: Pick<Finding, "product" | "id">;
  /** How long the step took. Of a step on a finding's way, also the metric of that name, by step and channel. */
  durationMs?: number;
  /** How long the thing had waited for the step. The same. */
  waitMs?: number;
  /** Why, in words. */
  reason?: string;
  /** What was thrown: its name is written as `errorName`, its message as `reason`. */
  error?: unknown;
  [more: string]: unknown;
}

/** hakken's own metrics with their units. Each is a field of its line, and has the channel as its dimension where there is one. */
const UNITS = {
  /** Reports on findings that were taken in, whatever became of them. */
  received: "Count",
  /** Closings of findings that no alert knows, which get no line each. */
  unknown: "Count",
  /** Reports that joined an alert which was there already. */
  merged: "Count",
  /** Reports on findings that somebody suppressed. */
  suppressed: "Count",
  /** Messages, issues, replies and comments that a channel took. */
  told: "Count",
  /** What could not be done, and was given up or comes again. */
  failed: "Count",
  /** Attempts to which a service answered that it takes nothing at all. */
  broken: "Count",
  /** From the finding's own time of its last change to the moment when a channel had told it. */
  findingToToldSeconds: "Seconds",
  /** What the hourly self-check has found: keys that are, or will be, of no use. */
  keysAtRisk: "Count",
  /** Mail addresses of the settings that are not subscribed. */
  addressesLost: "Count",
  /** Mail addresses of the settings that have not confirmed. */
  addressesUnconfirmed: "Count",
  /** Rules and consumers of queues that are off or gone. */
  partsSwitchedOff: "Count",
  /** Regions with events that did not reach the home region. */
  notForwarded: "Count",
} as const;

export type Metric = keyof typeof UNITS;
export type Metrics = Partial<Record<Metric, number>>;

/** The steps on a finding's way, whose times are metrics. Each metric is paid for; of other functions, Lambda has the times. */
const HOPS = ["intake", "tell", "settle"];
/** Longer texts are cut: an error may quote a whole page. */
const LONGEST_TEXT = 1000;
/** Where CloudWatch keeps hakken's own metrics. */
export const NAMESPACE = "hakken";

/**
 * Writes one JSON line, and with it the metrics that it carries, in CloudWatch's embedded format: that takes no right and no
 * call. Not by console.log, which begins a line with time and request: the line is to be JSON as a whole.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function log(entry: LogEntry, metrics: Metrics = {}): void {
  process.stdout.write(`${logLine(entry, metrics, Date.now())}\n`);
}

/** The line's text, without the line break. `at`: milliseconds since 1970. */
export function logLine(entry: LogEntry, metrics: Metrics, at: number): string {
  const { finding, error, ...rest } = entry;
  const fields = {
    ...rest,
    ...(finding && { product: finding.product, findingId: finding.id }),
    ...(error !== undefined && describedError(error)),
    ...metrics,
  };
  const line = Object.fromEntries(Object.entries(fields).flatMap(([key, value]) => written(key, value)));
  const directives = directivesOf(line);
  if (directives.length === 0) return JSON.stringify(line);
  return JSON.stringify({ ...line, _aws: { Timestamp: at, CloudWatchMetrics: directives } });
}

/** How long the oldest message of a batch had waited in its queue; nothing where SQS does not say since when. */
export function waited(records: readonly { attributes: { SentTimestamp: string } }[]): { waitMs?: number } {
  const sent = Math.min(...records.map(({ attributes }) => Number(attributes?.SentTimestamp)));
  return Number.isFinite(sent) && sent > 0 ? { waitMs: Math.max(0, Date.now() - sent) } : {};
}

/** What CloudWatch is to read from a line: times by step, all else by channel alone. */
function directivesOf(line: Record<string, unknown>) {
  const channel = "channel" in line ? ["channel"] : [];
  const times = HOPS.includes(String(line.step)) ? ["durationMs", "waitMs"].filter((name) => name in line) : [];
  const counts = (Object.keys(UNITS) as Metric[]).filter((name) => typeof line[name] === "number");
  const directive = (dimensions: string[], Metrics: { Name: string; Unit: string }[]) =>
    Metrics.length > 0 ? [{ Namespace: NAMESPACE, Dimensions: [dimensions], Metrics }] : [];
  return [
    ...directive(
      ["step", ...channel],
      times.map((Name) => ({ Name, Unit: "Milliseconds" })),
    ),
    ...directive(
      channel,
      counts.map((Name) => ({ Name, Unit: UNITS[Name] })),
    ),
  ];
}

/** A field as it may stand in the log: nothing secret, nothing endless, no number that JSON can't hold. */
function written(key: string, value: unknown): [string, unknown][] {
  if (typeof value === "string") return [[key, cut(redacted(value), LONGEST_TEXT)]];
  if (typeof value === "number") return Number.isFinite(value) ? [[key, value]] : [];
  if (typeof value === "boolean") return [[key, value]];
  if (value === undefined || value === null) return [];
  return [[key, cut(redacted(JSON.stringify(value) ?? ""), LONGEST_TEXT)]];
}

function describedError(error: unknown): { errorName: string; reason: string } {
  if (!(error instanceof Error)) return { errorName: "Error", reason: String(error) };
  return { errorName: error.name, reason: error.message };
}

/**
 * A text without what looks like a secret: tokens of Slack and AWS, what follows Bearer, what a URL carries under the name of
 * a key, and a URL's password. Who knows the secret itself takes it out before (`redact` of http.ts); this is for all else.
 */
export const redacted = (text: string): string =>
  text
    .replace(/\bxox[a-z]-[\w-]+|\bxapp-[\w-]+|\bxoxe\.[\w.-]+/g, "***")
    .replace(/(hooks\.slack\.com\/(?:services|workflows|triggers)\/)[^\s"'<>]+/gi, "$1***")
    .replace(/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, "***")
    .replace(/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, "$1 ***")
    .replace(
      /\b(api_?key|key|(?:access_?|refresh_?|id_?|bot_?|session_?)?token|client_secret|secret|password|signature|sig|X-Amz-(?:Signature|Security-Token|Credential))(=|%3D)[^\s&"'<>#]+/gi,
      "$1$2***",
    )
    .replace(/(\w:\/\/[^\s/:@]*:)[^\s/@]+@/g, "$1***@");
