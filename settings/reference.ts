import { markdownTable } from "markdown-table";
import { stringify } from "yaml";
import { z } from "zod";
import { common } from "./common";
import { detection } from "./detection";
import { CHANNEL_SECRETS } from "./existingSecret";
import { notification } from "./notification";
import { DEFAULT_REGIONS, OPT_IN_REGIONS } from "./regions";
import { shapes } from "./roles";
import { objectIn, unwrapped } from "./shapes";

/** docs/configuration.md, made of the settings' own schemas: `npm run docs` writes it. */
export function configurationPage(): string {
  const roles = Object.keys(shapes)
    .map((role) => `\`${role}\``)
    .join(", ");
  return `${[
    INTRODUCTION,
    "## Settings of every stack",
    `Of the roles ${roles}.`,
    ...sections(common),
    "## Settings of detection",
    "Of every role too, so that they can stand in `Pulumi.yaml`, once for all stacks: each stack makes of them what is its account's to make.",
    ...sections(detection),
    "## Settings of the stack audit",
    "Of the role `audit` alone: what is told, where, and to whom. At least one of `slack`, `backlog` and `mail`.",
    ...sections(notification),
    "## Regions",
    `Enabled in every account, unless somebody switched them off or a policy denies them: ${DEFAULT_REGIONS.join(", ")}.`,
    `An account must opt in to: ${OPT_IN_REGIONS.join(", ")}.`,
  ].join("\n\n")}\n`;
}

const INTRODUCTION = `# Configuration

<!-- Made by npm run docs, from the schemas in settings/. Change those, not this page. -->

Settings stand in \`Pulumi.<stack>.yaml\` under \`config:\`, each with \`hakken:\` before its name; those that all stacks share, in
\`Pulumi.yaml\`, each under a \`value:\`. A stack file's object or list replaces the one in \`Pulumi.yaml\` as a whole. The stack files of
this repository show every setting as a comment.

All that is wrong is said at once, before anything is done: a wrong value, a mistyped key, settings that contradict each other, and a
secret that stands in clear. Secrets are set by command, never written by hand:

\`\`\`sh
${CHANNEL_SECRETS.map(({ value }) => `pulumi config set --stack audit --secret hakken:${value}`).join("\n")}
\`\`\``;

/** A table of all, then a section for each object with a table of its own. */
function sections(settings: Record<string, z.ZodType>): string[] {
  const entries = Object.entries(settings);
  const others = entries.filter(([, schema]) => !objectIn(schema));
  return [
    entries.length > 0 ? tableOf(settings) : "",
    example(Object.fromEntries(others.flatMap(([key, schema]) => exampleOf(key, schema)))),
    ...entries.flatMap(([key, schema]) => section(`hakken:${key}`, schema, Object.fromEntries(exampleOf(key, schema)))),
  ].filter(Boolean);
}

/** An object, those of a list (`policies[]`) or of a map (`plans.*`), and below it those inside. Nothing for anything else. */
function section(path: string, schema: z.ZodType, shown: Record<string, unknown> = {}): string[] {
  const object = objectIn(schema);
  if (!object) return [];
  const inner = unwrapped(schema);
  const each = inner instanceof z.ZodArray ? "[]" : inner instanceof z.ZodRecord ? ".*" : "";
  const shape = object.shape as Record<string, z.ZodType>;
  return [
    `### ${path}${each}`,
    schema.meta()?.description ?? "",
    tableOf(shape),
    example(shown),
    ...inside(`${path}${each}`, shape),
  ];
}

/** Sections of the objects inside one. Those that have the same keys, such as protection plans, share one. */
function inside(path: string, shape: Record<string, z.ZodType>): string[] {
  const keysIn = (schema: z.ZodType) => Object.keys(objectIn(schema)?.shape ?? {}).join();
  const [first, ...rest] = Object.values(shape);
  const alike = first !== undefined && rest.length > 0 && rest.every((one) => keysIn(one) === keysIn(first));
  if (alike && keysIn(first)) return section(`${path}.*`, first.meta({ description: "Each of them." }));
  return Object.entries(shape).flatMap(([key, below]) => section(`${path}.${key}`, below));
}

const exampleOf = (key: string, schema: z.ZodType): [string, unknown][] => {
  const given = schema.meta()?.example;
  return given === undefined ? [] : [[`hakken:${key}`, given]];
};

const example = (config: Record<string, unknown>): string =>
  Object.keys(config).length > 0
    ? `\`\`\`yaml\n${stringify({ config }, { lineWidth: 0, defaultStringType: "PLAIN", collectionStyle: "any" }).trimEnd()}\n\`\`\``
    : "";

function tableOf(settings: Record<string, z.ZodType>): string {
  const rows = Object.entries(settings).map(([key, schema]) => [
    `\`${key}\``,
    allowed(schema),
    defaultOf(schema),
    `${schema.meta()?.secret ? "**A Pulumi secret.** " : ""}${schema.meta()?.description ?? ""}`,
  ]);
  const cells = [["setting", "what it must be", "default", "meaning"], ...rows].map((row) =>
    row.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")),
  );
  return markdownTable(cells, { padding: true, alignDelimiters: false });
}

function defaultOf(schema: z.ZodType): string {
  const words = schema.meta()?.defaultMeaning;
  if (words) return words;
  const value = defaultValue(schema);
  if (value !== undefined)
    return [value]
      .flat()
      .map((one) => `\`${one}\``)
      .join(", ");
  return schema.safeParse(undefined).success ? "none" : "**required**";
}

function defaultValue(schema: z.core.$ZodType): unknown {
  if (schema instanceof z.ZodDefault) return schema.def.defaultValue;
  return schema instanceof z.ZodPipe ? defaultValue(schema.in) : undefined;
}

/** The words of the schema's own errors. */
function allowed(schema: z.core.$ZodType): string {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodObject) return words(inner, null);
  if (inner instanceof z.ZodArray)
    return objectIn(inner) ? words(inner, null) : `${words(inner, null)}; each ${allowed(inner.element)}`;
  if (inner instanceof z.ZodRecord) {
    const keys = unwrapped(inner.keyType);
    if (objectIn(inner)) return words(inner, null);
    return keys instanceof z.ZodEnum
      ? words(inner, null)
      : `${words(keys, "")}; each value ${allowed(inner.valueType)}`;
  }
  // The long lists are of regions: they stand once, at the end.
  if (inner instanceof z.ZodEnum && inner.options.length > 10) {
    return `${words(inner, null).split(":")[0]} ([regions](#regions))`;
  }
  return words(inner, null);
}

/** What a schema says of a value that is wrong, without "it must be". */
function words(schema: z.core.$ZodType, wrong: unknown): string {
  const message = z.safeParse(schema, wrong).error?.issues[0]?.message ?? "";
  return message.replace(/^it must be /, "");
}
