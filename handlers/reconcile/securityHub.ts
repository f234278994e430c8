import {
  type ConfigurationPolicyAssociationSummary,
  paginateListConfigurationPolicyAssociations,
  SecurityHubClient,
  StartConfigurationPolicyDisassociationCommand,
  type Target,
} from "@aws-sdk/client-securityhub";
import { type Report, type Service, untilNoneLeft } from "./duty";
import { type ControlFindings, setControlFindings } from "./securityHubControlFindings";

export interface SecurityHubDutySettings {
  /** Where the organization is configured from. */
  homeRegion: string;
  /** How the administrator has controls reported, in its regions: its members follow it there. */
  controlFindings: ControlFindings;
  /** The home region among them. */
  regions: readonly string[];
}

/** AWS says that a policy takes so long at most to reach its accounts. */
const LONGEST_MILLISECONDS = 24 * 3_600_000;

/**
 * Policies of central configuration, and what they can't set: how controls are reported. Hourly it tells which could not be applied: an association goes on for up to a day after its
 * deployment, and fails later too, such as when an account is suspended. With `policyId` among its data it is one policy's, and its
 * release takes that policy from all its targets and waits: AWS refuses to delete it before.
 */
export const securityHubService = (settings: SecurityHubDutySettings): Service => {
  const client = new SecurityHubClient({ region: settings.homeRegion, maxAttempts: 8 });
  return {
    ensure: async ({ data }) => {
      const report: Report = { done: {}, warnings: [] };
      if (data.policyId) return report;
      await setControlFindings(settings, report);
      report.warnings.push(...(await appliedBy(client)).flatMap((one) => troubleOf(one, Date.now())));
      return report;
    },
    release: async ({ data: { policyId } }, run) => {
      if (!policyId) return { done: {}, warnings: [] };
      const before = await appliedBy(client, policyId);
      await untilNoneLeft(`what the configuration policy ${policyId} applies to`, run, async () => {
        const left = await appliedBy(client, policyId);
        for (const { TargetId = "" } of left) await takeFrom(client, policyId, TargetId);
        return left.map(({ TargetId, AssociationStatus }) => `${TargetId} (${AssociationStatus})`);
      });
      const done: Record<string, number> = before.length > 0 ? { "targets released": before.length } : {};
      return { done, warnings: [] };
    },
  };
};

/** Associations that were made directly, not inherited ones; none where central configuration has ended already. */
async function appliedBy(
  client: SecurityHubClient,
  ConfigurationPolicyId?: string,
): Promise<ConfigurationPolicyAssociationSummary[]> {
  const found: ConfigurationPolicyAssociationSummary[] = [];
  const Filters = { AssociationType: "APPLIED" as const, ...(ConfigurationPolicyId && { ConfigurationPolicyId }) };
  try {
    for await (const page of paginateListConfigurationPolicyAssociations({ client }, { Filters })) {
      found.push(...(page.ConfigurationPolicyAssociationSummaries ?? []));
    }
  } catch (error) {
    // AWS's words where the organization is not, or no longer, configured centrally.
    const words = error instanceof Error ? `${error.name}: ${error.message}` : "";
    if (/^AccessDeniedException: .*with Central Configuration enabled/.test(words)) return [];
    throw error;
  }
  return found;
}

async function takeFrom(client: SecurityHubClient, policyId: string, targetId: string): Promise<void> {
  try {
    await client.send(
      new StartConfigurationPolicyDisassociationCommand({
        ConfigurationPolicyIdentifier: policyId,
        Target: targetOf(targetId),
      }),
    );
  } catch (error) {
    // Begun already, by the deployment that deleted the association.
    if (!(error instanceof Error && error.name === "ResourceNotFoundException")) throw error;
  }
}

const targetOf = (id: string): Target => {
  if (id.startsWith("r-")) return { RootId: id };
  return id.startsWith("ou-") ? { OrganizationalUnitId: id } : { AccountId: id };
};

/** What is to be told of an association: that it failed, or that it takes longer than AWS says. */
function troubleOf(association: ConfigurationPolicyAssociationSummary, now: number): string[] {
  const {
    ConfigurationPolicyId: policy,
    TargetId,
    AssociationStatus,
    AssociationStatusMessage,
    UpdatedAt,
  } = association;
  if (AssociationStatus === "FAILED")
    return [
      `the configuration policy ${policy} of Security Hub failed for ${TargetId}: AWS says "${AssociationStatusMessage ?? "nothing more"}". A suspended account can be moved into an organizational unit of its own; then apply the policy anew, by the console or by a change of it.`,
    ];
  if (AssociationStatus === "PENDING" && UpdatedAt && now - UpdatedAt.getTime() > LONGEST_MILLISECONDS)
    return [
      `the configuration policy ${policy} of Security Hub is being applied to ${TargetId} since ${UpdatedAt.toISOString()}, longer than a day: look at its accounts in the console.`,
    ];
  return [];
}
