import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { PulumiCommand } from "@pulumi/pulumi/automation";
import { parseDocument } from "yaml";
import { exitCodeOf } from "./cli";
import { EXIT } from "./failure";
import { outputsOf } from "./outputs";
import { accountOf } from "./stacks";

/** Those that must have left a region before any other stack of the organization may, the first of all first (stacks/removedRegions.ts). */
const FIRST = ["organization", "management"];

/**
 * Those of the stacks that must leave a region before the ordinary order, in their own: AWS lets a detector go only once no
 * administrator is designated there, him only once nobody is his member, and an invited account leaves him by itself, before he sends
 * everybody else away. Empty unless `hakken:removeRegions` names a region that one of them still has.
 */
export const leavingFirst = async (
  stacks: readonly string[],
  where: { cli: PulumiCommand; workDir: string; env?: Record<string, string> },
): Promise<string[]> => {
  const leaving: string[] = [];
  const invited = stacks.filter((stack) => isInvited(stack, where.workDir));
  for (const stack of [...invited, ...FIRST.filter((name) => stacks.includes(name))]) {
    const removed = removedRegions(stack, where.workDir);
    if (removed.length && (await regionsOf(stack, where)).some((region) => removed.includes(region)))
      leaving.push(stack);
  }
  return leaving;
};

/** Of those, the ones that leave before this one: of a stack of an invited account none, of the others all above. */
export const leftBefore =
  (leaving: readonly string[]) =>
  (stack: string): readonly string[] =>
    FIRST.includes(stack) ? leaving.slice(0, leaving.indexOf(stack)) : [];

/** The regions that a stack noted when it was last deployed; none where there is no such stack, which the run itself says. */
const regionsOf = async (stack: string, where: Parameters<typeof outputsOf>[1]): Promise<unknown[]> => {
  const { outputs } = await outputsOf(stack, where).catch((error) => {
    if (exitCodeOf(error) === EXIT.noSuchStack) return { outputs: {} };
    throw error;
  });
  const { regions } = outputs as { regions?: unknown };
  return Array.isArray(regions) ? regions : [];
};

const removedRegions = (stack: string, workDir: string): unknown[] => listOf("hakken:removeRegions", stack, workDir);

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
