import { existsSync } from "node:fs";
import { join } from "node:path";
import type { PulumiCommand } from "@pulumi/pulumi/automation";
import { inReverse, neededBy } from "../stacks/order";
import { commandOf, type Repeat } from "./advice";
import { ask } from "./cli";
import { Misuse } from "./failure";

/**
 * Refuses to destroy stacks while others of the project that need them hold resources: a pipeline would go, and what feeds it stay.
 * Throws Misuse, which names those and the command that takes down all of them; fails with CommandError where the backend can't tell.
 */
export const refuseNeeded = async (
  stacks: readonly string[],
  { cli, workDir, repeat }: { cli: PulumiCommand; workDir: string; repeat: Repeat },
): Promise<void> => {
  const needs = (other: string) => stacks.filter((stack) => neededBy(other).includes(stack));
  const left = (await holding(cli, workDir)).filter((other) => !stacks.includes(other) && needs(other).length);
  if (!left.length) return;
  const names = inReverse(left);
  const needed = stacks.filter((stack) => left.some((other) => needs(other).includes(stack)));
  const one = left.length === 1;
  const unknown = names.map((stack) => `Pulumi.${stack}.yaml`).filter((file) => !existsSync(join(workDir, file)));
  throw new Misuse(
    [
      `Nothing was destroyed: ${names.join(", ")} still ${one ? "holds" : "hold"} resources, and ${one ? "needs" : "need"} ${needed.join(", ")}.`,
      ...(unknown.length ? [`There is no ${unknown.join(", ")} here: get it back first.`] : []),
      `To take down all of them: ${commandOf({ ...repeat, stacks: inReverse([...stacks, ...left]) })}`,
    ].join(" "),
  );
};

interface Listed {
  name: string;
  /** Absent for a stack that was never deployed. */
  lastUpdate?: string;
  resourceCount?: number;
}

/** The stacks of the project that hold resources, whether they have a settings file or not. */
const holding = async (cli: PulumiCommand, workDir: string): Promise<string[]> => {
  const listed = JSON.parse(await ask(cli, ["stack", "ls", "--json"], { workDir })) as Listed[];
  return (
    listed
      // Those of other organizations of Pulumi Cloud have theirs in the name.
      .filter(({ name }) => !name.includes("/"))
      .filter(({ resourceCount, lastUpdate }) => resourceCount ?? lastUpdate)
      .map(({ name }) => name)
  );
};
