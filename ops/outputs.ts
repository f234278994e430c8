import type { PulumiCommand } from "@pulumi/pulumi/automation";
import { ask } from "./cli";

export interface Outputs {
  outputs: Record<string, unknown>;
  /** Names of those left out, being secret or holding something that is. */
  secretOutputs: string[];
}

/** What stands for a secret in the CLI's answer. */
const MASK = "[secret]";

/** A stack's outputs as they were after its last `up`. Secret ones are never asked for. Fails with CommandError where there is no such stack. */
export const outputsOf = async (
  stack: string,
  { cli, ...where }: { cli: PulumiCommand; workDir: string; env?: Record<string, string> },
): Promise<Outputs> => {
  const answer = JSON.parse(await ask(cli, ["stack", "output", "--json", "--stack", stack], where));
  const all = Object.entries(answer as Record<string, unknown>);
  return {
    outputs: Object.fromEntries(all.filter(([, value]) => !holdsSecret(value))),
    secretOutputs: all.filter(([, value]) => holdsSecret(value)).map(([key]) => key),
  };
};

const holdsSecret = (value: unknown): boolean => {
  if (value === MASK) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsSecret);
};
