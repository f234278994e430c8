import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { Channel, Language, Severity } from "./handlers/alert/types";
import { notification, notificationProblems, secretKeys } from "./settings/notification";
import { problemsOf, unknownKey } from "./settings/problems";
import { DEFAULT_REGIONS, KNOWN_REGIONS } from "./settings/regions";
import { keysOf, list, oneOf, text } from "./settings/shapes";

const region = z.enum(
  KNOWN_REGIONS,
  `it must be a region that hakken knows: correct or remove it. Known: ${KNOWN_REGIONS.join(", ")}`,
);
const stack = text(
  /^[^/\s]+\/[^/\s]+\/[^/\s]+$/,
  'it must be the full name of a stack, organization/project/stack (outside Pulumi Cloud the organization is called "organization")',
);

/** Settings of every stack. */
const common = {
  /** Which stack this is. `prod`, like every other workload account, is a `member`. Required. */
  role: oneOf(["audit", "management", "organization", "member"]),
  /** The account that this stack runs in, 12 digits; Pulumi stops if the credentials are of another one. Required. */
  account: text(/^\d{12}$/, 'it must be the 12 digits of an account id, in quotes, such as "111122223333"'),
  /** Profile of the shared AWS files whose credentials are used. Default: what the environment gives. */
  profile: text(/^\S(.*\S)?$/, "it must be the name of a profile in ~/.aws/config").optional(),
  /** The region where findings are gathered, and told from; the same in every stack. Default: ap-northeast-1. */
  homeRegion: z
    .enum(
      DEFAULT_REGIONS,
      `it must be one of the regions that are enabled by default, since Security Hub takes no other as home: ${DEFAULT_REGIONS.join(", ")}`,
    )
    .default("ap-northeast-1"),
  /** The regions to watch, the home region among them; the same in every stack. Default: the 17 that are enabled by default. */
  regions: list(region, "it must be a list of regions").default([...DEFAULT_REGIONS]),
  /** Full names of the stacks whose outputs this one needs. Default: the stacks `audit` and `management` of this project. */
  stacks: z
    .strictObject(
      { audit: stack.optional(), management: stack.optional() },
      "it must be an object with the keys audit and management",
    )
    .default({}),
};

const shapes = { audit: { ...common, ...notification }, management: common, organization: common, member: common };
const knownKeys = Object.entries(shapes.audit).flatMap(([key, schema]) => [
  key,
  ...keysOf(schema).map((inner) => `${key}.${inner}`),
]);

type Parsed = z.output<z.ZodObject<typeof shapes.audit>>;

interface CommonSettings extends Omit<z.output<z.ZodObject<typeof common>>, "role"> {
  /** `regions` without the home region. */
  linkedRegions: string[];
}

/** Settings of the stack `audit`. At least one of slack, backlog and mail is there. */
export interface AuditSettings extends CommonSettings {
  role: "audit";
  severities: Severity[];
  language: Language;
  slack?: { apiUrl: string; channel: string; token: pulumi.Output<string> };
  backlog?: NonNullable<Parsed["backlog"]> & { apiKey: pulumi.Output<string> };
  accessPortal?: { url: string; roleName?: string };
  mail?: { addresses: string[] };
  alarms: { addresses: string[] };
  requiredChannels: Channel[];
}

/** Settings of the stacks `management`, `organization`, and of each member's. */
export interface PlainSettings extends CommonSettings {
  role: "management" | "organization" | "member";
}

export type Settings = AuditSettings | PlainSettings;

// Exported by Pulumi's runtime, but left out of its declarations as internal: nothing declared tells of a value whether it came encrypted.
const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };

/** The settings of the stack that Pulumi runs. Throws one error, which lists all problems; Pulumi shows it without a stack trace. */
export function readSettings(): Settings {
  const settings = parseSettings(pulumi.runtime.allConfig(), isConfigSecret);
  if (settings.role === "audit" && !settings.slack && !settings.backlog) {
    void pulumi.log.warn(
      "hakken:mail is the only channel. SNS taking a message is not its arrival: nobody notices a mail lost on its way. Set up Slack or Backlog too.",
    );
  }
  return settings;
}

/**
 * Settings from Pulumi's raw configuration: full keys (`hakken:account`), values as text, objects and lists as JSON.
 * Other namespaces are ignored. Throws pulumi.RunError with a line for each problem.
 */
