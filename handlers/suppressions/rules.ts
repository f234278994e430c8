import type {
  AutomationRulesConfig,
  AwsSecurityFinding,
  DateFilter,
  MapFilter,
  StringFilter,
} from "@aws-sdk/client-securityhub";

/** How the notes of hakken's suppressions, and the names of their rules, begin. */
export const RULE_PREFIX = "hakken-";

/**
 * Whether one of the rules would suppress this finding if it were reported now. What a rule asks for beyond what hakken's own ask
 * for can't be judged here, and counts as met: then the finding stays as it is.
 */
export const isCovered = (finding: AwsSecurityFinding, rules: readonly AutomationRulesConfig[], now: string): boolean =>
  rules.some((rule) => suppresses(rule) && Object.entries(rule.Criteria ?? {}).every(isMet(finding, now)));

const suppresses = ({ RuleStatus, Actions = [] }: AutomationRulesConfig): boolean =>
  RuleStatus === "ENABLED" &&
  Actions.some(({ FindingFieldsUpdate }) => FindingFieldsUpdate?.Workflow?.Status === "SUPPRESSED");

/** What hakken's suppressions match, by the criterion's name. */
const TEXTS: Record<string, (finding: AwsSecurityFinding) => (string | undefined)[]> = {
  AwsAccountId: ({ AwsAccountId }) => [AwsAccountId],
  ProductName: ({ ProductName }) => [ProductName],
  ComplianceSecurityControlId: ({ Compliance }) => [Compliance?.SecurityControlId],
  ResourceId: ({ Resources = [] }) => Resources.map(({ Id }) => Id),
  Title: ({ Title }) => [Title],
  SeverityLabel: ({ Severity }) => [Severity?.Label],
};

const isMet =
  (finding: AwsSecurityFinding, now: string) =>
  ([name, conditions]: [string, unknown]): boolean => {
    // A suppression's end is a bound of the finding's last update, so it is over once no update can be within it any more.
    if (name === "UpdatedAt") return (conditions as DateFilter[]).some(({ End }) => !End || isUntil(End, now));
    if (name === "ResourceTags") return (conditions as MapFilter[]).some((condition) => hasTag(finding, condition));
    const texts = TEXTS[name]?.(finding);
    return !texts || (conditions as StringFilter[]).some((condition) => texts.some((text) => holds(condition, text)));
  };

const isUntil = (end: string, now: string): boolean => Date.parse(end) >= Date.parse(now);

const holds = ({ Comparison, Value = "" }: StringFilter, text: string | undefined): boolean => {
  if (Comparison === "EQUALS") return text === Value;
  return Comparison === "PREFIX" ? (text ?? "").startsWith(Value) : true;
};

const hasTag = ({ Resources = [] }: AwsSecurityFinding, { Key = "", Value, Comparison }: MapFilter): boolean =>
  Comparison !== "EQUALS" || Resources.some(({ Tags }) => Tags?.[Key] === Value);
