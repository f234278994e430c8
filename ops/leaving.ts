import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { PulumiCommand } from "@pulumi/pulumi/automation";
import { parseDocument } from "yaml";
import { ask, exitCodeOf } from "./cli";
import { EXIT } from "./failure";
import { accountOf } from "./stacks";

/** Those that must have left a region before any other stack of the organization may, the first of all first (stacks/removedRegions.ts). */
const FIRST = ["organization", "management"];

interface Where {
  cli: PulumiCommand;
  workDir: string;
  env?: Record<string, string>;
}

/**
 * Those of the stacks that must leave a region before the ordinary order, in their own: AWS lets a detector go only once no
 * administrator is designated there, him only once nobody is his member, and an invited account leaves him by itself, before he sends
 * everybody else away. Empty unless `hakken:removeRegions` names a region that one of them still has.
 */
export const leavingFirst = async (stacks: readonly string[], where: Where): Promise<string[]> => {
  const leaving: string[] = [];
  const invited = stacks.filter((stack) => isInvited(stack, where.workDir));
  for (const stack of [...invited, ...FIRST.filter((name) => stacks.includes(name))]) {
    const removed = removedRegions(stack, where.workDir);
    if (removed.length && (await isIn(removed, stack, where))) leaving.push(stack);
  }
  return leaving;
};

/** Of those, the ones that leave before this one: of a stack of an invited account none, of the others all above. */
export const leftBefore =
  (leaving: readonly string[]) =>
  (stack: string): readonly string[] =>
    FIRST.includes(stack) ? leaving.slice(0, leaving.indexOf(stack)) : [];

interface State {
  deployment?: { resources?: { urn: string; inputs?: { region?: unknown } }[] };
}

/**
 * Whether a stack holds anything in one of these regions, by its state: what it noted in its outputs is noted before the engine deletes,
 * and so also where AWS refused that. False where there is no such stack, which the run itself says.
 */
const isIn = async (regions: readonly string[], stack: string, { cli, ...where }: Where): Promise<boolean> => {
  const state = await ask(cli, ["stack", "export", "--stack", stack], where).catch((error) => {
    if (exitCodeOf(error) === EXIT.noSuchStack) return "{}";
    throw error;
  });
  const { resources = [] } = (JSON.parse(state) as State).deployment ?? {};
  // By its name where it is of that region and made from another, as the reconciler's duties are.
  return resources.some(({ urn, inputs }) =>
    regions.some((region) => inputs?.region === region || urn.endsWith(`-${region}`)),
  );
};

const removedRegions = (stack: string, workDir: string): string[] =>
  listOf("hakken:removeRegions", stack, workDir).filter((one): one is string => typeof one === "string");

/** Whether a stack's account is one of `hakken:invitedAccounts`. */
const isInvited = (stack: string, workDir: string): boolean => {
  const account = accountOf(stack, workDir);
  const invited = listOf("hakken:invitedAccounts", stack, workDir) as ({ account?: unknown } | null)[];
  return account !== undefined && invited.some((one) => one?.account === account);
};

/** A setting of a stack that is a list: its own, else the project's. Settings that can't be read are empty: the program says what is wrong. */
const listOf = (key: string, stack: string, workDir: string): unknown[] => {
  const own = settingIn(join(workDir, `Pulumi.${stack}.yaml`), key);
  const given = own ?? settingIn(join(workDir, "Pulumi.yaml"), key);
  return Array.isArray(given) ? given : [];
};

const settingIn = (file: string, key: string): unknown => {
  if (!existsSync(file)) return undefined;
  const settings = parseDocument(readFileSync(file, "utf8"));
  if (settings.errors.length) return undefined;
  const given = settings.toJS()?.config?.[key];
  return given?.value ?? given?.default ?? given;
};
