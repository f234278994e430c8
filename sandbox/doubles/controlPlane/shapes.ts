import { NormalizedSchema } from "@smithy/core/schema";

/**
 * Reading and writing of bodies by the schemas that the AWS SDK carries: so the doubles know exactly the members that the
 * services know, whatever hand-written client speaks to them.
 */
export type Shape = NormalizedSchema;

/** Static schemas are tuples; this is the place of the number of required members, which come first in the list of names. */
const requiredCount = 6;
const memberNames = 4;

/** The schema of an exported name of an SDK client, such as `AwsSecurityFinding$`. */
export const shapeOf = (schema: unknown): Shape =>
  NormalizedSchema.of(schema as Parameters<typeof NormalizedSchema.of>[0]);

/** Names of the members that must be there. */
export function requiredMembers(shape: Shape): string[] {
  const schema = shape.getSchema() as unknown as unknown[];
  if (!Array.isArray(schema)) return [];
  const names = schema[memberNames] as string[];
  return names.slice(0, Number(schema[requiredCount] ?? 0));
}

/** The name of a member in JSON, which in GuardDuty is not its name in the SDK. */
const wireName = (name: string, member: Shape) => String(member.getMergedTraits().jsonName ?? name);

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A value as the SDK names it, read from JSON. What is wrong with it is added to `problems`, each with its path. */
export function fromWire(shape: Shape, value: unknown, path: string, problems: string[]): unknown {
  const wrong = (expected: string) => {
    problems.push(`${path} should be ${expected}`);
    return undefined;
  };
  if (shape.isDocumentSchema()) return value;
  if (shape.isListSchema()) {
    if (!Array.isArray(value)) return wrong("array");
    return value.map((item, index) => fromWire(shape.getValueSchema(), item, `${path}[${index}]`, problems));
  }
  if (shape.isMapSchema()) {
    if (!isObject(value)) return wrong("object");
    const entries = Object.entries(value).map(([key, item]) => [
      key,
      fromWire(shape.getValueSchema(), item, `${path}.${key}`, problems),
    ]);
    return Object.fromEntries(entries);
  }
  if (shape.isStructSchema()) return isObject(value) ? structFromWire(shape, value, path, problems) : wrong("object");
  if (shape.isTimestampSchema()) return readTime(value) ?? wrong("a time");
  if (shape.isBooleanSchema()) return typeof value === "boolean" ? value : wrong("boolean");
  if (shape.isNumericSchema()) return typeof value === "number" ? value : wrong("number");
  if (shape.isStringSchema()) return typeof value === "string" ? value : wrong("string");
  return value;
}

function structFromWire(shape: Shape, value: Json, path: string, problems: string[]): Json {
  const members = new Map<string, [string, Shape]>();
  for (const [name, member] of shape.structIterator()) members.set(wireName(name, member), [name, member]);

  const read: Json = {};
  for (const [key, item] of Object.entries(value)) {
    const found = members.get(key);
    if (found === undefined) problems.push(`${path} should NOT have additional properties: ${key}`);
    else if (item !== null && item !== undefined) read[found[0]] = fromWire(found[1], item, `${path}.${key}`, problems);
  }
  for (const name of requiredMembers(shape)) {
    const given = Object.keys(value).some((key) => members.get(key)?.[0] === name && value[key] !== null);
    if (!given) problems.push(`${path} should have required property '${name}'`);
  }
  if (shape.isUnionSchema() && Object.keys(read).length !== 1) problems.push(`${path} should have exactly one member`);
  return read;
}

/** JSON of a value as the SDK names it. A member that the schema lacks is a mistake in the double, so it throws. */
export function toWire(shape: Shape, value: unknown): unknown {
  if (value === undefined || value === null || shape.isDocumentSchema()) return value;
  if (shape.isListSchema()) return (value as unknown[]).map((item) => toWire(shape.getValueSchema(), item));
  if (shape.isMapSchema()) {
    const entries = Object.entries(value as Json).map(([key, item]) => [key, toWire(shape.getValueSchema(), item)]);
    return Object.fromEntries(entries);
  }
  if (shape.isTimestampSchema()) return writeTime(shape, new Date(value as string | number | Date));
  if (!shape.isStructSchema()) return value;

  const members = new Map<string, Shape>(shape.structIterator());
  const written: Json = {};
  for (const [name, item] of Object.entries(value as Json)) {
    const member = members.get(name);
    if (member === undefined) throw new Error(`${shape.getName()} has no member "${name}".`);
    if (item !== undefined) written[wireName(name, member)] = toWire(member, item);
  }
  return written;
}

function readTime(value: unknown): Date | undefined {
  const time = new Date(typeof value === "number" ? value * 1000 : String(value));
  return Number.isNaN(time.getTime()) ? undefined : time;
}

/** 5 is the SDK's mark of an ISO 8601 time; both protocols' default is seconds since 1970. */
const isoTime = 5;
const writeTime = (shape: Shape, time: Date) =>
  (shape.getSchema() as unknown) === isoTime ? time.toISOString() : time.getTime() / 1000;
