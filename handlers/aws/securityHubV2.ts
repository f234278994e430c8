import {
  BatchUpdateFindingsV2Command,
  type BatchUpdateFindingsV2CommandInput,
  GetFindingsV2Command,
  type OcsfFindingFilters,
  type OcsfFindingIdentifier,
  type SecurityHubClient,
} from "@aws-sdk/client-securityhub";
import { chunks } from "../alert/chunks";
import { cut } from "../alert/fields";
import type { Findings, MarkedId, Unreadable } from "../alert/ports";
import { findingKey } from "../alert/record";
import { severityIdsOfOcsf } from "../alert/severity";
import type { Finding } from "../alert/types";
import { readable, refuseUnreadable } from "./readableFindings";
import { IDS_A_READ, MOST_A_CALL, NOTE_LENGTH } from "./securityHubLimits";

/** OCSF's status_id: New, In Progress, Suppressed, Resolved. */
const STATUS_IDS: Record<Finding["workflow"], number> = { NEW: 1, NOTIFIED: 2, SUPPRESSED: 3, RESOLVED: 4 };

/** Whether it is V2's own (metadata.uid), and not the provider's (finding_info.uid): handlers/alert/ocsf.ts says when. */
const isOwnId = (id: string): boolean => /^[0-9a-z]{64}$/.test(id);

/** Security Hub V2's findings, in OCSF. https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_GetFindingsV2.html */
export function findingsOfV2(client: SecurityHubClient): Findings {
  return {
    get: async (ids) => {
      const found = new Map<string, Finding>();
      for (const some of chunks(ids, IDS_A_READ)) {
        const StringFilters = some.map(({ id }) => ({
          FieldName: isOwnId(id) ? ("metadata.uid" as const) : ("finding_info.uid" as const),
          Filter: { Value: id, Comparison: "EQUALS" as const },
        }));
        const filters = { CompositeFilters: [{ StringFilters, Operator: "OR" as const }] };
        const unreadable = await eachPage(client, filters, async (page) => {
          for (const finding of page) found.set(findingKey(finding), finding);
        });
        refuseUnreadable(unreadable);
      }
      return ids.map((id) => found.get(findingKey(id)));
    },
    setWorkflow: async (findings, status, note) => {
      const change = { StatusId: STATUS_IDS[status], Comment: note ? cut(note, NOTE_LENGTH) : undefined };
      const refusals = new Map<string, string>();
      for (const named of [...byOwnId(findings), ...byProvider(findings)]) {
        const { UnprocessedFindings } = await client.send(new BatchUpdateFindingsV2Command({ ...named, ...change }));
        for (const { MetadataUid, FindingIdentifier, ErrorCode, ErrorMessage } of UnprocessedFindings ?? []) {
          refusals.set(nameOf(FindingIdentifier ?? MetadataUid), `${ErrorCode}: ${ErrorMessage}`);
        }
      }
      return findings.map((one) => refusals.get(nameOf(isOwnId(one.id) ? one.id : identifierOf(one))));
    },
    eachPageOfNew: ({ severities, since, until }, page) => {
      const ids = severities.flatMap(severityIdsOfOcsf);
      const filters: OcsfFindingFilters = {
        CompositeOperator: "AND",
        CompositeFilters: [
          {
            Operator: "AND",
            NumberFilters: [{ FieldName: "status_id", Filter: { Eq: STATUS_IDS.NEW } }],
            StringFilters: [{ FieldName: "activity_name", Filter: { Value: "Close", Comparison: "NOT_EQUALS" } }],
            DateFilters: [{ FieldName: "finding_info.modified_time_dt", Filter: { Start: since, End: until } }],
          },
          { Operator: "OR", NumberFilters: ids.map((Eq) => ({ FieldName: "severity_id", Filter: { Eq } })) },
        ],
      };
      return eachPage(client, filters, page);
    },
  };
}

type Named = Pick<BatchUpdateFindingsV2CommandInput, "MetadataUids" | "FindingIdentifiers">;

/** AWS takes one way of naming findings in a call, or the other. */
const byOwnId = (findings: readonly MarkedId[]): Named[] =>
  chunks(
    findings.filter(({ id }) => isOwnId(id)),
    MOST_A_CALL,
  ).map((some) => ({ MetadataUids: some.map(({ id }) => id) }));

const byProvider = (findings: readonly MarkedId[]): Named[] =>
  chunks(
    findings.filter(({ id }) => !isOwnId(id)),
    MOST_A_CALL,
  ).map((some) => ({ FindingIdentifiers: some.map(identifierOf) }));

const identifierOf = ({ accountId, product, id }: MarkedId): OcsfFindingIdentifier => ({
  CloudAccountUid: accountId,
  FindingInfoUid: id,
  MetadataProductUid: product.replace(":product/", ":productv2/"),
});

const nameOf = (named: OcsfFindingIdentifier | string | undefined): string =>
  typeof named === "object"
    ? JSON.stringify([named.CloudAccountUid, named.FindingInfoUid, named.MetadataProductUid])
    : (named ?? "");

async function eachPage(
  client: SecurityHubClient,
  Filters: OcsfFindingFilters,
  page: (findings: Finding[]) => Promise<void>,
): Promise<Unreadable[]> {
  const unreadable: Unreadable[] = [];
  let NextToken: string | undefined;
  do {
    const answer = await client.send(new GetFindingsV2Command({ Filters, MaxResults: MOST_A_CALL, NextToken }));
    await page(readable(answer.Findings ?? [], unreadable));
    NextToken = answer.NextToken;
  } while (NextToken);
  return unreadable;
}
