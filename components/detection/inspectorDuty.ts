import type { ScanSettings, ScanType } from "../../handlers/inspectorScans";
import type { ServiceDuty } from "./Reconciler";

export interface InspectorDutyArgs {
  /** What the setting `inspector` says; undefined where Inspector is not hakken's, or no longer. */
  settings: ScanSettings | undefined;
  adminAccountId: string;
  /** What is scanned, by region. A region where nothing is, is left out. */
  types: Readonly<Record<string, readonly ScanType[]>>;
  /** The organization's configuration, which goes after the members have been let go. */
  after: NonNullable<ServiceDuty["after"]>;
}

/**
 * Inspector's members: handlers/reconcile/inspector.ts. Also where the settings don't have it (any more), in no region: the function
 * must still let the members go that it took in.
 */
export function inspectorDuty({ settings, adminAccountId, types, after }: InspectorDutyArgs): ServiceDuty<"inspector"> {
  const { scan, absentTypes } = settings ?? { scan: [], absentTypes: {} };
  return {
    kind: "inspector",
    settings: { adminAccountId, scan, absentTypes },
    regions: Object.fromEntries(
      Object.entries(types)
        .filter(([, scanned]) => scanned.length > 0)
        .map(([region]) => [region, {}]),
    ),
    statements: [
      {
        Sid: "ScanMembers",
        Action: [
          "inspector2:AssociateMember",
          "inspector2:BatchGetAccountStatus",
          "inspector2:DescribeOrganizationConfiguration",
          "inspector2:Disable",
          "inspector2:DisassociateMember",
          "inspector2:Enable",
          "inspector2:ListMembers",
          "inspector2:UpdateOrganizationConfiguration",
        ],
        // None of them takes the name of a resource: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoninspector2.html
        Resource: ["*"],
      },
    ],
    after,
  };
}
