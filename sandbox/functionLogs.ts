import { CloudWatchLogs, type FilteredLogEvent, paginateFilterLogEvents } from "@aws-sdk/client-cloudwatch-logs";
import { Lambda, paginateListFunctions } from "@aws-sdk/client-lambda";
import { ACCOUNTS, HOME_REGION, rootOf } from "./organization";

/** A line that a function logged, or Lambda about it. */
export interface LogLine {
  /** The function's name without the digits that Pulumi adds. */
  function: string;
  /** ISO 8601, UTC. */
  at: string;
  text: string;
}

/** Reads what functions have logged since the last time, oldest first. */
export type ReadLogs = () => Promise<LogLine[]>;

// A function's lines are written when it ends, with the time of that moment: looked for this long behind the last ones.
const OVERLAP_MS = 10_000;

/**
 * Logs of the audit account's functions from `since` on (milliseconds since 1970), of all of them or of the one named.
 * Throws an error that lists the functions where there is none of that name.
 */
export const functionLogs = async (endpoint: string, named: string | undefined, since: number): Promise<ReadLogs> => {
  const how = { endpoint, region: HOME_REGION, credentials: rootOf(ACCOUNTS.audit) };
  const groups = chosen(await groupsOf(new Lambda(how)), named);
  const logs = new CloudWatchLogs(how);
  const seen = new Set<string>();
  let from = since;

  return async () => {
    const found = await Promise.all(groups.map(({ name, group }) => linesOf(logs, { name, group, from })));
    const fresh = found.flat().filter(({ id }) => !seen.has(id));
    for (const { id } of fresh) seen.add(id);
    // Sorting is stable: lines of one moment stay in their function's order.
    fresh.sort((a, b) => a.ms - b.ms);
    from = Math.max(from, (fresh.at(-1)?.ms ?? 0) - OVERLAP_MS);
    return fresh.map(({ name, ms, text }) => ({ function: name, at: new Date(ms).toISOString(), text }));
  };
};

interface Group {
  name: string;
  group: string;
}

const groupsOf = async (client: Lambda): Promise<Group[]> => {
  const groups: Group[] = [];
  for await (const { Functions } of paginateListFunctions({ client }, {})) {
    for (const { FunctionName = "", LoggingConfig } of Functions ?? []) {
      groups.push({ name: shortName(FunctionName), group: LoggingConfig?.LogGroup ?? `/aws/lambda/${FunctionName}` });
    }
  }
  return groups.sort((a, b) => a.name.localeCompare(b.name));
};

const chosen = (groups: readonly Group[], named: string | undefined): readonly Group[] => {
  if (named === undefined) return groups;
  const found = groups.filter(({ name }) => name === named || name === `alerts-${named}` || shortName(named) === name);
  if (found.length) return found;
  const names = groups.map(({ name }) => name.replace(/^alerts-/, "")).join(", ");
  throw new Error(`There is no function "${named}". There are: ${names || "none, since no stack is deployed"}.`);
};

/** "alerts-intake" of "alerts-intake-1f8f918". */
const shortName = (name: string): string => name.replace(/-[0-9a-f]{7}$/, "");

const linesOf = async (client: CloudWatchLogs, { name, group, from }: Group & { from: number }) => {
  const events: FilteredLogEvent[] = [];
  try {
    for await (const page of paginateFilterLogEvents({ client }, { logGroupName: group, startTime: from })) {
      events.push(...(page.events ?? []));
    }
  } catch (error) {
    // A function that has never run has no group, unless its stack makes one.
    if (!(error instanceof Error) || error.name !== "ResourceNotFoundException") throw error;
  }
  const counts = new Map<string, number>();
  return events.map(({ eventId, logStreamName = "", timestamp = 0, message = "" }) => {
    const place = `${group} ${logStreamName} ${timestamp}`;
    counts.set(place, (counts.get(place) ?? 0) + 1);
    // The local AWS gives its events no id: they are counted within their stream and moment.
    return { id: eventId ?? `${place} ${counts.get(place)}`, name, ms: timestamp, text: message.trimEnd() };
  });
};
