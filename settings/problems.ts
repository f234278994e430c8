import type { z } from "zod";

/**
 * One line for each thing that zod found wrong with the setting `key`: key, value and what it must be.
 * Messages of our schemas begin with "it must be", so that they serve a missing value and a wrong one alike.
 * A custom issue's `params.right` is the value as it would be right. `secret` keeps every value out of the text; `known` are all settings, nested ones as `slack.channel`.
 */
export function problemsOf(
  key: string,
  value: unknown,
  issues: readonly z.core.$ZodIssue[],
  { secret, known }: { secret: boolean; known: readonly string[] },
): string[] {
  return issues.flatMap((issue) => {
    const path = pathOf(`hakken:${key}`, issue.path);
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((extra) => unknownKey(`${pathOf(key, issue.path)}.${extra}`, known));
    }
    // Of a map's key: what must be stands inside.
    const message = issue.code === "invalid_key" ? (issue.issues[0]?.message ?? issue.message) : issue.message;
    const found = at(value, issue.path);
    if (found === undefined) return [`${path} is missing: ${message}.`];
    if (secret) return [`${path}: the secret is wrong: ${message}.`];
    const right = issue.code === "custom" && issue.params?.right ? `: ${issue.params.right}` : "";
    return [`${path}: ${JSON.stringify(found)} is wrong: ${message}${right}.`];
  });
}

/** How a value of the setting `key` (`backlog`, or `backlog.categories`) stands in a problem. */
export type Show = (key: string, value: string) => string;

/** The line for a key that no setting has, with the setting that was probably meant. */
export function unknownKey(typed: string, known: readonly string[]): string {
  // Of a list's items `known` has one: `policies.name` stands for `policies[3].name`.
  const meant = nearest(typed.replaceAll(/\[\d+\]/g, ""), known);
  if (meant) return `hakken:${typed} is not a setting: did you mean hakken:${meant}?`;
  const beside = known
    .filter((key) => key.includes(".") && parentOf(key) === parentOf(typed.replaceAll(/\[\d+\]/g, "")))
    .map(lastOf);
  const choice = beside.length > 0 ? `, or take one of ${beside.join(", ")}` : "";
  return `hakken:${typed} is not a setting: remove it${choice}.`;
}

const lastOf = (key: string): string => key.slice(key.lastIndexOf(".") + 1);
const parentOf = (key: string): string => key.slice(0, Math.max(0, key.lastIndexOf(".")));

function nearest(typed: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((key) => ({ key, edits: distance(typed.toLowerCase(), key.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits);
  // By the last part: what it stands in is right, and would else let anything beside it pass for it.
  return best && best.edits <= Math.max(2, lastOf(typed).length / 3) ? best.key : undefined;
}

/** How a person writes the path: `hakken:slack.channel`, `hakken:regions[2]`. */
function pathOf(key: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => text + (typeof step === "number" ? `[${step}]` : `.${String(step)}`), key);
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, step) => (inner as Record<PropertyKey, unknown> | undefined)?.[step], value);
}

/** Levenshtein's distance: how many letters to insert, drop or exchange. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const exchanged = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(exchanged, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
