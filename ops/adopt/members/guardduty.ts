import { GuardDuty, type MemberFeaturesConfigurationResult } from "@aws-sdk/client-guardduty";
import { plansIn } from "../../../handlers/guardDutyPlans";
import { type GuardDutyDutySettings, notMembers } from "../../../handlers/reconcile/guardDuty";
import { type Differing, differingPlans } from "../../../handlers/reconcile/guardDutyMemberPlans";
import { membersOf } from "../../../handlers/reconcile/guardDutyMembers";
import { enrolled, type Look, type MemberSetting, unread } from "./look";

const ORGANIZATION = "aws:guardduty/organizationConfiguration:OrganizationConfiguration";

/** What GuardDuty changes in member accounts of one region: by the reconciler, and by AWS where a plan is for ALL. */
export const lookAtGuardDuty: Look<GuardDutyDutySettings> = async ({ region, data }, settings, { around, run }) => {
  const place = { client: around.account.client(GuardDuty, region), detectorId: data.detectorId ?? "", region };
  const [accounts, members] = await Promise.all([run.organization.accounts(), membersOf(place)]);
  const whom = { members, accounts, invited: settings.invited, run };
  const { differing, unread: refused } = await differingPlans(place, plansIn(region, settings), whom, true);
  // What the stack will say: as yet, AWS has what it was before.
  const configured = around.all.find((one) => one.type === ORGANIZATION && one.region === region);
  const all = configured?.inputs.autoEnableOrganizationMembers === "ALL";
  return [
    ...differing.flatMap((one) =>
      changesOf(one).map((change) => ({ service: "GuardDuty", account: one.id, ...change })),
    ),
    ...refused.map(({ id, reason }) => unread("GuardDuty", id, reason)),
    ...enrolled(
      "GuardDuty",
      all ? notMembers(settings.adminAccountId, accounts, members) : [],
      "what it has on by itself can't be read before it is one: plans that are NONE go off there, those that are ALL go on",
    ),
  ];
};

const changesOf = ({ wanted, now }: Differing): Pick<MemberSetting, "setting" | "now" | "ours">[] =>
  wanted.flatMap(({ Name = "", Status, AdditionalConfiguration = [] }) => {
    const before = now.find((one) => one.Name === Name);
    return [
      ...changed(Name, before?.Status, Status),
      ...AdditionalConfiguration.flatMap((agent) =>
        changed(`${Name}.${agent.Name}`, agentBefore(before, agent.Name), agent.Status),
      ),
    ];
  });

const agentBefore = (plan: MemberFeaturesConfigurationResult | undefined, name: string | undefined) =>
  plan?.AdditionalConfiguration?.find((one) => one.Name === name)?.Status;

/** A plan or an agent that AWS leaves out was never on. */
const changed = (setting: string, now: string = "DISABLED", ours: string = "DISABLED") =>
  now === ours ? [] : [{ setting, now, ours }];
