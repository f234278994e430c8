import { isDeepStrictEqual } from "node:util";
import { contentOf } from "./archive";
import type { Values } from "./resource";

/** Compares two values of an input: plain ones deeply, archives by content, JSON text and policy documents by meaning. */
export type Same = (input: string, left: unknown, right: unknown) => boolean;

/** The comparison for one type, given its inputs that hold JSON and those that hold policies. */
export function comparison(json: ReadonlySet<string>, policies: ReadonlySet<string>): Same {
  return (input, left, right) => {
    if (isDeepStrictEqual(contentOf(left), contentOf(right))) return true;
    if (!json.has(input) && !policies.has(input)) return false;
    const meaning = policies.has(input) ? canonicalPolicy : (value: unknown) => value;
    return isDeepStrictEqual(meaning(parsed(left)), meaning(parsed(right)));
  };
}

/** Names of the inputs that differ; the engine's own (with two underscores) are left out. */
export function changedInputs(same: Same, olds: Values, news: Values): string[] {
  return [...new Set([...Object.keys(olds), ...Object.keys(news)])].filter(
    (name) => !name.startsWith("__") && !same(name, olds[name], news[name]),
  );
}

/**
 * True when everything that was wanted is there. The service adds defaults inside blocks and returns lists in its own
 * order; neither is drift.
 */
export function covers(actual: unknown, wanted: unknown): boolean {
  if (wanted === undefined || wanted === null) return true;
  if (Array.isArray(wanted)) {
    if (!Array.isArray(actual) || actual.length !== wanted.length) return false;
    return wanted.every((one) => actual.some((other) => covers(other, one)));
  }
  if (typeof wanted === "object") {
    if (typeof actual !== "object" || actual === null) return false;
    return Object.entries(wanted).every(([name, value]) => covers((actual as Values)[name], value));
  }
  return actual === wanted;
}

function parsed(text: unknown): unknown {
  try {
    return typeof text === "string" ? JSON.parse(text) : text;
  } catch {
    return text; // not JSON: compared as it is
  }
}

/** A policy document in which one string and a list of that string are the same, and lists have no order, as for IAM. */
function canonicalPolicy(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(canonicalPolicy);
    if (!items.every((item) => typeof item === "string")) return items;
    return items.length === 1 ? items[0] : [...items].sort();
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      // A single statement may stand without its list.
      name === "Statement" && !Array.isArray(inner) ? [canonicalPolicy(inner)] : canonicalPolicy(inner),
    ]),
  );
}
