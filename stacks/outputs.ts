import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../settings";

/**
 * Outputs of the stack `audit` or `management`, by name. Throws pulumi.RunError, with the command to run first, for those that
 * aren't there yet. `hakken:stacks` says which stack it is; by default the one of that name in this project.
 */
export async function outputsOf<Outputs extends object>(
  stack: "audit" | "management",
  names: readonly (keyof Outputs & string)[],
  settings: Settings,
): Promise<Outputs> {
  const fullName = settings.stacks[stack] ?? `${pulumi.getOrganization()}/${pulumi.getProject()}/${stack}`;
  const reference = new pulumi.StackReference(fullName);
  const found = await Promise.all(
    names.map(async (name) => [name, (await reference.getOutputDetails(name)).value] as const),
  );
  const missing = found.filter(([, value]) => value === undefined).map(([name]) => `"${name}"`);
  if (missing.length > 0) {
    throw new pulumi.RunError(
      `hakken: the stack "${fullName}" has no output ${missing.join(", ")} yet: run pulumi up --stack ${stack} first.`,
    );
  }
  return Object.fromEntries(found) as Outputs;
}
