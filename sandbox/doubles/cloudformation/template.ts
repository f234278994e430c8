import { ServiceError } from "../controlPlane/errors";

/** A template as far as the double knows the language: JSON, parameters, conditions, and the functions of `resolve`. */
export interface Template {
  Parameters?: Record<string, { Type: string; Default?: string }>;
  Conditions?: Record<string, unknown>;
  Resources: Record<string, TemplateResource>;
}

export interface TemplateResource {
  Type: string;
  Properties?: Record<string, unknown>;
  DependsOn?: string | string[];
  Condition?: string;
  DeletionPolicy?: "Delete" | "Retain";
  UpdateReplacePolicy?: string;
}

/** Where a stack stands, and with what. */
export interface Place {
  account: string;
  region: string;
  parameters: Readonly<Record<string, string>>;
}

/** A resource as it is to be in one place. */
export interface Wanted {
  logicalId: string;
  type: string;
  properties: Record<string, unknown>;
  /** Those to be made before. */
  after: string[];
  retain: boolean;
}

export const invalid = (message: string) => new ServiceError("ValidationError", 400, message);

const SECTIONS = ["AWSTemplateFormatVersion", "Description", "Parameters", "Conditions", "Resources"];
const PARTS = ["Type", "Properties", "DependsOn", "Condition", "DeletionPolicy", "UpdateReplacePolicy"];
/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const LARGEST = 51_200;

/** Reads a template, and refuses what CloudFormation refuses at once: what it can't read, and types that it doesn't know. */
export function parsed(body: string, knownTypes: readonly string[]): Template {
  if (body.length > LARGEST) throw invalid(`Template may not exceed ${LARGEST} bytes in size.`);
  const template = read(body);
  const strange = Object.keys(template).filter((name) => !SECTIONS.includes(name));
  if (strange.length > 0) throw invalid(`Invalid template property or properties [${strange.join(", ")}]`);
  const resources = Object.entries(template.Resources ?? {});
  if (resources.length === 0) throw invalid("Template format error: At least one Resources member must be defined.");
  for (const [id, resource] of resources) {
    if (!/^[A-Za-z0-9]+$/.test(id)) throw invalid(`Template format error: Resource name ${id} is non alphanumeric.`);
    const unknown = Object.keys(resource).filter((part) => !PARTS.includes(part));
    if (unknown.length > 0) throw invalid(`Invalid template resource property '${unknown[0]}'`);
    if (resource.Condition !== undefined && !(resource.Condition in (template.Conditions ?? {})))
      throw invalid(
        `Template format error: Unresolved condition dependency ${resource.Condition} in the Resources block`,
      );
    for (const other of [resource.DependsOn ?? []].flat())
      if (!(other in template.Resources))
        throw invalid(`Template format error: Unresolved resource dependencies [${other}] in the Resources block`);
  }
  const types = [...new Set(resources.map(([, { Type }]) => Type).filter((type) => !knownTypes.includes(type)))];
  if (types.length > 0) throw invalid(`Template format error: Unrecognized resource types: [${types.join(", ")}]`);
  return template;
}

function read(body: string): Template {
  try {
    return JSON.parse(body) as Template;
  } catch {
    throw invalid("Template format error: JSON not well-formed.");
  }
}

/** Parameters given and by default. Refuses one that the template lacks, and a missing one. */
export function parametersOf(template: Template, given: Readonly<Record<string, string>>): Record<string, string> {
  const declared = template.Parameters ?? {};
  const strange = Object.keys(given).filter((name) => !(name in declared));
  if (strange.length > 0) throw invalid(`Parameters: [${strange.join(", ")}] do not exist in the template`);
  const missing = Object.keys(declared).filter(
    (name) => given[name] === undefined && declared[name]?.Default === undefined,
  );
  if (missing.length > 0) throw invalid(`Parameters: [${missing.join(", ")}] must have values`);
  return Object.fromEntries(
    Object.entries(declared).map(([name, { Default }]) => [name, given[name] ?? Default ?? ""]),
  );
}

/** The resources of a stack in one place, in no order. */
export function wantedIn(template: Template, place: Place): Wanted[] {
  const holds = (name: string): boolean => truth(template.Conditions?.[name], template, place);
  return Object.entries(template.Resources)
    .filter(([, { Condition }]) => Condition === undefined || holds(Condition))
    .map(([logicalId, resource]) => {
      const refers = new Set([resource.DependsOn ?? []].flat());
      const properties = resolve(resource.Properties ?? {}, template, place, refers) as Record<string, unknown>;
      const after = [...refers].filter((id) => conditionHolds(template.Resources[id], holds));
      return { logicalId, type: resource.Type, properties, after, retain: resource.DeletionPolicy === "Retain" };
    });
}

const conditionHolds = (resource: TemplateResource | undefined, holds: (name: string) => boolean) =>
  resource !== undefined && (resource.Condition === undefined || holds(resource.Condition));

const NOTHING = Symbol("AWS::NoValue");
type Json = Record<string, unknown>;

function resolve(value: unknown, template: Template, place: Place, refers: Set<string>): unknown {
  const inner = (one: unknown) => resolve(one, template, place, refers);
  if (Array.isArray(value)) return value.map(inner).filter((one) => one !== NOTHING);
  if (typeof value !== "object" || value === null) return value;
  const [name = "", argument] = Object.entries(value)[0] ?? [];
  if (name === "Ref") return reference(String(argument), template, place, refers);
  if (name === "Fn::Join") {
    const [between, parts] = argument as [string, unknown[]];
    return parts.map((part) => String(inner(part))).join(between);
  }
  if (name === "Fn::If") {
    const [condition, yes, no] = argument as [string, unknown, unknown];
    return inner(truth(template.Conditions?.[condition], template, place) ? yes : no);
  }
  if (name.startsWith("Fn::")) throw invalid(`Template error: the sandbox does not have ${name}`);
  const entries = Object.entries(value as Json).map(([key, one]) => [key, inner(one)] as const);
  return Object.fromEntries(entries.filter(([, one]) => one !== NOTHING));
}

function reference(name: string, template: Template, place: Place, refers: Set<string>): unknown {
  if (name === "AWS::AccountId") return place.account;
  if (name === "AWS::Region") return place.region;
  if (name === "AWS::Partition") return "aws";
  if (name === "AWS::NoValue") return NOTHING;
  if (name in place.parameters) return place.parameters[name];
  if (!(name in template.Resources))
    throw invalid(`Template format error: Unresolved resource dependencies [${name}] in the Resources block`);
  refers.add(name);
  return name;
}

function truth(condition: unknown, template: Template, place: Place): boolean {
  const [name = "", argument] = Object.entries((condition ?? {}) as Json)[0] ?? [];
  const all = () => (argument as unknown[]).map((one) => truth(one, template, place));
  if (name === "Condition") return truth(template.Conditions?.[String(argument)], template, place);
  if (name === "Fn::Equals") {
    const [left, right] = (argument as unknown[]).map((one) => resolve(one, template, place, new Set()));
    return left === right;
  }
  if (name === "Fn::Not") return !all()[0];
  if (name === "Fn::And") return all().every(Boolean);
  if (name === "Fn::Or") return all().some(Boolean);
  throw invalid(`Template error: ${name || "an empty value"} is no condition`);
}
