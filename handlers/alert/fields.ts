/** Reading of JSON that others wrote: nothing is taken for granted, and what is wrong is said. */

/** A JSON object of unknown content. */
export type Json = Record<string, unknown>;

/** What is known of a finding from outside it. Never an account: an administrator's event carries members' findings. */
export interface Surroundings {
  /** Region that the event came in, used where the finding names none. */
  region?: string;
  /** The event's time in ISO 8601, used where the finding has none. */
  time?: string;
}

/**
 * An Error named "UnreadableEvent", whose message says what is wrong. It is no class of its own, since Pulumi can't
 * serialize a class that extends Error.
 */
export function unreadable(reason: string): Error {
  const error = new Error(reason);
  error.name = "UnreadableEvent";
  return error;
}

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object itself, or an empty one, so that a path into it can be followed. */
export function objectOf(value: unknown): Json {
  return isObject(value) ? value : {};
}

/** The objects of a list; anything else in it is left out. */
export function objectsOf(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/**
 * The text without space around it. Undefined for blank text, for anything that is no text, and for what a product
 * printed in place of a value that it lacked ("null").
 */
export function textOf(value: unknown): string | undefined {
  const text = typeof value === "string" ? value.trim() : "";
  return text === "" || /^(null|undefined|NaN)$/.test(text) ? undefined : text;
}

/** The text exactly as it is, for what is handed back to an API. Throws UnreadableEvent if it is blank or no text. */
export function requiredText(value: unknown, name: string): string {
  if (value === undefined || value === null) throw unreadable(`${name} is missing`);
  if (typeof value !== "string") throw unreadable(`${name} is not a text but ${nameOfKind(value)}`);
  if (value.trim() === "") throw unreadable(`${name} is empty`);
  return value;
}

/** Leaves out the keys whose value is undefined: DynamoDB's marshaller refuses them, and JSON drops them anyway. */
export function withoutAbsent<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}

/** For error messages: "a list", "an object", "a number", "null". */
export function nameOfKind(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** Cuts to at most `max` UTF-16 units, the last one then "…"; never through a surrogate pair. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  const kept = text.slice(0, max - 1);
  return `${/[\ud800-\udbff]$/.test(kept) ? kept.slice(0, -1) : kept}…`;
}

/**
 * The region that an ARN names. Some products print an ARN with a colon too many, so the field that looks like a
 * region wins over the field at a region's place.
 */
export function regionOfArn(arn: string | undefined): string | undefined {
  if (!arn?.startsWith("arn:")) return undefined;
  const parts = arn.split(":");
  return parts.slice(2, 6).find(isRegion) ?? textOf(parts[3]);
}

export function isRegion(text: string): boolean {
  return /^[a-z]{2}(-[a-z]+)+-\d{1,2}$/.test(text);
}
