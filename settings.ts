import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { SecretSource } from "./components/notification/ServiceSecret";
import type { Channel, FindingSource, Language, Severity } from "./handlers/alert/types";
import { problemsBetween } from "./settings/between";
import { common, PROTECTION_OFF } from "./settings/common";
import { skippedBy } from "./settings/controlTower";
import type { detection } from "./settings/detection";
import type { floods } from "./settings/floods";
import type { grouping } from "./settings/grouping";
import { type Given, notificationProblems, secretKeys, setSecret } from "./settings/notification";
import { problemsOf, type Show, unknownKey } from "./settings/problems";
import { knownKeys, shapes } from "./settings/roles";

type Parsed = z.output<z.ZodObject<typeof shapes.audit>>;

interface CommonSettings
  extends Omit<z.output<z.ZodObject<typeof common>>, "role">,
    z.output<z.ZodObject<typeof detection>> {
  /** Those that this account has: `absentRegions` are left out, and what Control Tower has skipped. */
  regions: string[];
  /** `regions` without the home region. */
  linkedRegions: string[];
}

/** A channel's settings, and where its token or key comes from. */
type WithSecret<Name extends "slack" | "backlog", Secret extends string> = Omit<
  NonNullable<Parsed[Name]>,
  `${string}SecretArn` | `${string}SecretKeyArn`
> &
  Record<Secret, SecretSource>;

/** Settings of the stack `audit`. At least one of slack, backlog and mail is there. */
export interface AuditSettings
  extends CommonSettings,
    z.output<z.ZodObject<typeof grouping>>,
    z.output<z.ZodObject<typeof floods>> {
  role: "audit";
  severities: Severity[];
  findingSource: FindingSource;
  language: Language;
  slack?: WithSecret<"slack", "token">;
  backlog?: WithSecret<"backlog", "apiKey">;
  accessPortal?: { url: string; roleName?: string };
  mail?: { addresses: string[] };
  alarms: { addresses: string[] };
  requiredChannels: Channel[];
  queueRetentionDays: number;
  /** Where the alarms' pages are read. */
  runbook?: string;
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
  const settings = parseSettings(pulumi.runtime.allConfig(), isConfigSecret, pulumi.getStack());
  if (settings.role === "audit" && !settings.slack && !settings.backlog) {
    void pulumi.log.warn(
      "hakken:mail is the only channel. SNS taking a message is not its arrival: nobody notices a mail lost on its way. Set up Slack or Backlog too.",
    );
  }
  if (!settings.protect) void pulumi.log.warn(PROTECTION_OFF);
  return settings;
}

/**
 * Settings from Pulumi's raw configuration: full keys (`hakken:account`), values as text, objects and lists as JSON.
 * Other namespaces are ignored. Throws pulumi.RunError with a line for each problem; `stack` stands in the commands that mend
 * them, or else they are for the stack that is selected.
 */
export function parseSettings(
  config: Record<string, string>,
  isSecret: (key: string) => boolean,
  stack?: string,
): Settings {
  const raw = rawSettings(config);
  const role = common.role.safeParse(raw.role).data;
  const values: Record<string, unknown> = {};
  const hidden = (key: string) => isSecret(`hakken:${key}`) || secretKeys.some((name) => name === key);
  const show: Show = (key, value) => (hidden(key.split(".")[0] ?? key) ? "the secret" : value);
  // Each setting by itself, so that a problem in one hides none in another.
  const problems = Object.entries<z.ZodType>(role ? shapes[role] : common).flatMap(([key, schema]) => {
    const parsed = schema.safeParse(raw[key]);
    if (parsed.success) values[key] = parsed.data;
    const secret = hidden(key);
    return problemsOf(key, raw[key], parsed.error?.issues ?? [], { secret, known: knownKeys });
  });
  problems.push(
    ...strangers(raw, role),
    ...secretsInClear(raw, isSecret, stack),
    ...duplicates(raw, show),
    ...problemsBetween(values, show),
    ...(role === "audit" ? notificationProblems(givenIn(raw), show, stack) : []),
  );
  if (problems.length > 0) {
    throw new pulumi.RunError(["the settings of this stack are wrong:", ...new Set(problems)].join("\n  "));
  }
  return settled(values as Parsed);
}

