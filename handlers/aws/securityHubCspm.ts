import {
  BatchUpdateFindingsCommand,
  type BatchUpdateFindingsUnprocessedFinding,
  GetFindingsCommand,
  type GetFindingsCommandInput,
  type SecurityHubClient,
} from "@aws-sdk/client-securityhub";
import { chunks } from "../alert/chunks";
import { cut } from "../alert/fields";
import type { Findings, Unreadable } from "../alert/ports";
import { findingKey } from "../alert/record";
import type { Finding } from "../alert/types";
import { readable, refuseUnreadable } from "./readableFindings";
import { IDS_A_READ, MOST_A_CALL, NOTE_LENGTH } from "./securityHubLimits";

/** Security Hub CSPM's findings, in ASFF. */
export function findingsOfCspm(client: SecurityHubClient): Findings {
  const setWorkflow: Findings["setWorkflow"] = async (ids, Status, note) => {
    const refusals = new Map<string, string>();
    const Note = note ? { Text: cut(note, NOTE_LENGTH), UpdatedBy: "hakken" } : undefined;
    for (const some of chunks(ids, MOST_A_CALL)) {
      const FindingIdentifiers = some.map(({ product, id }) => ({ Id: id, ProductArn: product }));
      const update = new BatchUpdateFindingsCommand({ FindingIdentifiers, Workflow: { Status }, Note });
      const { UnprocessedFindings } = await client.send(update);
      for (const refusal of UnprocessedFindings ?? []) noteRefusal(refusals, refusal);
    }
    return ids.map((id) => refusals.get(findingKey(id)));
  };

  return {
    get: async (ids) => {
      const found = new Map<string, Finding>();
      for (const some of chunks(ids, IDS_A_READ)) {
        const Filters = { Id: some.map(({ id }) => ({ Value: id, Comparison: "EQUALS" as const })) };
        // An id is unique within a product only, so that a filter by id may give more than was asked for.
        const unreadable = await eachPage(client, { Filters }, async (page) => {
          for (const finding of page) found.set(findingKey(finding), finding);
        });
        refuseUnreadable(unreadable);
      }
      return ids.map((id) => found.get(findingKey(id)));
    },
    setWorkflow,
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
): Promise<Unreadable[]> {
  const unreadable: Unreadable[] = [];
  let NextToken: string | undefined;
  do {
    const answer = await client.send(new GetFindingsCommand({ ...input, MaxResults: MOST_A_CALL, NextToken }));
    await page(readable(answer.Findings ?? [], unreadable));
    NextToken = answer.NextToken;
  } while (NextToken);
  return unreadable;
}

function noteRefusal(refusals: Map<string, string>, refusal: BatchUpdateFindingsUnprocessedFinding): void {
  const { Id, ProductArn } = refusal.FindingIdentifier ?? {};
  const key = findingKey({ product: ProductArn ?? "", id: Id ?? "" });
  refusals.set(key, `${refusal.ErrorCode}: ${refusal.ErrorMessage}`);
}
