import { everything, type Finder, regionOf, unless } from "../finding";
import { hubIn, OFF } from "./hub";

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
  const arn = rules?.find(({ RuleName }) => RuleName === sought.inputs.ruleName)?.RuleArn;
  if (!arn) return undefined;
  const { Rules: [one] = [] } = await securityhub.batchGetAutomationRules({ AutomationRulesArns: [arn] });
  if (!one) throw new Error(`AWS lists the automation rule ${arn}, and gives no answer about it`);
  const { Tags = {} } = await securityhub.listTagsForResource({ ResourceArn: arn });
  const criteria = Object.entries(one.Criteria ?? {}).map(([name, values]) => [criterion(name), inOurNames(values)]);
  return {
    id: arn,
    now: {
      ruleName: one.RuleName,
      ruleOrder: one.RuleOrder,
      ruleStatus: one.RuleStatus,
      isTerminal: one.IsTerminal,
      description: one.Description,
      criteria: Object.fromEntries(criteria),
      actions: inOurNames(one.Actions ?? []),
      tags: Tags,
    },
  };
};

/** The program's name of a criterion: as AWS has it, but several of it. */
export const criterion = (name: string): string => {
  const ours = camel(name);
  if (/(Tags|Fields)$/.test(ours)) return ours;
  return ours.endsWith("s") ? `${ours}es` : ours.endsWith("y") ? `${ours.slice(0, -1)}ies` : `${ours}s`;
};

const camel = (name: string): string => `${name[0]?.toLowerCase()}${name.slice(1)}`;

const inOurNames = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(inOurNames);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  // The keys of a finding's own fields are their author's.
  return Object.fromEntries(
    entries.map(([name, inner]) => [camel(name), name === "UserDefinedFields" ? inner : inOurNames(inner)]),
  );
};

/** Security Hub's automation rules, by their names, of which AWS takes several alike: the first is meant. */
export const automationRules: Readonly<Record<string, Finder>> = {
  "aws:securityhub/automationRule:AutomationRule": findRule,
};
