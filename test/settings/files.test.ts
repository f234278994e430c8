import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { z } from "zod";
import { parseSettings } from "../../settings";
import { CHANNEL_SECRETS } from "../../settings/existingSecret";
import { configurationPage } from "../../settings/reference";
import { knownKeys, shapes } from "../../settings/roles";
import { objectIn } from "../../settings/shapes";
import { handedOver, problemsOf, secrets } from "./configs";

const read = (file: string) => readFileSync(`${__dirname}/../../${file}`, "utf8");
const STACKS = ["audit", "management", "organization", "prod"];

/** Each example that is commented out: a line "# hakken:key: ..." with the deeper ones below it. */
function examplesIn(yaml: string): string[] {
  return [...yaml.matchAll(/^ {2}# (hakken:\w+:.*(?:\n {2}# {3}.*)*)/gm)].map(([, text = ""]) =>
    text.replaceAll(/^ {2}# /gm, ""),
  );
}

/** The examples of Pulumi.yaml, whose values stand one level deeper. */
const shared = (): string[] =>
  examplesIn(read("Pulumi.yaml")).map((text) => {
    const [entry] = Object.entries(parse(text) as Record<string, { value: unknown }>);
    if (!entry) throw new Error(`Pulumi.yaml has an example that is none: ${text}`);
    return `${entry[0]}: ${JSON.stringify(entry[1].value)}`;
  });

const asConfig = (example: string) => handedOver(`config:\n${example.replaceAll(/^/gm, "  ")}\n`);

/** With the secrets that somebody would have set. */
function withSecrets(config: Record<string, string>): Record<string, string> {
  const set = CHANNEL_SECRETS.filter(({ channel, arn }) => {
    const given = config[`hakken:${channel}`];
    return given !== undefined && !(arn in JSON.parse(given));
  });
  return { ...config, ...Object.fromEntries(set.map(({ value }) => [`hakken:${value}`, "secret"])) };
}

/** A setting and all that stands inside it, lists and maps of objects too. */
function below(path: string, schema: z.ZodType): [string, z.ZodType][] {
  const inner = Object.entries((objectIn(schema)?.shape ?? {}) as Record<string, z.ZodType>);
  return [[path, schema], ...inner.flatMap(([key, one]) => below(`${path}.${key}`, one))];
}

describe("the stack files", () => {
  it.each(STACKS)("Pulumi.%s.yaml is right as it stands, once its secrets are set", (stack) => {
    const settings = parseSettings(withSecrets(handedOver(read(`Pulumi.${stack}.yaml`))), secrets);

    expect(settings.role).toBe(stack === "prod" ? "member" : stack);
  });

  it.each(
    STACKS.flatMap((stack) => {
      const others = stack === "audit" ? shared() : [];
      return [...examplesIn(read(`Pulumi.${stack}.yaml`)), ...others].map((example) => [stack, example] as const);
    }),
  )("%s takes the example %s", (stack, example) => {
    const regions = { "hakken:regions": '["ap-northeast-1","ap-northeast-3","us-east-1"]' };
    const home: Record<string, string> = example.includes("us-west-2") ? { "hakken:homeRegion": "us-east-1" } : {};
    const config = { ...regions, ...handedOver(read(`Pulumi.${stack}.yaml`)), ...home, ...asConfig(example) };

    expect(problemsOf(withSecrets(config))).toEqual([]);
  });

  it("show every setting, commented out or not", () => {
    const files = [...STACKS.map((stack) => `Pulumi.${stack}.yaml`), "Pulumi.yaml"].map(read);
    const examples = [...files.flatMap(examplesIn), ...shared()].map(asConfig);
    const standing = STACKS.map((stack) => handedOver(read(`Pulumi.${stack}.yaml`)));

    const shown = [...examples, ...standing].flatMap((config) =>
      Object.entries(config).flatMap(([key, value]) => {
        const objects: unknown[] = /^[{[]/.test(value) ? [JSON.parse(value)].flat() : [];
        const inner = objects.flatMap((one) => (typeof one === "object" && one !== null ? Object.keys(one) : []));
        return [key, ...inner.map((name) => `${key}.${name}`)];
      }),
    );
    const bySecretCommand = CHANNEL_SECRETS.map(({ value }) => value as string);
    // Of a map of severities not each one.
    const settings = knownKeys.filter((key) => key.split(".").length <= 2 && !bySecretCommand.includes(key));
    const missing = settings.filter((key) => !shown.includes(`hakken:${key}`));
    expect(missing).toEqual([]);
  });

  it("name AWS's documentation accounts alone", () => {
    const accounts = STACKS.flatMap((stack) => read(`Pulumi.${stack}.yaml`).match(/\b\d{12}\b/g) ?? []);

    expect(new Set(accounts)).toEqual(new Set(["111122223333", "444455556666", "777788889999"]));
  });
});

describe("docs/configuration.md", () => {
  it("is what npm run docs makes of the settings", () => {
    expect(read("docs/configuration.md")).toBe(configurationPage());
  });

  it("says of each setting, the inner ones too, what it means", () => {
    const silent = Object.entries(shapes.audit).flatMap(([key, schema]) => {
      return below(key, schema)
        .filter(([, one]) => !one.meta()?.description)
        .map(([name]) => name);
    });

    expect(silent).toEqual([]);
  });

  it("shows examples that are right", () => {
    const blocks = [...configurationPage().matchAll(/```yaml\n(config:[^`]*)```/g)].map(([, text = ""]) => text);
    expect(blocks.length).toBeGreaterThan(5);

    for (const block of blocks) {
      const config = { ...handedOver(read("Pulumi.audit.yaml")), ...handedOver(block) };
      expect(problemsOf(withSecrets(config)), block).toEqual([]);
    }
  });
});
