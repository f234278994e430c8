import { invalidRequest } from "./errors";

/** Reads a request's parameters, from the query or the form, by name. */
export interface Parameters {
  text(name: string): string | undefined;
  required(name: string): string;
  /** A whole number, none of another form. */
  number(name: string): number | undefined;
  requiredNumber(name: string): number;
  /** All values of a parameter such as "statusId[]", none where it is empty; undefined when it isn't given. */
  numbers(name: string): number[] | undefined;
  /** yyyy-MM-dd. */
  date(name: string): string | undefined;
  has(name: string): boolean;
}

/**
 * @param known Names that the call takes. Any other is refused, so that a misspelt one shows; so are those of the real
 *   service that nothing here needs yet.
 */
export function readParameters(given: URLSearchParams, known: readonly string[]): Parameters {
  const unknown = [...new Set(given.keys())].filter((name) => name !== "apiKey" && !known.includes(name));
  if (unknown.length > 0) throw invalidRequest(`Undefined or unsupported parameters: ${unknown.join(", ")}`);

  // As the real service does, whose pages take an emoji nevertheless.
  const beyond = [...given.values()].join("").match(/[\u{10000}-\u{10ffff}]/u);
  if (beyond) throw invalidRequest(`Incorrect String: ${encodeURIComponent(beyond[0])}`);

  const toNumber = (name: string, value: string) => {
    if (!/^-?\d{1,15}$/.test(value)) throw invalidRequest(`${name} is not a number: ${value}`);
    return Number(value);
  };
  const text = (name: string) => given.get(name) ?? undefined;
  const required = (name: string) => {
    const value = text(name);
    if (value === undefined || value.trim() === "") throw invalidRequest(`${name} is required.`);
    return value;
  };
  return {
    text,
    required,
    number: (name) => {
      const value = text(name);
      return value === undefined || value === "" ? undefined : toNumber(name, value);
    },
    requiredNumber: (name) => toNumber(name, required(name)),
    numbers: (name) =>
      given.has(name)
        ? given
            .getAll(name)
            .filter((value) => value !== "")
            .map((value) => toNumber(name, value))
        : undefined,
    date: (name) => {
      const value = text(name);
      if (value === undefined || value === "") return undefined;
      if (!isDay(value)) {
        throw invalidRequest(`${name} is not a date (yyyy-MM-dd): ${value}`);
      }
      return value;
    },
    has: (name) => given.has(name),
  };
}

/** A day that the calendar has: Date.parse alone takes 2026-02-30 for the second of March. */
function isDay(value: string): boolean {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(value) ? Date.parse(value) : Number.NaN;
  return !Number.isNaN(at) && new Date(at).toISOString().slice(0, 10) === value;
}
