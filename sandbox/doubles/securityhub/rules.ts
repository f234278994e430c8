import { randomUUID } from "node:crypto";
import type * as sdk from "@aws-sdk/client-securityhub";
import { accessDenied, ServiceError } from "../controlPlane/errors";
import { page } from "../controlPlane/pages";
import type { Call, Operations } from "../controlPlane/service";
import { changed, checkChange } from "./changes";
import { matcher } from "./query";
import type { AutomationRule } from "./records";
import { invalidInput, type SecurityHubState } from "./state";
import type { Stored } from "./store";

const mostRules = 100;
const mostInBatch = 100;
const mostValues = 20;
/** Attributes of which a rule may name more. */
const manyValues = ["AwsAccountId", "GeneratorId", "ResourceId", "Title"];

/** Automation rules: https://docs.aws.amazon.com/securityhub/latest/userguide/automation-rules.html */
export function ruleOperations(state: SecurityHubState): Operations {
  const own = ({ account, region }: Call) => state.rulesOf(account, region);
  const administers = (call: Call) => {
    state.subscribed(call);
    if (state.administratorOf(call.account, call.region) !== undefined)
      throw accessDenied(`Account ${call.account} is a member account: automation rules are its administrator's`);
  };
  const batch = (name: string, list: readonly unknown[] | undefined) => {
    const length = list?.length ?? 0;
    if (length < 1 || length > mostInBatch)
      throw invalidInput(`Invalid parameter '${name}'. data.${name} should have 1 to ${mostInBatch} items`);
  };
  const unknown = (RuleArn: string | undefined) => ({
    RuleArn,
    ErrorCode: 404,
    ErrorMessage: "Automation rule does not exist",
  });

  return {
    CreateAutomationRule: (input: sdk.CreateAutomationRuleCommandInput, call: Call) => {
      administers(call);
      const { Tags = {}, RuleStatus = "ENABLED", IsTerminal = false, ...given } = input;
      checkRule({ ...given, RuleStatus }, state.clock.now());
      if (own(call).size >= mostRules)
        throw new ServiceError("LimitExceededException", 429, `Cannot create more than ${mostRules} automation rules`);
      const arn = `arn:aws:securityhub:${call.region}:${call.account}:automation-rule/${randomUUID()}`;
      const now = new Date(state.clock.now());
      own(call).set(arn, {
        tags: { ...Tags },
        config: {
          ...given,
          RuleArn: arn,
          RuleStatus,
          IsTerminal,
          CreatedAt: now,
          UpdatedAt: now,
          CreatedBy: call.principal,
        },
      });
      return { RuleArn: arn };
    },

    BatchGetAutomationRules: (input: sdk.BatchGetAutomationRulesCommandInput, call: Call) => {
      administers(call);
      const { AutomationRulesArns: arns = [] } = input;
      batch("AutomationRulesArns", arns);
      return {
        Rules: arns.flatMap((arn) => own(call).get(arn)?.config ?? []),
        UnprocessedAutomationRules: arns.filter((arn) => !own(call).has(arn)).map(unknown),
      };
    },

    ListAutomationRules: (input: sdk.ListAutomationRulesCommandInput, call: Call) => {
      administers(call);
      const all = [...own(call).values()].map(({ config: { Actions: _, Criteria: __, ...metadata } }) => metadata);
      const refused = () => invalidInput("Invalid parameter 'NextToken'.");
      const { items, NextToken } = page(all, input.MaxResults ?? 100, input.NextToken, refused);
      return { AutomationRulesMetadata: items, NextToken };
    },

    BatchUpdateAutomationRules: (input: sdk.BatchUpdateAutomationRulesCommandInput, call: Call) => {
      administers(call);
      const { UpdateAutomationRulesRequestItems: items = [] } = input;
      batch("UpdateAutomationRulesRequestItems", items);
      const unprocessed = items.flatMap(({ RuleArn = "", ...change }) => {
        const rule = own(call).get(RuleArn);
        if (rule === undefined) return [unknown(RuleArn)];
        const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
        const config = { ...rule.config, ...given, UpdatedAt: new Date(state.clock.now()) };
        checkRule(config, state.clock.now());
        rule.config = config;
        return [];
      });
      const failed = unprocessed.map(({ RuleArn }) => RuleArn);
      return {
        ProcessedAutomationRules: items.flatMap(({ RuleArn }) => (failed.includes(RuleArn) ? [] : (RuleArn ?? []))),
        UnprocessedAutomationRules: unprocessed,
      };
    },

    BatchDeleteAutomationRules: (input: sdk.BatchDeleteAutomationRulesCommandInput, call: Call) => {
      administers(call);
      const { AutomationRulesArns: arns = [] } = input;
      batch("AutomationRulesArns", arns);
      const there = arns.filter((arn) => own(call).has(arn));
      const missing = arns.filter((arn) => !there.includes(arn));
      for (const arn of there) own(call).delete(arn);
      return { ProcessedAutomationRules: there, UnprocessedAutomationRules: missing.map(unknown) };
    },
  };
}

