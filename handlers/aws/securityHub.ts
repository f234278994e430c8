import {
  type AwsSecurityFinding,
  BatchUpdateFindingsCommand,
  type BatchUpdateFindingsUnprocessedFinding,
  GetFindingsCommand,
  type GetFindingsCommandInput,
  type SecurityHubClient,
} from "@aws-sdk/client-securityhub";
import { findingOf } from "../alert/normalise";
import type { Findings } from "../alert/ports";
import { findingKey } from "../alert/record";
import type { Finding } from "../alert/types";

/** GetFindings takes so many values of one attribute. */
const IDS_A_READ = 20;
/** BatchUpdateFindings takes so many findings. */
const IDS_A_WRITE = 100;

/** Findings in Security Hub's home region, which has those of every account and linked region. */
export function securityHubFindings(client: SecurityHubClient): Findings {
  return {
    get: async (ids) => {
      const found = new Map<string, Finding>();
      for (const some of chunks(ids, IDS_A_READ)) {
        const Filters = { Id: some.map(({ id }) => ({ Value: id, Comparison: "EQUALS" as const })) };
        // An id is unique within a product only, so that a filter by id may give more than was asked for.
        await eachPage(client, { Filters }, async (page) => {
          for (const finding of page) found.set(findingKey(finding), finding);
        });
      }
      return ids.map((id) => found.get(findingKey(id)));
    },
    setNotified: async (ids) => {
      const refusals = new Map<string, string>();
      for (const some of chunks(ids, IDS_A_WRITE)) {
        const FindingIdentifiers = some.map(({ product, id }) => ({ Id: id, ProductArn: product }));
        const update = new BatchUpdateFindingsCommand({ FindingIdentifiers, Workflow: { Status: "NOTIFIED" } });
        const { UnprocessedFindings } = await client.send(update);
        for (const refusal of UnprocessedFindings ?? []) noteRefusal(refusals, refusal);
      }
      return ids.map((id) => refusals.get(findingKey(id)));
    },
    eachPageOfNew: (wanted, page) =>
      eachPage(
        client,
        {
          Filters: {
            WorkflowStatus: [{ Value: "NEW", Comparison: "EQUALS" }],
            RecordState: [{ Value: "ACTIVE", Comparison: "EQUALS" }],
            SeverityLabel: wanted.severities.map((Value) => ({ Value, Comparison: "EQUALS" })),
            UpdatedAt: [{ Start: wanted.since, End: wanted.until }],
          },
        },
        page,
      ),
  };
}

async function eachPage(
  client: SecurityHubClient,
  input: GetFindingsCommandInput,
  page: (findings: Finding[]) => Promise<void>,
): Promise<void> {
  let NextToken: string | undefined;
  do {
    const answer = await client.send(new GetFindingsCommand({ ...input, MaxResults: 100, NextToken }));
    await page((answer.Findings ?? []).map((finding: AwsSecurityFinding) => findingOf(finding)));
    NextToken = answer.NextToken;
  } while (NextToken);
}

function noteRefusal(refusals: Map<string, string>, refusal: BatchUpdateFindingsUnprocessedFinding): void {
  const { Id, ProductArn } = refusal.FindingIdentifier ?? {};
  const key = findingKey({ product: ProductArn ?? "", id: Id ?? "" });
  refusals.set(key, `${refusal.ErrorCode}: ${refusal.ErrorMessage}`);
}

function chunks<T>(all: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let at = 0; at < all.length; at += size) parts.push(all.slice(at, at + size));
  return parts;
}
