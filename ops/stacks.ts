import { readdirSync } from "node:fs";
import { inOrder, inReverse } from "../stacks/order";
import type { Command } from "./deploy";

/**
 * Names of the stacks in the order of the command: for "all" each that has a settings file in `workDir`, else those named,
 * each of which must have one. Throws an error that lists the names there are.
 */
export const chosenStacks = (command: Command, named: readonly string[], workDir: string): string[] => {
  const known = readdirSync(workDir).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
  const all = named.length === 0 || named.includes("all");
  const unknown = named.filter((name) => name !== "all" && !known.includes(name));
  if (unknown.length) {
    throw new Error(
      `No settings for ${unknown.map((name) => `"${name}"`).join(", ")}: there is no ${unknown
        .map((name) => `Pulumi.${name}.yaml`)
        .join(", ")}. Stacks with settings: ${inOrder(known).join(", ") || "none"}.`,
    );
  }
  const chosen = all ? known : [...new Set(named)];
  if (!chosen.length) throw new Error(`No Pulumi.<stack>.yaml in ${workDir}: nothing to do.`);
  return command === "destroy" ? inReverse(chosen) : inOrder(chosen);
};
