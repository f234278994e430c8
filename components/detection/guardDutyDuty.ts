import type { PlanSettings } from "../../handlers/guardDutyPlans";
import type { Statement } from "../notification/HandlerFunction";
import type { ServiceDuty } from "./Reconciler";

export interface GuardDutyDutyArgs {
  /** The administrator's detectors by region. */
  detectorIds: Readonly<Record<string, string>>;
  /** All that the administrator has, those of regions that are being removed too: the role must still let their members go. */
  everyDetectorId: Readonly<Record<string, string>>;
  /** The administrator: detectors are this account's. */
  adminAccountId: string;
  /** Accounts outside the organization that are invited. */
  invited: readonly string[];
  /** What the setting `guardDuty` says of plans. */
  settings: PlanSettings;
  /** The organization's configuration, which goes after the members have been let go. */
  after: NonNullable<ServiceDuty["after"]>;
}

/** GuardDuty's members and their plans: handlers/reconcile/guardDuty.ts. */
export function guardDutyDuty(args: GuardDutyDutyArgs): ServiceDuty<"guardDuty"> {
  const { detectorIds, everyDetectorId, adminAccountId, invited, after } = args;
  const { plans, agents, absentPlans } = args.settings;
  return {
    kind: "guardDuty",
    settings: { adminAccountId, invited, plans, absentPlans, ...(agents && { agents }) },
    regions: Object.fromEntries(Object.entries(detectorIds).map(([region, detectorId]) => [region, { detectorId }])),
    statements: [
      ...(namesUnits(plans) ? [readUnits] : []),
      {
        Sid: "EnrolInGuardDuty",
        Action: [
          "guardduty:CreateMembers",
          "guardduty:DeleteMembers",
          "guardduty:DescribeOrganizationConfiguration",
          "guardduty:DisassociateMembers",
          "guardduty:GetMemberDetectors",
          "guardduty:ListMembers",
          "guardduty:UpdateMemberDetectors",
          "guardduty:UpdateOrganizationConfiguration",
        ],
        Resource: Object.entries(everyDetectorId).map(
          ([region, id]) => `arn:aws:guardduty:${region}:${adminAccountId}:detector/${id}`,
        ),
      },
    ],
    after,
  };
}

const namesUnits = (plans: PlanSettings["plans"]): boolean =>
  Object.values(plans)
    .flatMap(({ enabledIn, disabledIn }) => [...enabledIn, ...disabledIn])
    .some((target) => target.startsWith("ou-"));

/** Who is in a unit; what is below it is not known beforehand, so that it can't be named. */
const readUnits: Statement = {
  Sid: "ReadUnits",
  Action: ["organizations:ListAccountsForParent", "organizations:ListOrganizationalUnitsForParent"],
  Resource: ["*"],
};
