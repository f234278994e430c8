import {
  type AutomationRulesConfig,
  type AwsSecurityFinding,
  BatchGetAutomationRulesCommand,
  BatchUpdateFindingsCommand,
  type BatchUpdateFindingsUnprocessedFinding,
  GetFindingsCommand,
  ListAutomationRulesCommand,
  paginateGetFindings,
  type SecurityHubClient,
} from "@aws-sdk/client-securityhub";
import type { EndPorts } from "./end";
import { RULE_PREFIX } from "./rules";

type Ports = Pick<EndPorts, "eachPageOfSuppressed" | "read" | "rulesIn" | "reset">;

/** Suppressed findings in the home region, where those of every region are, and the rules of each region. */
export function suppressionsOfSecurityHub(
  home: SecurityHubClient,
  clientIn: (region: string) => SecurityHubClient,
): Ports {
  return {
    eachPageOfSuppressed: async (page) => {
      const Filters = {
        WorkflowStatus: [{ Value: "SUPPRESSED", Comparison: "EQUALS" as const }],
        RecordState: [{ Value: "ACTIVE", Comparison: "EQUALS" as const }],
        NoteUpdatedBy: [{ Value: RULE_PREFIX, Comparison: "PREFIX" as const }],
      };
      for await (const { Findings = [] } of paginateGetFindings({ client: home, pageSize: 100 }, { Filters })) {
        await page(Findings);
      }
    },
    read: async (findings) => {
      const Id = findings.map((finding) => ({ Value: finding.Id, Comparison: "EQUALS" as const }));
      const { Findings = [] } = await home.send(new GetFindingsCommand({ Filters: { Id }, MaxResults: 100 }));
      // An id is unique within a product only.
      return Findings.filter((found) => findings.some((one) => isSame(one, found)));
    },
    rulesIn: (region) => rulesIn(clientIn(region)),
    reset: async (findings, Text) => {
      const update = new BatchUpdateFindingsCommand({
        FindingIdentifiers: findings.map(({ Id, ProductArn }) => ({ Id, ProductArn })),
        Workflow: { Status: "NEW" },
        Note: { Text, UpdatedBy: "hakken" },
      });
      const { UnprocessedFindings = [] } = await home.send(update);
      return findings.map((finding) => {
        const isIt = ({ FindingIdentifier: one }: BatchUpdateFindingsUnprocessedFinding) =>
          one?.Id === finding.Id && one?.ProductArn === finding.ProductArn;
        const refusal = UnprocessedFindings.find(isIt);
        return refusal && `${refusal.ErrorCode}: ${refusal.ErrorMessage}`;
      });
    },
  };
}

const isSame = (one: AwsSecurityFinding, other: AwsSecurityFinding): boolean =>
  one.Id === other.Id && one.ProductArn === other.ProductArn;

/** BatchGetAutomationRules takes, and a list gives, 100 at a time: as many as a region may have. */
async function rulesIn(client: SecurityHubClient): Promise<AutomationRulesConfig[]> {
  const rules: AutomationRulesConfig[] = [];
  let NextToken: string | undefined;
  try {
    do {
      const page = await client.send(new ListAutomationRulesCommand({ MaxResults: 100, NextToken }));
      const AutomationRulesArns = (page.AutomationRulesMetadata ?? []).flatMap(({ RuleArn }) => RuleArn ?? []);
      if (AutomationRulesArns.length > 0) {
        const { Rules = [], UnprocessedAutomationRules: missed = [] } = await client.send(
          new BatchGetAutomationRulesCommand({ AutomationRulesArns }),
        );
        if (missed.length > 0) {
          throw new Error(
            `Automation rule ${missed[0]?.RuleArn} was listed, and not given: ${missed[0]?.ErrorMessage}`,
          );
        }
        rules.push(...Rules);
      }
      NextToken = page.NextToken;
    } while (NextToken);
  } catch (error) {
    // No Security Hub there, no rules.
    if (/not subscribed/i.test(String(error))) return [];
    throw error;
  }
  return rules;
}
