import { markdownTable } from "markdown-table";
import { stringify } from "yaml";
import { z } from "zod";
import { common } from "./common";
import { CHANNEL_SECRETS } from "./existingSecret";
import { notification } from "./notification";
import { DEFAULT_REGIONS, OPT_IN_REGIONS } from "./regions";
import { shapes } from "./roles";
import { unwrapped } from "./shapes";

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
  const objects = Object.entries(settings).filter(([, schema]) => unwrapped(schema) instanceof z.ZodObject);
  const others = Object.entries(settings).filter(([key]) => !objects.some(([object]) => object === key));
  return [
    tableOf(settings),
    example(Object.fromEntries(others.flatMap(([key, schema]) => exampleOf(key, schema)))),
    ...objects.flatMap(([key, schema]) => [
      `### hakken:${key}`,
      schema.meta()?.description ?? "",
      tableOf((unwrapped(schema) as z.ZodObject).shape as Record<string, z.ZodType>),
      example(Object.fromEntries(exampleOf(key, schema))),
    ]),
  ].filter(Boolean);
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
  if (inner instanceof z.ZodArray) return `${words(inner, null)}; each ${allowed(inner.element)}`;
  if (inner instanceof z.ZodRecord) {
    const keys = unwrapped(inner.keyType);
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
