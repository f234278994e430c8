import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { inOrder, inReverse } from "../stacks/order";
import { Misuse } from "./failure";

/**
 * Names of the stacks in the order of the command: for "all" each that has a settings file in `workDir`, else those named,
 * each of which must have one. Throws Misuse, which lists the names there are.
 */
export const chosenStacks = (command: string, named: readonly string[], workDir: string): string[] => {
  const known = readdirSync(workDir).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
  const all = named.length === 0 || named.includes("all");
  const unknown = named.filter((name) => name !== "all" && !known.includes(name));
  if (unknown.length) {
    throw new Misuse(
      `No settings for ${unknown.map((name) => `"${name}"`).join(", ")}: there is no ${unknown
        .map((name) => `Pulumi.${name}.yaml`)
        .join(", ")}. Stacks with settings: ${inOrder(known).join(", ") || "none"}.${spaces(named)}`,
    );
  }
  const chosen = all ? known : [...new Set(named)];
  if (!chosen.length) throw new Misuse(`No Pulumi.<stack>.yaml in ${workDir}: nothing to do.`);
  return command === "destroy" ? inReverse(chosen) : inOrder(chosen);
};

const spaces = (named: readonly string[]): string => {
  if (!named.some((name) => name.includes(","))) return "";
  const names = named.flatMap((name) => name.split(",")).filter(Boolean);
  return ` Several are named with spaces between the names: --stack ${names.join(" ")}`;
};

/** The account that a stack's settings file names. Undefined where there is none, or no readable file: Pulumi and the program say so. */
export const accountOf = (stack: string, workDir: string): string | undefined =>
  textOf(stack, workDir, ["config", "hakken:account"]);

/** The role that a stack's settings file names, as `accountOf` does. */
export const roleOf = (stack: string, workDir: string): string | undefined =>
  textOf(stack, workDir, ["config", "hakken:role"]);

/** What encrypts a stack's secrets, as its settings file names it: "awskms://...". Undefined where it names nothing. */
export const secretsProviderOf = (stack: string, workDir: string): string | undefined =>
  textOf(stack, workDir, ["secretsprovider"]);

const textOf = (stack: string, workDir: string, path: readonly string[]): string | undefined => {
  const file = join(workDir, `Pulumi.${stack}.yaml`);
  if (!existsSync(file)) return undefined;
  const settings = parseDocument(readFileSync(file, "utf8"));
  const value = settings.errors.length ? undefined : settings.getIn(path);
  return typeof value === "string" ? value : undefined;
};
