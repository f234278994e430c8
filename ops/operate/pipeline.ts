import { STS } from "@aws-sdk/client-sts";
import { z } from "zod";
import type { PipelineOutput } from "../../components/notification/pipelineOutput";
import { type Account, signIn } from "../adopt/account";
import { pulumiCli } from "../cli";
import type { Context, OperatingOptions } from "../commands/context";
import { outputsOf } from "../outputs";
import { credentialsIn, settingsOf, stackOf } from "./stack";

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
export const pipelineStack = (command: string, named: readonly string[], workDir: string): string =>
  stackOf(command, { role: "audit", what: "pipeline" }, named, workDir);

/** Finds the pipeline by its stack's outputs, and signs in as the stack's own provider does. Close its account after use. */
export const openPipeline = async (
  stack: string,
  { workDir, interruption, engine }: Pick<Context, "workDir" | "interruption" | "engine">,
  options: OperatingOptions,
): Promise<Pipeline> => {
  const cli = await pulumiCli((await engine()).root, interruption.stop);
  const found = outputs.safeParse((await outputsOf(stack, { cli, workDir })).outputs);
  if (!found.success) {
    throw new Error(
      `the stack ${stack} does not say yet where its pipeline is: run npm run ops -- up --stack ${stack} first`,
    );
  }
  const { accountId, homeRegion, pipeline } = found.data;
  const credentials = credentialsIn(await settingsOf(stack, { cli, workDir }), options);
  const account = await signIn({ region: homeRegion, allowedAccountIds: [accountId], ...credentials });
  return { ...pipeline, stack, region: homeRegion, account };
};

/** Who is signed in: the ARN that CloudTrail shows too. */
export const callerOf = async ({ account, region }: Pipeline): Promise<string> =>
  (await account.client(STS, region).getCallerIdentity({})).Arn ?? "";