const most = (attribute: string) => (manyValues.includes(attribute) ? 100 : mostValues);

function checkRule(rule: Partial<sdk.AutomationRulesConfig>, now: number): void {
  const { RuleName = "", Description = "", RuleOrder = 0, RuleStatus = "", Criteria = {}, Actions = [] } = rule;
  const wrong = (name: string, why: string) => invalidInput(`Invalid parameter '${name}'. data.${name} should ${why}`);
  if (!/\S/.test(RuleName)) throw wrong("RuleName", "NOT be empty");
  if (!/\S/.test(Description)) throw wrong("Description", "NOT be empty");
  if (!Number.isInteger(RuleOrder) || RuleOrder < 1 || RuleOrder > 1000) throw wrong("RuleOrder", "be 1 to 1000");
  if (!["ENABLED", "DISABLED"].includes(RuleStatus)) throw wrong("RuleStatus", "be ENABLED or DISABLED");
  if (Object.keys(Criteria).length === 0) throw wrong("Criteria", "have a criterion");
  for (const [name, conditions] of Object.entries(Criteria))
    if (conditions.length === 0) throw wrong(`Criteria.${name}`, "NOT have fewer than 1 items");
  matcher(Criteria, now, most);
  const [action] = Actions;
  if (Actions.length !== 1 || action?.Type !== "FINDING_FIELDS_UPDATE" || action.FindingFieldsUpdate === undefined)
    throw wrong("Actions", "have exactly 1 item, of Type FINDING_FIELDS_UPDATE");
  checkChange(action.FindingFieldsUpdate);
}

/**
 * A finding as it comes in, or is reported anew, after the rules of its region: those of its account's administrator, or of the account
 * itself where it has none. A person's update, by BatchUpdateFindings, is none of their business.
 */
export function ruled(state: SecurityHubState, stored: Stored): Stored {
  const now = state.clock.now();
  const { account, region, adopted } = stored;
  const admin = adopted ? state.admins.get(region) : state.administratorOf(account, region);
  const rules = [...state.rulesOf(admin ?? account, region).values()]
    .map(({ config }) => config)
    .filter(({ RuleStatus }) => RuleStatus === "ENABLED")
    .sort(inOrder);
  let after = stored;
  for (const { Criteria = {}, Actions = [], IsTerminal } of rules) {
    if (!matcher(Criteria, now, most)(after.finding)) continue;
    for (const { FindingFieldsUpdate } of Actions)
      if (FindingFieldsUpdate) after = changed(after, FindingFieldsUpdate, now);
    if (IsTerminal) break;
  }
  return after;
}

/** Of two with the same order, the one that was changed earlier comes first. */
const inOrder = (one: AutomationRule["config"], other: AutomationRule["config"]) =>
  (one.RuleOrder ?? 0) - (other.RuleOrder ?? 0) || Number(one.UpdatedAt) - Number(other.UpdatedAt);
