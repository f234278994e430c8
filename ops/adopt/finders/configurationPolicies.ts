import type { Policy, SecurityControlCustomParameter } from "@aws-sdk/client-securityhub";
import { type Around, everything, type Finder, type Inputs, regionOf, type Sought, unless } from "../finding";
import { hubIn } from "./hub";

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
      securityControlCustomParameters: controls?.SecurityControlCustomParameters?.map(customBlock),
    },
  };
};

/** The program's names for the types of values, and what the value stands under, by AWS's own. */
const VALUES: Readonly<Record<string, readonly [type: string, under: "value" | "values"]>> = {
  Boolean: ["bool", "value"],
  Double: ["double", "value"],
  Enum: ["enum", "value"],
  EnumList: ["enumList", "values"],
  Integer: ["int", "value"],
  IntegerList: ["intList", "values"],
  String: ["string", "value"],
  StringList: ["stringList", "values"],
};

const customBlock = ({ SecurityControlId, Parameters = {} }: SecurityControlCustomParameter) => ({
  securityControlId: SecurityControlId,
  parameters: Object.entries(Parameters).map(([name, { ValueType, Value = {} }]) => {
    const values = Object.entries(Value).flatMap(([type, value]) => {
      const [ours, under] = VALUES[type] ?? [type, "value"];
      return value === undefined ? [] : [[ours, { [under]: value }] as const];
    });
    return { name, valueType: ValueType, ...Object.fromEntries(values) };
  }),
});

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
export const ourStandards = (all: readonly Sought[]): string[] =>
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

/** Security Hub's configuration policies, and what they apply to. */
export const configurationPolicies: Readonly<Record<string, Finder>> = {
  "aws:securityhub/configurationPolicy:ConfigurationPolicy": findPolicy,
  "aws:securityhub/configurationPolicyAssociation:ConfigurationPolicyAssociation": findAssociation,
};
