import type {
  AutomationRulesFindingFilters,
  AwsSecurityFindingFilters,
  DateFilter,
  MapFilter,
  SortCriterion,
  StringFilter,
} from "@aws-sdk/client-securityhub";
import { ServiceError } from "../controlPlane/errors";
import type { Finding } from "./asff";
import { invalidInput } from "./state";

const atMost = 20;

/** Attributes that the sandbox filters and sorts by: text. */
const texts: Record<string, (finding: Finding) => (string | undefined)[]> = {
  Id: (one) => [one.Id],
  ProductArn: (one) => [one.ProductArn],
  AwsAccountId: (one) => [one.AwsAccountId],
  Region: (one) => [one.Region],
  Title: (one) => [one.Title],
  GeneratorId: (one) => [one.GeneratorId],
  ProductName: (one) => [one.ProductName],
  NoteText: (one) => [one.Note?.Text],
  NoteUpdatedBy: (one) => [one.Note?.UpdatedBy],
  WorkflowStatus: (one) => [one.Workflow?.Status],
  RecordState: (one) => [one.RecordState],
  SeverityLabel: (one) => [one.Severity?.Label],
  ComplianceStatus: (one) => [one.Compliance?.Status],
  ComplianceSecurityControlId: (one) => [one.Compliance?.SecurityControlId],
  ResourceId: (one) => (one.Resources ?? []).map((resource) => resource.Id),
  ResourceType: (one) => (one.Resources ?? []).map((resource) => resource.Type),
};

/** Attributes that the sandbox filters and sorts by: times. */
const times: Record<string, (finding: Finding) => string | undefined> = {
  UpdatedAt: (one) => one.UpdatedAt,
  CreatedAt: (one) => one.CreatedAt,
  FirstObservedAt: (one) => one.FirstObservedAt,
  LastObservedAt: (one) => one.LastObservedAt,
};

/** Attributes that the sandbox filters by: maps with free keys. */
const maps: Record<string, (finding: Finding) => (Record<string, string> | undefined)[]> = {
  ResourceTags: (one) => (one.Resources ?? []).map((resource) => resource.Tags),
  UserDefinedFields: (one) => [one.UserDefinedFields],
};

const unknownAttribute = (name: string) =>
  new ServiceError("NotImplementedException", 501, `The sandbox does not filter or sort findings by ${name}.`);

/**
 * The test that filters stand for: of one attribute's values any holds, and every attribute holds. Throws where an attribute has more
 * values than `most` lets it.
 */
export function matcher(
  filters: AwsSecurityFindingFilters | AutomationRulesFindingFilters,
  now: number,
  most: (attribute: string) => number = () => atMost,
): (finding: Finding) => boolean {
  const tests = Object.entries(filters).map(([name, conditions]) => {
    if (conditions.length > most(name))
      throw invalidInput(
        `Invalid parameter 'Filters'. data.Filters['${name}'] should NOT have more than ${most(name)} items`,
      );
    return attributeTest(name, conditions, now);
  });
  return (finding) => tests.every((test) => test(finding));
}

function attributeTest(name: string, conditions: unknown[], now: number): (finding: Finding) => boolean {
  const text = texts[name];
  if (text !== undefined) {
    const { anyOf, allOf } = split(conditions as StringFilter[]);
    return (finding) => {
      const values = text(finding).map((value) => value ?? "");
      const any = anyOf.length === 0 || anyOf.some((test) => values.some(test));
      return any && allOf.every((test) => values.every(test));
    };
  }
  const map = maps[name];
  if (map !== undefined) return mapTest(map, conditions as MapFilter[]);
  const time = times[name];
  if (time === undefined) throw unknownAttribute(name);
  const tests = (conditions as DateFilter[]).map((condition) => period(condition, now));
  return (finding) => {
    const at = Date.parse(time(finding) ?? "");
    return tests.length === 0 || tests.some((test) => test(at));
  };
}

