import {
  type OcsfFindingFilters,
  paginateGetFindings,
  paginateGetFindingsV2,
  type SecurityHubClient,
} from "@aws-sdk/client-securityhub";
import type { CheckPorts } from "../alert/check";
import type { Unreadable } from "../alert/ports";
import type { FindingSource } from "../alert/types";
import { readable } from "./readableFindings";
import { MOST_A_CALL } from "./securityHubLimits";

type Resumed = CheckPorts["eachPageOfResolved"];

/** GuardDuty's findings that go on although a person set them RESOLVED. Of the controls very many are RESOLVED, since they passed. */
export const resumedFindings = (client: SecurityHubClient, source: FindingSource): Resumed =>
  source === "v2" ? resumedOfV2(client) : resumedOfCspm(client);

const resumedOfCspm =
  (client: SecurityHubClient): Resumed =>
  async (since, until, page) => {
    const unreadable: Unreadable[] = [];
    const Filters = {
      ProductName: [{ Value: "GuardDuty", Comparison: "EQUALS" as const }],
      WorkflowStatus: [{ Value: "RESOLVED", Comparison: "EQUALS" as const }],
      RecordState: [{ Value: "ACTIVE", Comparison: "EQUALS" as const }],
      UpdatedAt: [{ Start: since, End: until }],
    };
    for await (const { Findings = [] } of paginateGetFindings({ client, pageSize: MOST_A_CALL }, { Filters })) {
      await page(readable(Findings, unreadable));
    }
    return unreadable;
  };

const resumedOfV2 =
  (client: SecurityHubClient): Resumed =>
  async (since, until, page) => {
    const unreadable: Unreadable[] = [];
    const Filters: OcsfFindingFilters = {
      CompositeFilters: [
        {
          Operator: "AND",
          StringFilters: [
            { FieldName: "metadata.product.name", Filter: { Value: "GuardDuty", Comparison: "EQUALS" } },
            { FieldName: "activity_name", Filter: { Value: "Close", Comparison: "NOT_EQUALS" } },
          ],
          NumberFilters: [{ FieldName: "status_id", Filter: { Eq: RESOLVED } }],
          DateFilters: [{ FieldName: "finding_info.modified_time_dt", Filter: { Start: since, End: until } }],
        },
      ],
    };
    for await (const { Findings = [] } of paginateGetFindingsV2({ client, pageSize: MOST_A_CALL }, { Filters })) {
      await page(readable(Findings, unreadable));
    }
    return unreadable;
  };

/** OCSF's status_id. */
const RESOLVED = 4;
