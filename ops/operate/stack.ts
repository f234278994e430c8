import { ask } from "../cli";
import type { OperatingOptions } from "../commands/context";
import { Misuse } from "../failure";
import type { outputsOf } from "../outputs";
import { chosenStacks, roleOf } from "../stacks";

/** The one stack of a role that a command works on: the one that is named, or the one whose settings have that role. Throws Misuse. */
export const stackOf = (
  command: string,
  { role, what }: { role: string; what: string },
  named: readonly string[],
  workDir: string,
): string => {
  const stacks = chosenStacks(command, named, workDir);
  const isChosen = named.length > 0 && !named.includes("all");
  const found = isChosen ? stacks : stacks.filter((name) => roleOf(name, workDir) === role);
  const [stack] = found;
  if (stack && found.length === 1) return stack;
  throw new Misuse(
    found.length
      ? `${command} works on one ${what}: name its stack, --stack ${found.join(" or --stack ")}.`
      : `${command} needs a ${what}, and no Pulumi.<stack>.yaml has hakken:role: ${role}. Name its stack: --stack NAME.`,
  );
};

/** A setting as the CLI shows it: text, and what that stands for where it is no text. */
export type Setting = { value?: string; objectValue?: unknown };

/** A stack's settings, of its own file and of the project's; secret ones without their values. Fails with CommandError where there is no such stack. */
export const settingsOf = async (
  stack: string,
  { cli, workDir }: Parameters<typeof outputsOf>[1],
): Promise<Readonly<Record<string, Setting>>> => {
  // Without their values where they are secret, so that it takes no passphrase.
  const answer = await ask(cli, ["config", "--json", "--stack", stack], { workDir });
  return JSON.parse(answer) as Record<string, Setting>;
};

/** Whom to sign in as: a profile that was given, or as `stacks/account.ts` hands the settings to the provider. */
export const credentialsIn = (
  settings: Readonly<Record<string, Setting>>,
  { profile: given }: OperatingOptions,
): { profile?: string; assumeRoles?: { roleArn: string; sessionName: string }[] } => {
  if (given) return { profile: given };
  const [profile, roleArn] = [settings["hakken:profile"]?.value, settings["hakken:deployRoleArn"]?.value];
  return {
    ...(profile && { profile }),
    ...(roleArn && { assumeRoles: [{ roleArn, sessionName: "hakken" }] }),
  };
};
