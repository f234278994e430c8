import type {
  AutomationRulesAction,
  AutomationRulesFindingFilters,
  RuleStatus,
  UpdateAutomationRulesRequestItem,
} from "@aws-sdk/client-securityhub";
import type { AutomationRuleArgs } from "@pulumi/aws/securityhub/automationRule";
import { camel, found, type Plain, pascal, type ResourceType, resource } from "../resource";

/** Criteria by their names in Pulumi, which are plural; those that compare text, then those with a key, then times. */
const TEXTS = {
  awsAccountIds: "AwsAccountId",
  complianceSecurityControlIds: "ComplianceSecurityControlId",
  complianceStatuses: "ComplianceStatus",
  generatorIds: "GeneratorId",
  ids: "Id",
  productArns: "ProductArn",
  productNames: "ProductName",
  recordStates: "RecordState",
  resourceIds: "ResourceId",
  resourceTypes: "ResourceType",
  severityLabels: "SeverityLabel",
  titles: "Title",
  workflowStatuses: "WorkflowStatus",
} as const;
const MAPS = { resourceTags: "ResourceTags", userDefinedFields: "UserDefinedFields" } as const;
const TIMES = { createdAts: "CreatedAt", updatedAts: "UpdatedAt" } as const;
const CRITERIA: Record<string, keyof AutomationRulesFindingFilters> = { ...TEXTS, ...MAPS, ...TIMES };

const shapesOf = <Names extends string, Inner>(names: Record<Names, unknown>, inner: Inner) =>
  Object.fromEntries(Object.keys(names).map((name) => [name, inner])) as Record<Names, Inner>;

function rule(inputs: Plain<AutomationRuleArgs>) {
  const criteria = Object.entries(inputs.criteria as Record<string, object[] | undefined>).flatMap(([name, given]) => {
    // An empty block is none.
    return given && given.length > 0 ? [[CRITERIA[name], given.map((one) => pascal(one))]] : [];
  });
  const actions = inputs.actions.map(({ type, findingFieldsUpdate: fields }) => ({
    Type: type,
    FindingFieldsUpdate: fields && {
      ...pascal(fields),
      Note: pascal(fields.note),
      Severity: pascal(fields.severity),
      Workflow: pascal(fields.workflow),
    },
  }));
  return {
    RuleName: inputs.ruleName,
    Description: inputs.description,
    RuleOrder: inputs.ruleOrder,
    RuleStatus: inputs.ruleStatus as RuleStatus | undefined,
    IsTerminal: inputs.isTerminal ?? false,
    Criteria: Object.fromEntries(criteria) as AutomationRulesFindingFilters,
    Actions: actions as AutomationRulesAction[],
  } satisfies Omit<UpdateAutomationRulesRequestItem, "RuleArn">;
}

function criteriaIn(filters: AutomationRulesFindingFilters = {}): Record<string, unknown> {
  const names = Object.fromEntries(Object.entries(CRITERIA).map(([name, attribute]) => [attribute, name]));
  const entries = Object.entries(filters as Record<string, object[]>);
  return Object.fromEntries(
    entries.map(([attribute, given]) => [names[attribute] ?? attribute, given.map((one) => camel(one))]),
  );
}

function actionIn({ Type, FindingFieldsUpdate: fields }: AutomationRulesAction) {
  return {
    type: Type,
    findingFieldsUpdate: fields && {
      ...camel(fields),
      note: camel(fields.Note),
      severity: camel(fields.Severity),
      workflow: camel(fields.Workflow),
    },
  };
}

export const automationRules: Record<string, ResourceType> = {
  "aws:securityhub/automationRule:AutomationRule": resource<AutomationRuleArgs>({
    inputs: {
      ruleName: true,
      description: true,
      ruleOrder: true,
      ruleStatus: true,
      isTerminal: true,
      criteria: {
        ...shapesOf(TEXTS, { comparison: true, value: true } as const),
        ...shapesOf(MAPS, { comparison: true, key: true, value: true } as const),
        ...shapesOf(TIMES, { start: true, end: true, dateRange: { unit: true, value: true } } as const),
      },
      actions: {
        type: true,
        findingFieldsUpdate: {
          note: { text: true, updatedBy: true },
          severity: { label: true, product: true },
          workflow: { status: true },
          confidence: true,
          criticality: true,
          types: true,
          userDefinedFields: true,
          verificationState: true,
        },
      },
      tags: true,
    },
    async create({ securityhub }, inputs) {
      const { RuleArn } = await securityhub.createAutomationRule({ ...rule(inputs), Tags: inputs.tags });
      return String(RuleArn);
    },
    async read({ securityhub }, id) {
      // Where Security Hub is off, or the account lost it, there is no rule either.
      const answer = await found(securityhub.batchGetAutomationRules({ AutomationRulesArns: [id] })).catch((error) => {
        if (/not subscribed to AWS Security Hub/.test(error.message)) return undefined;
        throw error;
      });
      const [now] = answer?.Rules ?? [];
      if (!now) return undefined;
      const { Tags } = await securityhub.listTagsForResource({ ResourceArn: id });
      return {
        arn: id,
        ruleName: now.RuleName,
        description: now.Description,
        ruleOrder: now.RuleOrder,
        ruleStatus: now.RuleStatus,
        isTerminal: now.IsTerminal,
        criteria: criteriaIn(now.Criteria),
        actions: now.Actions?.map(actionIn),
        tags: Tags,
      };
    },
    // As the official provider, both: what the answer calls unprocessed is not looked at.
    update: ({ securityhub }, id, inputs) =>
      securityhub.batchUpdateAutomationRules({
        UpdateAutomationRulesRequestItems: [{ RuleArn: id, ...rule(inputs) }],
      }),
    delete: ({ securityhub }, id) => securityhub.batchDeleteAutomationRules({ AutomationRulesArns: [id] }),
    tags: {
      put: ({ securityhub }, { arn }, tags) => securityhub.tagResource({ ResourceArn: String(arn), Tags: tags }),
      remove: ({ securityhub }, { arn }, keys) =>
        securityhub.untagResource({ ResourceArn: String(arn), TagKeys: keys }),
    },
  }),
};
