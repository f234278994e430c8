import * as pulumi from "@pulumi/pulumi";
import { type LocalStandards, offIn } from "../components/detection/localStandards";
import { stackOutputs } from "./outputs";

/** Security Hub's own ids of the controls whose state is set in an account of the stack, by region and standard. */
export type ControlsSet = Record<string, Record<string, string[]>>;

/** What the stacks with standards of their own note of them, and read again the next time. */
interface ControlOutputs {
  controlsSet: ControlsSet;
}

/**
 * The controls to set in each region: those that are off, and those that the stack switched off before, to be switched on again, since
 * taking their resource away changes nothing in AWS. A standard that was off in between has all of them on.
 */
export async function controlsSet(standards: Readonly<Record<string, LocalStandards>>): Promise<ControlsSet> {
  const { controlsSet: before = {} } = (await stackOutputs<ControlOutputs>(pulumi.getStack())) ?? {};
  const inRegion = (region: string, here: LocalStandards) =>
    here.standards.flatMap((standard) => {
      const off = offIn(standard, here).map(({ control }) => control);
      const all = [...new Set([...off, ...(before[region]?.[standard] ?? [])])].sort();
      return all.length > 0 ? [[standard, all] as const] : [];
    });
  return Object.fromEntries(
    Object.entries(standards).flatMap(([region, here]) => {
      const set = inRegion(region, here);
      return set.length > 0 ? [[region, Object.fromEntries(set)]] : [];
    }),
  );
}
