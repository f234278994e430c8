import { isDeepStrictEqual } from "node:util";

/** Inputs of a resource as the engine's events give them: secrets as a fixed object, what is not known yet as a fixed text. */
export type Inputs = Readonly<Record<string, unknown>>;

/** A way in which an update, or a new resource, weakens. */
export interface Check {
  /** What it means, in words that hold no value. */
  reason: string;
  /** Whether it does. `before` is undefined where the resource is new. */
  weaker: (before: Inputs | undefined, after: Inputs) => boolean;
}

/** A type of resource that detection, or the telling of findings, rests on. */
export interface Watched {
  /** What is missing without it. Default: a resource that weakens nothing by going. */
  gone?: string;
  checks?: readonly Check[];
}

/** What the engine puts in a preview in place of an output that isn't known yet. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The value at a path such as `recordingGroup.allSupported`; an index in a list is a number. */
export const at = (inputs: unknown, path: string): unknown =>
  path
    .split(".")
    .reduce<unknown>(
      (value, key) => (typeof value === "object" && value !== null ? (value as Inputs)[key] : undefined),
      inputs,
    );

/** Where a provider fills in no default, a missing input stands for `whenMissing`. */
interface Reading {
  whenMissing?: unknown;
  /** Whether a new resource weakens too, which may take over what was switched on by other means. Default: yes. */
  newToo?: boolean;
}

/** It is `off` now, and was not before. */
export const turns = (path: string, off: unknown, reason: string, reading: Reading = {}): Check => ({
  reason,
  weaker: (before, after) => {
    const value = (inputs: Inputs) => at(inputs, path) ?? reading.whenMissing;
    return value(after) === off && (before === undefined ? (reading.newToo ?? true) : value(before) !== off);
  },
});

/** It comes further back in `ranks`, the strongest first; or a new resource has the last one. */
export const falls = (path: string, ranks: readonly string[], reason: string, reading: Reading = {}): Check => ({
  reason,
  weaker: (before, after) => {
    const rank = (inputs: Inputs) => ranks.indexOf(String(at(inputs, path) ?? reading.whenMissing));
    if (before === undefined) return (reading.newToo ?? true) && rank(after) === ranks.length - 1;
    return rank(before) >= 0 && rank(after) > rank(before);
  },
});

/** A list loses an item. One that isn't known yet may be any of those that are missing. */
export const shrinks = (path: string, reason: string): Check => ({
  reason,
  weaker: (before, after) => before !== undefined && loses(at(before, path), at(after, path)),
});

/** A list gains an item, or a new resource has one. */
export const grows = (path: string, reason: string): Check => ({
  reason,
  weaker: (before, after) => loses(at(after, path), before && at(before, path)),
});

/** A number is lower; a missing one, or 0 where `zeroIsForever`, is the highest. */
export const drops = (path: string, reason: string, { zeroIsForever = false } = {}): Check => ({
  reason,
  weaker: (before, after) => {
    const value = (inputs: Inputs) => {
      const given = Number(at(inputs, path) ?? Number.POSITIVE_INFINITY);
      return given === 0 && zeroIsForever ? Number.POSITIVE_INFINITY : given;
    };
    return before !== undefined && value(after) < value(before);
  },
});

/** A number is higher; a missing one is `whenMissing`. */
export const rises = (path: string, reason: string, whenMissing = Number.POSITIVE_INFINITY): Check => ({
  reason,
  weaker: (before, after) =>
    before !== undefined && Number(at(after, path) ?? whenMissing) > Number(at(before, path) ?? whenMissing),
});

/** It was set, and no longer is. */
export const vanishes = (path: string, reason: string): Check => ({
  reason,
  weaker: (before, after) => isSet(before && at(before, path)) && !isSet(at(after, path)),
});

/** It was not set, and is now; or it is set otherwise. */
export const appears = (path: string, reason: string): Check => ({
  reason,
  weaker: (before, after) =>
    isSet(at(after, path)) && !isDeepStrictEqual(parsed(at(after, path)), parsed(before && at(before, path))),
});

/** It is another one, by an update. What isn't known yet may be the same. */
export const changes = (path: string, reason: string): Check => ({
  reason,
  weaker: (before, after) => {
    const [old, now] = [before && parsed(at(before, path)), parsed(at(after, path))];
    return before !== undefined && !hasUnknown(now) && !hasUnknown(old) && !isDeepStrictEqual(old, now);
  },
});

/** The items of a list of blocks go by their `name`: one of them comes further back in `ranks`, or is gone. */
export const itemsFall = (path: string, key: string, ranks: readonly string[], reason: string): Check => ({
  reason,
  weaker: (before, after) => {
    const now = new Map(listOf(at(after, path)).map((item) => [at(item, "name"), item]));
    const worse = listOf(before && at(before, path)).some((item) => {
      const rank = ranks.indexOf(String(at(now.get(at(item, "name")), key)));
      const last = ranks.length - 1;
      return (rank < 0 ? last : rank) > ranks.indexOf(String(at(item, key)));
    });
    return worse || (before === undefined && [...now.values()].some((item) => at(item, key) === ranks.at(-1)));
  },
});

const isSet = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== "" && !(Array.isArray(value) && value.length === 0);

export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : isSet(value) ? [value] : []);

/** JSON as what it holds, anything else as it stands. */
export const parsed = (value: unknown): unknown => {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value; // no JSON: compared as text
  }
};

export const hasUnknown = (value: unknown): boolean => JSON.stringify(value)?.includes(UNKNOWN) ?? false;

export const loses = (before: unknown, after: unknown): boolean => {
  if (after === UNKNOWN || before === UNKNOWN) return false;
  const [now, old] = [listOf(after), listOf(before)];
  const missing = old.filter((item) => item !== UNKNOWN && !now.some((other) => isDeepStrictEqual(item, other)));
  const unknown = (list: unknown[]) => list.filter((item) => hasUnknown(item)).length;
  return missing.length > Math.max(0, unknown(now) - unknown(old));
};
