import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../settings";

/**
 * Outputs of the stack `audit` or `management`, by name. Throws pulumi.RunError, with the command to run first, where the stack
 * or one of the outputs isn't there yet. `hakken:stacks` says which stack it is; by default the one of that name in this project.
 */
export async function outputsOf<Outputs extends object>(
  stack: "audit" | "management",
  names: readonly (keyof Outputs & string)[],
  settings: Settings,
): Promise<Outputs> {
  const ours = `${pulumi.getOrganization()}/${pulumi.getProject()}/`;
  const fullName = settings.stacks[stack] ?? `${ours}${stack}`;
  // Pulumi takes a stack of another project only from that project's folder.
  const short = fullName.startsWith(ours) ? fullName.slice(ours.length) : fullName;
  const where = short === fullName ? " in its own project" : "";
  const command = (what: string) => `pulumi ${what} ${short}`;

  const { outputs, secretOutputNames } = await read(fullName).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    const other = `Is it another one? Then name it in hakken:stacks.${stack}.`;
    throw new pulumi.RunError(
      /unknown stack/.test(reason)
        ? `hakken: there is no stack "${fullName}" yet: run ${command("stack init")}, then run ${command("up --stack")}${where} first. ${other}`
        : `hakken: the outputs of the stack "${fullName}" can't be read: ${reason}. ${other}`,
    );
  });
  const missing = names.filter((name) => outputs[name] === undefined).map((name) => `"${name}"`);
  if (missing.length > 0) {
    throw new pulumi.RunError(
      `hakken: the stack "${fullName}" has no output ${missing.join(", ")} yet: run ${command("up --stack")}${where} first.`,
    );
  }
  const secret = names.find((name) => secretOutputNames.includes(name));
  if (secret) {
    // It comes in clear, and would stand so in this stack's state. None of hakken's own is one.
    throw new pulumi.RunError(
      `hakken: the output "${secret}" of the stack "${fullName}" is a secret, so it is not hakken's: name the right stack in hakken:stacks.${stack}.`,
    );
  }
  return Object.fromEntries(names.map((name) => [name, outputs[name]])) as Outputs;
}

/** Outputs of a stack as it was deployed last, its own too; undefined where there is no such stack. By its name in this project, or its full name. */
export async function stackOutputs<Outputs extends object>(stack: string): Promise<Partial<Outputs> | undefined> {
  const fullName = stack.includes("/") ? stack : `${pulumi.getOrganization()}/${pulumi.getProject()}/${stack}`;
  try {
    return (await read(fullName)).outputs as Partial<Outputs>;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (/unknown stack/.test(reason)) return undefined;
    throw new pulumi.RunError(`hakken: the outputs of the stack "${fullName}" can't be read: ${reason}`);
  }
}

// What a StackReference asks too. But that one is a resource, whose failure the engine reports by itself, with no way to say
// what is to be done; and it stays in the state.
function read(stack: string): Promise<{ outputs: Record<string, unknown>; secretOutputNames: string[] }> {
  return pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name: stack });
}
