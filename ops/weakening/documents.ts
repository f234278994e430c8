import { isDeepStrictEqual } from "node:util";
import { at, type Check, hasUnknown, type Inputs, listOf, loses, parsed } from "./checks";

/**
 * An event pattern may match less: it asks for a field that it didn't ask for, or leaves out an alternative. What can't be seen
 * to match as much counts as less, such as another `anything-but`.
 */
export const narrows = (path: string, reason: string): Check => ({
  reason,
  weaker: (before, after) => {
    const [old, now] = [before && parsed(at(before, path)), parsed(at(after, path))];
    if (before === undefined || now === undefined || isDeepStrictEqual(old, now)) return false;
    // A rule had a schedule alone, and now takes events too.
    if (old === undefined) return false;
    return hasUnknown(now) || hasUnknown(old) ? false : !covers(now, old);
  },
});

/** Whether everything that the `old` pattern matches, the new one does too. */
const covers = (now: unknown, old: unknown): boolean => {
  if (isDeepStrictEqual(now, old)) return true;
  if (Array.isArray(now) && Array.isArray(old)) {
    return old.every((alternative) => now.some((other) => covers(other, alternative)));
  }
  if (!isBlock(now) || !isBlock(old)) return false;
  // In a matcher ({prefix: ...}, {"anything-but": ...}) another value means something else; a list of alternatives may grow.
  return Object.entries(now).every(([field, wanted]) => {
    if (!(field in old)) return false;
    return MATCHERS.has(field) ? isDeepStrictEqual(wanted, old[field]) : covers(wanted, old[field]);
  });
};

const MATCHERS: ReadonlySet<string> = new Set([
  "anything-but",
  "cidr",
  "equals-ignore-case",
  "exists",
  "numeric",
  "prefix",
  "suffix",
  "wildcard",
]);

const isBlock = (value: unknown): value is Inputs =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A resource's policy loses a statement that allows, or gains one that denies. A changed statement is both lost and gained. */
export const admitsLess = (path: string, reason: string): Check => ({
  reason,
  weaker: (before, after) => {
    if (before === undefined) return false;
    const statements = (inputs: Inputs, effect: string) => {
      const policy = parsed(at(inputs, path));
      return typeof policy === "object"
        ? listOf(at(policy, "Statement")).filter((statement) => at(statement, "Effect") === effect)
        : policy;
    };
    return (
      loses(statements(before, "Allow"), statements(after, "Allow")) ||
      loses(statements(after, "Deny"), statements(before, "Deny"))
    );
  },
});

/** A schedule runs less often, as far as two rates tell; another kind of change counts as less. */
export const slows = (path: string, reason: string): Check => ({
  reason,
  weaker: (before, after) => {
    const [old, now] = [before && at(before, path), at(after, path)];
    if (old === undefined || now === old || hasUnknown(now) || hasUnknown(old)) return false;
    const [was, is] = [minutes(old), minutes(now)];
    return was === undefined || is === undefined || is > was;
  },
});

const minutes = (schedule: unknown): number | undefined => {
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(String(schedule)) ?? [];
  const lengths: Readonly<Record<string, number>> = { minute: 1, hour: 60, day: 1440 };
  return unit === undefined ? undefined : Number(count) * (lengths[unit] ?? Number.NaN);
};
