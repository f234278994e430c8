import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { PulumiCommand } from "@pulumi/pulumi/automation";
import { parseDocument } from "yaml";
import { exitCodeOf } from "./cli";
import { EXIT } from "./failure";
import { outputsOf } from "./outputs";

/** Those that must have left a region before any other stack may, the first of all first (stacks/removedRegions.ts). */
const FIRST = ["organization", "management"];

/**
 * Those of the stacks that must leave a region before the ordinary order, in their own: AWS lets a detector go only once no
 * administrator is designated there, and him only once nobody is his member. Empty unless `hakken:removeRegions` names a region that
 * one of them still has.
 */
export const leavingFirst = async (
  stacks: readonly string[],
  where: { cli: PulumiCommand; workDir: string; env?: Record<string, string> },
): Promise<string[]> => {
  const leaving: string[] = [];
  for (const stack of FIRST.filter((name) => stacks.includes(name))) {
    const removed = removedRegions(stack, where.workDir);
    if (removed.length && (await regionsOf(stack, where)).some((region) => removed.includes(region)))
      leaving.push(stack);
  }
  return leaving;
};

/** The stack that leaves a region before this one, where it does so at all. */
export const leftBefore = (stack: string): readonly string[] => FIRST.slice(0, FIRST.indexOf(stack));

/** The regions that a stack noted when it was last deployed; none where there is no such stack, which the run itself says. */
const regionsOf = async (stack: string, where: Parameters<typeof outputsOf>[1]): Promise<unknown[]> => {
  const { outputs } = await outputsOf(stack, where).catch((error) => {
    if (exitCodeOf(error) === EXIT.noSuchStack) return { outputs: {} };
    throw error;
  });
  const { regions } = outputs as { regions?: unknown };
  return Array.isArray(regions) ? regions : [];
};

/** `hakken:removeRegions` of a stack: its own, else the project's. Settings that can't be read name none: the program says what is wrong. */
const removedRegions = (stack: string, workDir: string): unknown[] => {
  const own = settingIn(join(workDir, `Pulumi.${stack}.yaml`));
  const given = own ?? settingIn(join(workDir, "Pulumi.yaml"));
  return Array.isArray(given) ? given : [];
};

const settingIn = (file: string): unknown => {
  if (!existsSync(file)) return undefined;
  const settings = parseDocument(readFileSync(file, "utf8"));
  if (settings.errors.length) return undefined;
  const given = settings.toJS()?.config?.["hakken:removeRegions"];
  return given?.value ?? given?.default ?? given;
};