/** Each condition names a key, and goes by the value under it. */
function mapTest(
  map: (finding: Finding) => (Record<string, string> | undefined)[],
  conditions: MapFilter[],
): (finding: Finding) => boolean {
  const tests = conditions.map(({ Key = "", ...condition }) => ({ Key, ...split([condition as StringFilter]) }));
  return (finding) => {
    const found = map(finding);
    const negative = tests.filter(({ anyOf }) => anyOf.length === 0);
    const positive = tests.filter(({ anyOf }) => anyOf.length > 0);
    const valuesOf = (key: string) => found.flatMap((one) => one?.[key] ?? []);
    const any =
      positive.length === 0 || positive.some(({ Key, anyOf }) => valuesOf(Key).some((at) => anyOf.some((t) => t(at))));
    return any && negative.every(({ Key, allOf }) => valuesOf(Key).every((at) => allOf.every((t) => t(at))));
  };
}

type TextTest = (value: string) => boolean;

/** Conditions of one attribute are joined by OR, negative ones by AND. */
function split(conditions: StringFilter[]): { anyOf: TextTest[]; allOf: TextTest[] } {
  const anyOf: TextTest[] = [];
  const allOf: TextTest[] = [];
  for (const { Value = "", Comparison } of conditions) {
    if (Comparison === "EQUALS") anyOf.push((value) => value === Value);
    else if (Comparison === "PREFIX") anyOf.push((value) => value.startsWith(Value));
    else if (Comparison === "CONTAINS") anyOf.push((value) => value.includes(Value));
    else if (Comparison === "NOT_EQUALS") allOf.push((value) => value !== Value);
    else if (Comparison === "PREFIX_NOT_EQUALS") allOf.push((value) => !value.startsWith(Value));
    else if (Comparison === "NOT_CONTAINS") allOf.push((value) => !value.includes(Value));
    else throw invalidInput(`Invalid parameter 'Filters'. Comparison ${Comparison} is not known`);
  }
  return { anyOf, allOf };
}

const day = 24 * 60 * 60 * 1000;

/** The test that a date filter stands for, by the time in milliseconds. */
export function period({ Start, End, DateRange }: DateFilter, now: number): (at: number) => boolean {
  if (DateRange !== undefined) {
    if (DateRange.Unit !== "DAYS" || DateRange.Value === undefined || Start !== undefined || End !== undefined)
      throw invalidInput("Invalid parameter 'Filters'. A DateRange has Unit DAYS and a Value, and stands alone");
    const from = now - DateRange.Value * day;
    return (at) => at >= from;
  }
  if (Start === undefined || End === undefined)
    throw invalidInput("Invalid parameter 'Filters'. A date filter needs Start and End, or a DateRange");
  const [from, to] = [Date.parse(Start), Date.parse(End)];
  if (Number.isNaN(from) || Number.isNaN(to))
    throw invalidInput("Invalid parameter 'Filters'. Start and End are no times");
  return (at) => at >= from && at <= to;
}

/** Findings in the order asked for; without one, in the order in which they came. */
export function sorted(findings: Finding[], criteria: readonly SortCriterion[]): Finding[] {
  const comparisons = criteria.map(({ Field = "", SortOrder = "asc" }) => {
    const value = sortValue(Field);
    const sign = SortOrder === "desc" ? -1 : 1;
    return (one: Finding, other: Finding) => sign * compare(value(one), value(other));
  });
  return [...findings].sort((one, other) => {
    for (const comparison of comparisons) {
      const order = comparison(one, other);
      if (order !== 0) return order;
    }
    return 0;
  });
}

function sortValue(field: string): (finding: Finding) => string | number {
  const time = times[field];
  if (time !== undefined) return (finding) => Date.parse(time(finding) ?? "") || 0;
  if (field === "SeverityNormalized") return (finding) => finding.Severity?.Normalized ?? 0;
  const text = texts[field];
  if (text === undefined) throw unknownAttribute(field);
  return (finding) => text(finding)[0] ?? "";
}

const compare = (one: string | number, other: string | number) => (one < other ? -1 : one > other ? 1 : 0);
