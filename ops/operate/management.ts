import { type Account, signIn } from "../adopt/account";
import { pulumiCli } from "../cli";
import type { Context, OperatingOptions } from "../commands/context";
import { type HealthView, healthViewOf } from "./healthView";
import { credentialsIn, settingsOf } from "./stack";

/** The management account as its stack's settings name it, whether or not that is deployed yet, and somebody signed in there. */
export interface Management {
  /** The stack's name. */
  stack: string;
  account: Account;
  view: HealthView;
  /** `hakken:health.mode`. */
  mode: string;
}

/** Signs in as the stack's own provider does. Close its account after use. */
export const openManagement = async (
  stack: string,
  { workDir, interruption, engine }: Pick<Context, "workDir" | "interruption" | "engine">,
  options: OperatingOptions,
): Promise<Management> => {
  const cli = await pulumiCli((await engine()).root, interruption.stop);
  const settings = await settingsOf(stack, { cli, workDir });
  const id = settings["hakken:account"]?.value;
  if (!id) throw new Error(`hakken:account of the stack ${stack} is missing: set it to the management account`);
  const region = settings["hakken:homeRegion"]?.value ?? "us-east-1";
  const account = await signIn({ region, allowedAccountIds: [id], ...credentialsIn(settings, options) });
  const { mode = "organization" } = (settings["hakken:health"]?.objectValue ?? {}) as { mode?: string };
  return { stack, account, view: healthViewOf(account), mode };
};
