import { everything, type Finder, regionOf, unless } from "../finding";
import { automationRules } from "./automationRules";
import { configurationPolicies, ourStandards } from "./configurationPolicies";
import { hubIn, OFF } from "./hub";
import { securityHubStandards } from "./securityHubStandards";

const NOT_ADMIN = /not an administrator|not the .*administrator|AccessDenied/i;

const findHub: Finder = async (sought, around) => {
  const region = regionOf(sought, around);
  const securityhub = hubIn(around, region);
  const hub = await unless(OFF, securityhub.describeHub({}));
  if (!hub) return undefined;
  const { Administrator: admin } = await securityhub.getAdministratorAccount({});
  if (admin?.AccountId && admin.AccountId !== around.administrator) {
    const { AccountId: other } = admin;
    return {
      what: `account ${around.account.id} is a member of Security Hub's administrator ${other} in ${region}`,
      fix: `where ${other} invited it, run in account ${around.account.id}: aws securityhub disassociate-from-administrator-account --region ${region}; where ${other} administers the organization, run in the management account: ${disableAdmin(other, region)}`,
    };
  }
  return {
    id: around.account.id,
    now: { autoEnableControls: hub.AutoEnableControls, controlFindingGenerator: hub.ControlFindingGenerator },
  };
};

const disableAdmin = (admin: string, region: string): string =>
  `aws securityhub disable-organization-admin-account --admin-account-id ${admin} --region ${region}`;

const findAdmin: Finder = async (sought, around) => {
  const region = regionOf(sought, around);
  const admins = await everything(
    (NextToken) => hubIn(around, region).listOrganizationAdminAccounts({ NextToken }),
    ({ AdminAccounts }) => AdminAccounts,
  );
  const wanted = sought.inputs.adminAccountId;
  if (admins.some(({ AccountId }) => AccountId === wanted)) {
    return { id: String(wanted), now: { adminAccountId: wanted } };
  }
  const [other] = admins.flatMap(({ AccountId }) => AccountId ?? []);
  return other === undefined
    ? undefined
    : {
        what: `${other} is Security Hub's delegated administrator in ${region}, and not ${wanted}`,
        fix: `under central configuration first stop that in account ${other}; then run in the management account: ${disableAdmin(other, region)}`,
      };
};

const findAggregator: Finder = async (sought, around) => {
  const region = regionOf(sought, around);
  // Where Security Hub is off nobody can be asked; every region where it is on knows of the one.
  const { specifiedRegions } = sought.inputs;
  let arn: string | undefined;
  for (const one of [region, ...(Array.isArray(specifiedRegions) ? specifiedRegions.map(String) : [])]) {
    const listed = await unless(OFF, hubIn(around, one).listFindingAggregators({}));
    arn ??= listed?.FindingAggregators?.[0]?.FindingAggregatorArn;
  }
  if (!arn) return undefined;
  const home = arn.split(":")[3] ?? "";
  if (home !== region) {
    return {
      what: `Security Hub gathers findings in ${home}, and not in ${region}`,
      fix: `set hakken:homeRegion to ${home} in Pulumi.yaml, or run in account ${around.account.id}: aws securityhub delete-finding-aggregator --finding-aggregator-arn ${arn} --region ${home}`,
    };
  }
  const now = await hubIn(around, region).getFindingAggregator({ FindingAggregatorArn: arn });
  return { id: arn, now: { linkingMode: now.RegionLinkingMode, specifiedRegions: now.Regions ?? [] } };
};

const findOrganization: Finder = async (sought, around) => {
  const securityhub = hubIn(around, regionOf(sought, around));
  const now = await unless(NOT_ADMIN, unless(OFF, securityhub.describeOrganizationConfiguration({})));
  const kept = ourStandards(around.all);
  const { StandardsSubscriptions: own = [] } = kept.length ? await securityhub.getEnabledStandards({}) : {};
  const gone = own.flatMap(({ StandardsArn: arn }) => (arn && !kept.includes(arn) ? arn : []));
  const central = now?.OrganizationConfiguration?.ConfigurationType === "CENTRAL";
  return (
    now && {
      id: around.account.id,
      loses: [
        ...gone.map((arn) => `the standard ${arn}, on in this account, goes off once a policy of these settings holds`),
        ...(kept.length && !central ? [UNREAD] : []),
      ],
      now: {
        autoEnable: now.AutoEnable,
        autoEnableStandards: now.AutoEnableStandards,
        organizationConfiguration: { configurationType: now.OrganizationConfiguration?.ConfigurationType ?? "LOCAL" },
      },
    }
  );
};

/** AWS tells the administrator nothing of it. */
const UNREAD =
  "what other accounts have set by themselves can't be read from this one: standards and controls that their policy doesn't have go off there";

/** One that is invited, or accepted: of any other, CreateMembers makes anew what it needs. */
const findMember: Finder = async (sought, around) => {
  const region = regionOf(sought, around);
  const accountId = String(sought.inputs.accountId);
  const asked = hubIn(around, region).getMembers({ AccountIds: [accountId] });
  // Security Hub is off, or the account is a member itself.
  const answer = await unless(/InvalidAccessException|AccessDenied/, asked);
  const member = answer?.Members?.find((one) => one.AccountId === accountId);
  const is = ["Invited", "Enabled"].includes(member?.MemberStatus ?? "");
  return is ? { id: accountId, now: { accountId } } : undefined;
};

const findAcceptance: Finder = async (sought, around) => {
  const securityhub = hubIn(around, regionOf(sought, around));
  const { Administrator: admin } = (await unless(OFF, securityhub.getAdministratorAccount({}))) ?? {};
  const { masterId } = sought.inputs;
  return admin?.AccountId === masterId ? { id: around.account.id, now: { masterId } } : undefined;
};

/** What AWS says of V2 where it is off. */
const OFF_V2 = /ConflictException/;

const findAggregatorV2: Finder = async (sought, around) => {
  const region = regionOf(sought, around);
  const listed = await unless(OFF_V2, hubIn(around, region).listAggregatorsV2({}));
  const arn = listed?.AggregatorsV2?.[0]?.AggregatorV2Arn;
  if (!arn) return undefined;
  const home = arn.split(":")[3] ?? "";
  if (home !== region) {
    return {
      what: `Security Hub V2 gathers findings in ${home}, and not in ${region}`,
      fix: `set hakken:homeRegion to ${home} in Pulumi.yaml, or run in account ${around.account.id}: aws securityhub delete-aggregator-v2 --aggregator-v2-arn ${arn} --region ${home}`,
    };
  }
  const now = await hubIn(around, region).getAggregatorV2({ AggregatorV2Arn: arn });
  return { id: arn, now: { regionLinkingMode: now.RegionLinkingMode, linkedRegions: now.LinkedRegions ?? [] } };
};

/** What Security Hub has already. */
export const securityhub: Readonly<Record<string, Finder>> = {
  "aws:securityhub/account:Account": findHub,
  "aws:securityhub/organizationAdminAccount:OrganizationAdminAccount": findAdmin,
  "aws:securityhub/findingAggregator:FindingAggregator": findAggregator,
  "aws:securityhub/aggregatorV2:AggregatorV2": findAggregatorV2,
  "aws:securityhub/organizationConfiguration:OrganizationConfiguration": findOrganization,
  "aws:securityhub/member:Member": findMember,
  "aws:securityhub/inviteAccepter:InviteAccepter": findAcceptance,
  ...automationRules,
  ...configurationPolicies,
  ...securityHubStandards,
};
