import { z } from "zod";

/**
 * The shapes that settings are made of. Every message begins with "it must be", since it follows
 * "hakken:key is missing: " or "hakken:key: value is wrong: ".
 */

export const oneOf = <const T extends readonly string[]>(values: T) =>
  z.enum(values, `it must be one of ${values.join(", ")}`);

export const text = (pattern: RegExp, mustBe: string) => z.string(mustBe).regex(pattern, mustBe);

export const severity = oneOf(["INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"]);

/** A list of one or more. */
export const list = <T extends z.ZodType>(item: T, mustBe: string) =>
  z.array(item, mustBe).min(1, `${mustBe}, one at least`);

export const addresses = () =>
  z.strictObject(
    { addresses: list(address, "it must be a list of e-mail addresses") },
    "it must be an object with the key addresses, a list of e-mail addresses",
  );

/** A base URL without credentials, query, fragment or a slash at its end. Plain http only to this machine, since keys travel on it. */
export const url = (example: string) => {
  const mustBe = `it must be an https URL, such as ${example} (http only for 127.0.0.1, [::1] and localhost)`;
  return z
    .string(mustBe)
    .refine(isServiceUrl, mustBe)
    .transform((value) => value.replace(/\/+$/, ""));
};

/** The keys of an object's shape, whether it is optional or not; none for anything else. */
export function keysOf(schema: z.core.$ZodType): string[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return keysOf(schema.unwrap());
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

const address = text(/^[^\s@,;<>]+@[^\s@,;<>]+\.[^\s@,;<>]+$/, "it must be an e-mail address, such as sre@example.com");

function isServiceUrl(value: string): boolean {
  if (!URL.canParse(value) || /[?#]/.test(value)) return false;
  const { protocol, hostname, username, password } = new URL(value);
  if (username || password) return false;
  return protocol === "https:" || (protocol === "http:" && ["127.0.0.1", "[::1]", "localhost"].includes(hostname));
}
