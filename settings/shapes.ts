import { z } from "zod";

/**
 * The shapes that settings are made of. Every message begins with "it must be", since it follows
 * "hakken:key is missing: " or "hakken:key: value is wrong: "; docs/configuration.md shows what follows these words.
 */

/** What docs/configuration.md says of a setting: `meta`, last in the chain of its schema. */
declare module "zod" {
  interface GlobalMeta {
    /** Meaning, in full sentences. */
    description?: string;
    /** The default in words, where it is no plain value. */
    defaultMeaning?: string;
    /** Whether it is a Pulumi secret. */
    secret?: boolean;
    /** A right value, as it stands in a stack file; given for objects and lists. */
    example?: unknown;
  }
}

export const oneOf = <const T extends readonly string[]>(values: T) =>
  z.enum(values, `it must be one of ${values.join(", ")}`);

export const severity = oneOf(["INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"]);

export const text = (pattern: RegExp, mustBe: string) => z.string(mustBe).regex(pattern, mustBe);

/** A list of one or more. */
export const list = <T extends z.ZodType>(item: T, mustBe: string) =>
  z.array(item, mustBe).min(1, `${mustBe}, one at least`);

/** A value, or a list of which any is enough. */
export const oneOrMore = <T extends z.ZodType>(value: T, most: number, mustBe: string) => {
  const whole = `${mustBe}, or a list of 1 to ${most}`;
  return z
    .union([value, z.array(value, whole).min(1, whole).max(most, whole)], whole)
    .transform((given) => [given].flat() as z.output<T>[])
    .optional();
};

/** Inside an object or a list, where YAML's own true and false come through; see `flag`. */
export const yesOrNo = () => z.boolean("it must be true or false");

/** A setting by itself, which Pulumi hands over as text. */
export const flag = () => z.enum(["true", "false"], "it must be true or false").transform((value) => value === "true");

/** A whole number of a range, which Pulumi hands over as text. */
export const wholeNumber = (least: number, most: number) => {
  const mustBe = `it must be a whole number from ${least} to ${most}`;
  return z
    .string(mustBe)
    .refine((value) => /^\d+$/.test(value) && Number(value) >= least && Number(value) <= most, mustBe)
    .transform(Number);
};

const SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

const secondsOf = (value: string): number => {
  const [, count = "", unit = ""] = /^(\d{1,6})([smhd])$/.exec(value) ?? [];
  return Number(count || Number.NaN) * (SECONDS[unit] ?? Number.NaN);
};

/** A length of time of a range, as "30s", "5m", "2h" or "7d"; gives seconds. */
export const duration = (least: string, most: string) => {
  const mustBe = `it must be a time from ${least} to ${most}, such as 30s, 5m, 2h or 7d`;
  return z
    .string(mustBe)
    .refine((value) => secondsOf(value) >= secondsOf(least) && secondsOf(value) <= secondsOf(most), mustBe)
    .transform(secondsOf);
};

export const addresses = () =>
  z.strictObject(
    {
      addresses: list(address, "it must be a list of e-mail addresses").meta({
        description: "Each must confirm its subscription.",
      }),
    },
    "it must be an object with the key addresses, a list of e-mail addresses",
  );

/**
 * A base URL without credentials, query, fragment or a slash at its end. Plain http only to this machine, since keys travel on it.
 * @param whole Hosts whose URL has no path either.
 */
export const url = (example: string, whole?: RegExp) => {
  const mustBe = `it must be an https URL, such as ${example} (http only for 127.0.0.1, [::1] and localhost)`;
  return z
    .string(mustBe)
    .superRefine((value, context) => {
      if (!isServiceUrl(value)) return context.addIssue({ code: "custom", message: mustBe });
      const { surplus, right } = surplusOf(value, whole);
      if (surplus.length === 0) return;
      context.addIssue({
        code: "custom",
        message: `it must be a URL without ${surplus.join(" and ")}`,
        params: { right },
      });
    })
    .transform((value) => value.replace(/\/+$/, ""));
};

/** The keys inside an object, each object of a list, or a map of fixed keys, whether it is optional or not, those below them as `a.b`. */
export function keysOf(schema: z.core.$ZodType): string[] {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodArray) return keysOf(inner.element);
  if (inner instanceof z.ZodRecord) {
    const keys = unwrapped(inner.keyType);
    return keys instanceof z.ZodEnum ? keys.options.map(String) : [];
  }
  if (!(inner instanceof z.ZodObject)) return [];
  return Object.entries<z.core.$ZodType>(inner.shape).flatMap(([key, below]) => [
    key,
    ...keysOf(below).map((deeper) => `${key}.${deeper}`),
  ]);
}

/** The schema without what makes it optional, gives it a default, or changes what it gives. */
export function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return unwrapped(schema.unwrap());
  if (!(schema instanceof z.ZodPipe)) return schema;
  // A preprocessed schema begins with the change, any other ends with it.
  return unwrapped(schema.in instanceof z.ZodTransform ? schema.out : schema.in);
}

const address = text(/^[^\s@,;<>]+@[^\s@,;<>]+\.[^\s@,;<>]+$/, "it must be an e-mail address, such as sre@example.com");

/** The object that a setting is, or that its list or map holds; none for anything else. */
export function objectIn(schema: z.core.$ZodType): z.ZodObject | undefined {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodArray) return objectIn(inner.element);
  if (inner instanceof z.ZodRecord) return objectIn(inner.valueType);
  return inner instanceof z.ZodObject ? inner : undefined;
}

/** What a base URL has too much, and the URL without it. */
function surplusOf(value: string, whole?: RegExp): { surplus: string[]; right: string } {
  const { origin, hostname, pathname, username, password } = new URL(value);
  const path = pathname.replace(/\/+$/, "");
  const pathless = whole?.test(hostname) ?? false;
  const [beforeFragment = ""] = value.split("#");
  const surplus = [
    ...(username || password ? ["user name and password"] : []),
    ...(pathless && path ? ["path"] : []),
    ...(beforeFragment.includes("?") ? ["query (?...)"] : []),
    ...(value.includes("#") ? ["fragment (#...)"] : []),
  ];
  return { surplus, right: `${origin}${pathless ? "" : path}` };
}

function isServiceUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname } = new URL(value);
  return protocol === "https:" || (protocol === "http:" && ["127.0.0.1", "[::1]", "localhost"].includes(hostname));
}
