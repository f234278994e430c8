import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import type { ResourceType, Shape } from "./resource";

/** What @pulumi/aws declares of a type, as far as the provider needs it. */
export interface Declared {
  /** Inputs that take an IAM policy document as text or as an object. */
  readonly documents: ReadonlySet<string>;
  /** Outputs that always have a value. */
  readonly outputs: readonly string[];
  readonly hasRegion: boolean;
}

const packageFolder = path.dirname(createRequire(__filename).resolve("@pulumi/aws/package.json"));
const cache = new Map<string, string>();

/** Files that are named otherwise than their types. */
const FILES: Readonly<Record<string, string>> = { "guardduty/iPSet": "guardduty/ipset" };

/** The file of @pulumi/aws, without its ending, that a token's type stands in. */
export function fileOf(token: string): string {
  const [, file = ""] = token.split(":");
  return FILES[file] ?? file;
}

function declarations(file: string): string {
  const known = cache.get(file);
  if (known !== undefined) return known;
  const text = readFileSync(path.join(packageFolder, `${file}.d.ts`), "utf8");
  cache.set(file, text);
  return text;
}

/** The text between the braces of a declaration, found by its first words; undefined where there is none. */
function body(text: string, start: string, from = 0): string | undefined {
  const at = text.indexOf(start, from);
  if (at < 0) return undefined;
  const indent = start.match(/^\n( *)/)?.[1] ?? "";
  return text.slice(at + start.length, text.indexOf(`\n${indent}}`, at + 1));
}

function declaredType(interfaceBody: string, name: string): string | undefined {
  return interfaceBody.match(new RegExp(`\\n +${name}\\??: ([^;]*);`))?.[1];
}

/** Names of a shape that @pulumi/aws does not have, with their paths. Blocks are followed into types/input.d.ts. */
function unknownNames(shape: Shape, interfaceBody: string, prefix: string): string[] {
  return Object.entries(shape).flatMap(([name, inner]) => {
    const type = declaredType(interfaceBody, name);
    if (type === undefined) return [`${prefix}${name}`];
    if (inner === true) return [];
    const [, namespace, block] = type.match(/inputs\.(\w+)\.(\w+)/) ?? [];
    if (!namespace || !block) return [`${prefix}${name} (not a block: ${type})`];
    const inputs = declarations("types/input");
    const innerBody = body(
      inputs,
      `\n    interface ${block} {`,
      inputs.indexOf(`\nexport declare namespace ${namespace} {`),
    );
    return innerBody === undefined
      ? [`${prefix}${name} (no ${block})`]
      : unknownNames(inner, innerBody, `${prefix}${name}.`);
  });
}

/** Reads what @pulumi/aws declares for `token` ("aws:sqs/queue:Queue"). Throws when the table names an input it lacks. */
export function declared(token: string, type: ResourceType): Declared {
  const name = token.split(":")[2] ?? "";
  const text = declarations(fileOf(token));
  const args = body(text, `\nexport interface ${name}Args {`);
  const outputs = body(text, `\nexport declare class ${name} extends`);
  if (args === undefined || outputs === undefined) throw new Error(`${token}: @pulumi/aws has no such type`);

  const unknown = [
    ...unknownNames(type.inputs, args, ""),
    ...[...(type.replaceOn ?? []), ...(type.json ?? []), ...(type.policies ?? [])].filter(
      (input) => !(input in type.inputs),
    ),
  ];
  if (unknown.length > 0) throw new Error(`${token}: @pulumi/aws has no input ${unknown.join(", ")}`);

  if (/readonly tagsAll:/.test(outputs) !== (type.tags !== undefined && "tags" in type.inputs))
    throw new Error(`${token}: every type that takes tags must be tagged, since defaultTags hold for all of them`);

  return {
    documents: new Set(
      Object.keys(type.inputs).filter((input) => /PolicyDocument/.test(declaredType(args, input) ?? "")),
    ),
    outputs: [...outputs.matchAll(/\n {4}readonly (\w+): pulumi\.Output<([^\n]*)>;/g)]
      .filter(([, , outputType]) => !/\| undefined$/.test(outputType ?? ""))
      .map(([, output]) => output ?? ""),
    hasRegion: declaredType(args, "region") !== undefined,
  };
}

/** The version of @pulumi/aws, which is also the version of the provider that it asks for. */
export function awsVersion(): string {
  return JSON.parse(readFileSync(path.join(packageFolder, "package.json"), "utf8")).version;
}
