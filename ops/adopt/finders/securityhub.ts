import { type Policy, SecurityHub } from "@aws-sdk/client-securityhub";
import { type Around, everything, type Finder, type Inputs, type Sought, unless } from "../finding";

const OFF = /not subscribed/i;
const NOT_ADMIN = /not an administrator|not the .*administrator|AccessDenied/i;

const hubIn = ({ account }: Around, region: string): SecurityHub => account.client(SecurityHub, region);
const regionOf = ({ region }: Sought, { homeRegion }: Around): string => region ?? homeRegion;

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
  return (
    now && {
      id: around.account.id,
      loses: gone.map(
        (arn) => `the standard ${arn}, on in this account, goes off once a policy of these settings holds`,
      ),
      now: {
        autoEnable: now.AutoEnable,
        autoEnableStandards: now.AutoEnableStandards,
        organizationConfiguration: { configurationType: now.OrganizationConfiguration?.ConfigurationType ?? "LOCAL" },
      },
    }
  );
};

/** Refused unless central configuration is on. */
const whereCentral = <Answer>(answer: Promise<Answer>): Promise<Answer | undefined> =>
  unless(/AccessDenied|central configuration|ResourceNotFound/i, answer);

const policiesIn = (around: Around, region: string) =>
  around.account.once(`securityhub policies ${region}`, async () => {
    const securityhub = hubIn(around, region);
    const listed = await whereCentral(
      everything(
        (NextToken) => securityhub.listConfigurationPolicies({ NextToken }),
        ({ ConfigurationPolicySummaries }) => ConfigurationPolicySummaries,
      ),
    );
    return listed ?? [];
  });

const settingsOf = (policy: Policy | undefined) => {
  const hub = policy?.SecurityHub;
  const controls = hub?.SecurityControlsConfiguration;
  return {
    serviceEnabled: hub?.ServiceEnabled,
    enabledStandardArns: hub?.EnabledStandardIdentifiers ?? [],
    securityControlsConfiguration: {
      enabledControlIdentifiers: controls?.EnabledSecurityControlIdentifiers,
      disabledControlIdentifiers: controls?.DisabledSecurityControlIdentifiers,
    },
  };
};

const findPolicy: Finder = async (sought, around) => {
  const region = regionOf(sought, around);
  const one = (await policiesIn(around, region)).find(({ Name }) => Name === sought.inputs.name);
  if (!one?.Id) return undefined;
  const now = await hubIn(around, region).getConfigurationPolicy({ Identifier: one.Id });
  return {
    id: one.Id,
    now: { name: now.Name, description: now.Description, configurationPolicy: settingsOf(now.ConfigurationPolicy) },
  };
};

const target = (id: string) =>
  /^\d{12}$/.test(id) ? { AccountId: id } : id.startsWith("r-") ? { RootId: id } : { OrganizationalUnitId: id };

/** The standards that the stack's own policies switch on: those of before that are not among them go off. */
const ourStandards = (all: readonly Sought[]): string[] =>
  all.flatMap(({ inputs }) => {
    const arns = (inputs.configurationPolicy as Inputs | undefined)?.enabledStandardArns;
    return Array.isArray(arns) ? arns.map(String) : [];
  });

const findAssociation: Finder = async (sought, around) => {
  const region = regionOf(sought, around);
  const securityhub = hubIn(around, region);
  const targetId = String(sought.inputs.targetId);
  const now = await whereCentral(securityhub.getConfigurationPolicyAssociation({ Target: target(targetId) }));
  // What it inherits is another target's.
  if (!now?.ConfigurationPolicyId || now.AssociationType !== "APPLIED") return undefined;
  const id = now.ConfigurationPolicyId;
  const before = await whereCentral(securityhub.getConfigurationPolicy({ Identifier: id }));
  const kept = ourStandards(around.all);
  const gone = settingsOf(before?.ConfigurationPolicy).enabledStandardArns.filter((arn) => !kept.includes(arn));
  return {
    id: targetId,
    now: { policyId: id },
    loses: gone.map((arn) => `the standard ${arn} goes off there, since no policy of these settings has it`),
  };
};

const findRule: Finder = async (sought, around) => {
  const region = regionOf(sought, around);
  const securityhub = hubIn(around, region);
  const rules = await around.account.once(`securityhub rules ${region}`, async () =>
    unless(
      OFF,
      everything(
        (NextToken) => securityhub.listAutomationRules({ NextToken }),
        ({ AutomationRulesMetadata }) => AutomationRulesMetadata,
      ),
    ),
  );
  const one = rules?.find(({ RuleName }) => RuleName === sought.inputs.ruleName);
  if (!one?.RuleArn) return undefined;
  return {
    id: one.RuleArn,
    now: {
      ruleName: one.RuleName,
      ruleOrder: one.RuleOrder,
      ruleStatus: one.RuleStatus,
      isTerminal: one.IsTerminal,
      description: one.Description,
    },
  };
};

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
  "aws:securityhub/configurationPolicy:ConfigurationPolicy": findPolicy,
  "aws:securityhub/configurationPolicyAssociation:ConfigurationPolicyAssociation": findAssociation,
  "aws:securityhub/automationRule:AutomationRule": findRule,
  "aws:securityhub/member:Member": findMember,
  "aws:securityhub/inviteAccepter:InviteAccepter": findAcceptance,
};