export function parseSettings(config: Record<string, string>, isSecret: (key: string) => boolean): Settings {
  const raw = rawSettings(config);
  const role = common.role.safeParse(raw.role).data;
  const values: Record<string, unknown> = {};
  // Each setting by itself, so that a problem in one hides none in another.
  const problems = Object.entries<z.ZodType>(role ? shapes[role] : common).flatMap(([key, schema]) => {
    const parsed = schema.safeParse(raw[key]);
    if (parsed.success) values[key] = parsed.data;
    const secret = isSecret(`hakken:${key}`) || secretKeys.some((name) => name === key);
    return problemsOf(key, raw[key], parsed.error?.issues ?? [], { secret, known: knownKeys });
  });
  problems.push(
    ...strangers(raw, role),
    ...secretsInClear(raw, isSecret),
    ...duplicates(raw),
    ...regionProblems(values),
    ...(role === "audit" ? notificationProblems((key) => raw[key] !== undefined, listOf(raw.requiredChannels)) : []),
  );
  if (problems.length > 0) {
    throw new pulumi.RunError(["the settings of this stack are wrong:", ...new Set(problems)].join("\n  "));
  }
  return settled(values as Parsed);
}

function settled(values: Parsed): Settings {
  const { slack, slackToken, backlog, backlogApiKey, mail, requiredChannels, role, ...rest } = values;
  const linkedRegions = rest.regions.filter((name) => name !== rest.homeRegion);
  if (role !== "audit") return { ...rest, role, linkedRegions };
  return {
    ...rest,
    role,
    linkedRegions,
    ...(slack && slackToken && { slack: { ...slack, token: slackToken } }),
    ...(backlog && backlogApiKey && { backlog: { ...backlog, apiKey: backlogApiKey } }),
    ...(mail && { mail }),
    requiredChannels:
      requiredChannels ?? (["slack", "backlog", "mail"] as const).filter((channel) => values[channel] !== undefined),
  };
}

/** The settings of our namespace. Pulumi hands an object or a list over as JSON, everything else as it stands. */
function rawSettings(config: Record<string, string>): Record<string, unknown> {
  const value = (given: string): unknown => {
    if (!/^[[{]/.test(given)) return given;
    try {
      return JSON.parse(given);
    } catch {
      return given; // no JSON: the setting's own shape says what it must be
    }
  };
  return Object.fromEntries(
    Object.entries(config)
      .filter(([key]) => key.startsWith("hakken:"))
      .map(([key, given]) => [key.slice("hakken:".length), value(given)]),
  );
}

/** Keys that no setting has, or that are another role's. */
function strangers(raw: Record<string, unknown>, role: Settings["role"] | undefined): string[] {
  return Object.keys(raw).flatMap((key) => {
    if (!(key in shapes.audit)) return [unknownKey(key, knownKeys)];
    if (key in common || !role || role === "audit") return [];
    return [`hakken:${key} is a setting of the role audit, not of ${role}: move it to that stack.`];
  });
}

function secretsInClear(raw: Record<string, unknown>, isSecret: (key: string) => boolean): string[] {
  return secretKeys
    .filter((key) => raw[key] !== undefined && !isSecret(`hakken:${key}`))
    .map(
      (key) =>
        `hakken:${key} stands in clear: withdraw it where it was issued, then run pulumi config set --secret hakken:${key} with a new one.`,
    );
}

function regionProblems({ homeRegion, regions }: Partial<Parsed>): string[] {
  if (!homeRegion || !regions) return [];
  if (!regions.includes(homeRegion)) {
    return [`hakken:regions lacks the home region: add ${homeRegion}, or set hakken:homeRegion to another one.`];
  }
  if (regions.every((name) => name === homeRegion)) {
    return [
      `hakken:regions is ${homeRegion} alone: add another region, since Security Hub's central configuration needs one to link.`,
    ];
  }
  return [];
}

function duplicates(raw: Record<string, unknown>): string[] {
  const lists: Record<string, unknown> = {
    regions: raw.regions,
    severities: raw.severities,
    requiredChannels: raw.requiredChannels,
    "mail.addresses": (raw.mail as { addresses?: unknown } | undefined)?.addresses,
    "alarms.addresses": (raw.alarms as { addresses?: unknown } | undefined)?.addresses,
  };
  return Object.entries(lists).flatMap(([key, given]) =>
    listOf(given)
      .filter((item, index, all) => all.indexOf(item) !== index)
      .map((item) => `hakken:${key}: ${JSON.stringify(item)} stands there twice: remove one.`),
  );
}

const listOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
