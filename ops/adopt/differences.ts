import { isDeepStrictEqual } from "node:util";
import type { Inputs } from "./finding";

/** A setting that the next `up` changes. */
export interface Difference {
  /** Its path: "recordingGroup.allSupported". */
  setting: string;
  /** Absent where it is not set. */
  now?: unknown;
  /** Absent where it is removed. */
  ours?: unknown;
}

/** The engine's word for a value that is not known before the deployment. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** What is told in place of such a value. */
export const KNOWN_LATER = "(known after the deployment)";

/** What ours replaces as a whole, at every depth: of these, what is there and ours don't have goes. Of all else AWS keeps it. */
const WHOLE: readonly string[] = ["tags", "criteria", "configurationPolicy"];

/** The settings of what is there that ours would change: those that both sides tell. Tags that ours don't have go. */
export const differences = (now: Inputs, ours: Inputs): Difference[] =>
  Object.keys(ours)
    .filter((name) => isSetting(name) && name in now)
    .flatMap((name) => compare(name, now[name], ours[name], WHOLE.includes(name)))
    .concat("tags" in now && !("tags" in ours) ? compare("tags", now.tags, {}, true) : []);

/** The engine keeps notes of its own among the inputs. */
const isSetting = (name: string): boolean => !name.startsWith("__");

const compare = (setting: string, now: unknown, ours: unknown, whole: boolean): Difference[] => {
  if (ours === undefined || ours === null) return [];
  // Of a block, only the values that are not known.
  if (ours === UNKNOWN || (Array.isArray(ours) && JSON.stringify(ours).includes(UNKNOWN)))
    return now === undefined ? [] : [{ setting, now, ours: KNOWN_LATER }];
  if (isPlain(ours) && (isPlain(now) || now === undefined)) {
    const before: Inputs = now ?? {};
    const names = Object.keys(whole ? { ...before, ...ours } : ours).filter(isSetting);
    return names.flatMap((name) =>
      name in ours
        ? compare(`${setting}.${name}`, before[name], ours[name], whole)
        : removed(`${setting}.${name}`, before[name]),
    );
  }
  const ofWholes = Array.isArray(ours) && ours.length === 0 && now === undefined;
  if (ofWholes || isDeepStrictEqual(canonical(now), canonical(ours))) return [];
  return [{ setting, ...(now !== undefined && { now }), ours }];
};

/** What AWS tells as empty was not set. */
const removed = (setting: string, now: unknown): Difference[] => {
  if (now === undefined || (Array.isArray(now) && now.length === 0)) return [];
  if (isPlain(now)) return Object.entries(now).flatMap(([name, inner]) => removed(`${setting}.${name}`, inner));
  return [{ setting, now }];
};

const isPlain = (value: unknown): value is Inputs =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** AWS gives lists in an order of its own, adds nothing to their blocks, and leaves documents as text. */
const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) {
    return value.map(canonical).sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
  }
  if (isPlain(value)) {
    const entries = Object.entries(value).filter(([name, inner]) => !name.startsWith("__") && inner !== undefined);
    return Object.fromEntries(entries.map(([name, inner]) => [name, canonical(inner)] as const).sort(byName));
  }
  return typeof value === "string" ? meaningOf(value) : value;
};

/** Documents are compared by what they say, not by their spaces. */
const meaningOf = (text: string): unknown => {
  if (!/^\s*\{/.test(text)) return text;
  try {
    return canonical(JSON.parse(text));
  } catch {
    return text; // no JSON: compared as it is
  }
};

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => a.localeCompare(b);
