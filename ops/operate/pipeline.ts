import { STS } from "@aws-sdk/client-sts";
import { z } from "zod";
import type { PipelineOutput } from "../../components/notification/pipelineOutput";
import { type Account, signIn } from "../adopt/account";
import { ask, pulumiCli } from "../cli";
import type { CommonOptions, Context } from "../commands/context";
import { Misuse } from "../failure";
import { outputsOf } from "../outputs";
import { chosenStacks, roleOf } from "../stacks";

/** Options of the commands that operate a pipeline. */
export interface OperatingOptions extends CommonOptions {
  /** Credentials to use as they are, in place of the settings' profile and role. */
  profile?: string;
}

/** The pipeline of a stack `audit`, as it was deployed last, and somebody signed in to its account. */
export interface Pipeline extends PipelineOutput {
  /** The stack's name. */
  stack: string;
  /** Where it is. */
  region: string;
  account: Account;
}

const channel = z.enum(["slack", "backlog", "mail"]);
const severity = z.enum(["INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"]);
const outputs = z.object({
  accountId: z.string(),
  homeRegion: z.string(),
  pipeline: z.object({
    alertTable: z.string(),
    workflow: z.string(),
    channels: z.array(channel),
    severities: z.array(severity),
    findingSource: z.enum(["cspm", "v2"]),
    queues: z.object({ opening: z.string(), closing: z.string(), settle: z.string() }).catchall(z.string()),
    kept: z
      .object({ intake: z.string(), rules: z.string(), settle: z.string(), failed: z.string() })
      .catchall(z.string()),
  }),
});

/** The stack of the pipeline: the one that is named, or the one whose settings have the role `audit`. Throws Misuse. */
export const pipelineStack = (command: string, named: readonly string[], workDir: string): string => {
  const stacks = chosenStacks(command, named, workDir);
  const found = named.length && !named.includes("all") ? stacks : stacks.filter((name) => isAudit(name, workDir));
  const [stack] = found;
  if (stack && found.length === 1) return stack;
  throw new Misuse(
    found.length
      ? `${command} works on one pipeline: name its stack, --stack ${found.join(" or --stack ")}.`
      : `${command} needs a pipeline, and no Pulumi.<stack>.yaml has hakken:role: audit. Name its stack: --stack NAME.`,
  );
};

const isAudit = (stack: string, workDir: string): boolean => roleOf(stack, workDir) === "audit";

/** Finds the pipeline by its stack's outputs, and signs in as the stack's own provider does. Close its account after use. */
export const openPipeline = async (
  stack: string,
  { workDir, interruption, engine }: Pick<Context, "workDir" | "interruption" | "engine">,
  { profile }: OperatingOptions,
): Promise<Pipeline> => {
  const cli = await pulumiCli((await engine()).root, interruption.stop);
  const found = outputs.safeParse((await outputsOf(stack, { cli, workDir })).outputs);
  if (!found.success) {
    throw new Error(
      `the stack ${stack} does not say yet where its pipeline is: run npm run ops -- up --stack ${stack} first`,
    );
  }
  const { accountId, homeRegion, pipeline } = found.data;
  const credentials = profile ? { profile } : await credentialsOf(stack, { cli, workDir });
  const account = await signIn({ region: homeRegion, allowedAccountIds: [accountId], ...credentials });
  return { ...pipeline, stack, region: homeRegion, account };
};

/** Of the settings, as `stacks/account.ts` hands them to the provider; a file of the project's settings may have them, too. */
const credentialsOf = async (
  stack: string,
  { cli, workDir }: Parameters<typeof outputsOf>[1],
): Promise<{ profile?: string; assumeRoles?: { roleArn: string; sessionName: string }[] }> => {
  // Without their values where they are secret, so that it takes no passphrase.
  const answer = await ask(cli, ["config", "--json", "--stack", stack], { workDir });
  const settings = JSON.parse(answer) as Record<string, { value?: string }>;
  const [profile, roleArn] = [settings["hakken:profile"]?.value, settings["hakken:deployRoleArn"]?.value];
  return {
    ...(profile && { profile }),
    ...(roleArn && { assumeRoles: [{ roleArn, sessionName: "hakken" }] }),
  };
};

/** Who is signed in: the ARN that CloudTrail shows too. */
export const callerOf = async ({ account, region }: Pipeline): Promise<string> =>
  (await account.client(STS, region).getCallerIdentity({})).Arn ?? "";
