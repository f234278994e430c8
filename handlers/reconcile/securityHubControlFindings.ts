import {
  DescribeHubCommand,
  SecurityHubClient,
  UpdateSecurityHubConfigurationCommand,
} from "@aws-sdk/client-securityhub";
import type { Report } from "./duty";

/** One finding a control, or one for each standard that it is in. */
export type ControlFindings = "SECURITY_CONTROL" | "STANDARD_CONTROL";

/**
 * Says in each of the administrator's regions how controls are reported, which no policy can. A region that its own policy has not
 * reached yet has no Security Hub to say it of: the next run does. With nothing else in the call: under a policy AWS refuses one that
 * says something of new controls too, as the provider's always does.
 * https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_UpdateSecurityHubConfiguration.html
 */
export async function setControlFindings(
  { regions, controlFindings }: { regions: readonly string[]; controlFindings: ControlFindings },
  report: Report,
): Promise<void> {
  let set = 0;
  for (const region of regions) {
    const client = new SecurityHubClient({ region, maxAttempts: 8 });
    const now = await controlFindingsNow(client);
    if (!now || now === controlFindings) continue;
    await client.send(new UpdateSecurityHubConfigurationCommand({ ControlFindingGenerator: controlFindings }));
    set++;
  }
  if (set > 0) report.done["regions' control findings set"] = set;
}

/** Undefined where Security Hub is off. */
export async function controlFindingsNow(client: SecurityHubClient): Promise<string | undefined> {
  try {
    return (await client.send(new DescribeHubCommand({}))).ControlFindingGenerator;
  } catch (error) {
    if (error instanceof Error && /not subscribed/i.test(error.message)) return undefined;
    throw error;
  }
}