function settled(values: Parsed): Settings {
  const { slack, slackToken, backlog, backlogApiKey, mail, requiredChannels, role, ...rest } = values;
  const left = [...rest.absentRegions, ...skippedBy(rest)];
  const regions = rest.regions.filter((name) => !left.includes(name));
  const linkedRegions = regions.filter((name) => name !== rest.homeRegion);
  if (role !== "audit") return { ...rest, role, regions, linkedRegions };
  return {
    ...rest,
    role,
    regions,
    linkedRegions,
    ...(slack && { slack: slackSettings(slack, slackToken) }),
    ...(backlog && { backlog: backlogSettings(backlog, backlogApiKey) }),
    ...(mail && { mail }),
    requiredChannels:
      requiredChannels ?? (["slack", "backlog", "mail"] as const).filter((channel) => values[channel] !== undefined),
  };
}

function slackSettings(
  { tokenSecretArn, tokenSecretKeyArn, ...slack }: NonNullable<Parsed["slack"]>,
  token: Parsed["slackToken"],
): AuditSettings["slack"] {
  return { ...slack, token: sourceOf(token, tokenSecretArn, tokenSecretKeyArn) };
}

function backlogSettings(
  { apiKeySecretArn, apiKeySecretKeyArn, ...backlog }: NonNullable<Parsed["backlog"]>,
  apiKey: Parsed["backlogApiKey"],
): AuditSettings["backlog"] {
  return { ...backlog, apiKey: sourceOf(apiKey, apiKeySecretArn, apiKeySecretKeyArn) };
}

function sourceOf(
  value: pulumi.Output<string> | undefined,
  arn: string | undefined,
  keyArn: string | undefined,
): SecretSource {
  if (arn) return { arn, ...(keyArn && { keyArn }) };
  if (value) return { value };
  throw new Error("hakken: a channel has neither a secret nor the name of one, which should have been found wrong.");
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
    if (!Object.hasOwn(shapes.audit, key)) return [unknownKey(key, knownKeys)];
    if (!role || key in shapes[role]) return [];
    return [`hakken:${key} is a setting of the role audit, not of ${role}: move it to that stack.`];
  });
}

function secretsInClear(raw: Record<string, unknown>, isSecret: (key: string) => boolean, stack?: string): string[] {
  return secretKeys
    .filter((key) => raw[key] !== undefined && !isSecret(`hakken:${key}`))
    .map(
      (key) =>
        `hakken:${key} stands in clear: withdraw it where it was issued, then run ${setSecret(key, stack)} with a new one.`,
    );
}

function duplicates(raw: Record<string, unknown>, show: Show): string[] {
  const lists: Record<string, unknown> = {
    regions: raw.regions,
    absentRegions: raw.absentRegions,
    removeRegions: raw.removeRegions,
    severities: raw.severities,
    requiredChannels: raw.requiredChannels,
    "backlog.categories": (raw.backlog as { categories?: unknown } | undefined)?.categories,
    "backlog.notifiedUsers": (raw.backlog as { notifiedUsers?: unknown } | undefined)?.notifiedUsers,
    "mail.addresses": (raw.mail as { addresses?: unknown } | undefined)?.addresses,
    "alarms.addresses": (raw.alarms as { addresses?: unknown } | undefined)?.addresses,
  };
  return Object.entries(lists).flatMap(([key, given]) =>
    listOf(given)
      .filter((item, index, all) => all.indexOf(item) !== index)
      .map((item) => `hakken:${key}: ${show(key, JSON.stringify(item))} stands there twice: remove one.`),
  );
}

const givenIn = (raw: Record<string, unknown>): Given => ({
  has: (key) => raw[key] !== undefined,
  inside: (key, inner) => (raw[key] as Record<string, unknown> | null | undefined)?.[inner],
  requiredChannels: listOf(raw.requiredChannels),
});

const listOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
