import {
  type CompositeFilter,
  type DateFilter,
  type NumberFilter,
  OcsfBooleanField,
  OcsfDateField,
  type OcsfFindingFilters,
  OcsfNumberField,
  OcsfStringField,
  type StringFilter,
} from "@aws-sdk/client-securityhub";
import { ServiceError } from "../controlPlane/errors";
import type { Ocsf } from "./ocsf";
import { period } from "./query";

const invalid = (message: string) => new ServiceError("ValidationException", 400, message);
const lacking = (what: string) =>
  new ServiceError("NotImplementedException", 501, `The sandbox does not have ${what}.`);

const MOST_COMPOSITES = 10;
const MOST_FILTERS = 20;

type Test = (finding: Ocsf) => boolean;

/** The test that filters stand for. https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_OcsfFindingFilters.html */
export function matcherOf({ CompositeFilters = [], CompositeOperator }: OcsfFindingFilters, now: number): Test {
  if (CompositeFilters.length > MOST_COMPOSITES)
    throw invalid(`CompositeFilters should NOT have more than ${MOST_COMPOSITES} items`);
  return joined(
    CompositeFilters.map((one) => testOf(one, now, true)),
    CompositeOperator,
  );
}

function testOf(composite: CompositeFilter, now: number, mayNest: boolean): Test {
  const { NestedCompositeFilters: nested = [], MapFilters = [], IpFilters = [], Operator } = composite;
  if (MapFilters.length + IpFilters.length > 0) throw lacking("filters of findings by tags and addresses");
  if (nested.length > 0 && !mayNest) throw invalid("NestedCompositeFilters may not be nested again");
  const tests = [
    ...each(composite.StringFilters, OcsfStringField, (filter: StringFilter) => textTest(filter)),
    ...each(composite.NumberFilters, OcsfNumberField, (filter: NumberFilter) => numberTest(filter)),
    ...each(composite.DateFilters, OcsfDateField, (filter: DateFilter) => {
      const test = period(filter, now);
      return (values) => values.some((value) => test(Date.parse(String(value))));
    }),
    ...each(composite.BooleanFilters, OcsfBooleanField, ({ Value }: { Value?: boolean }) => {
      return (values) => values.some((value) => value === Value);
    }),
    ...nested.map((one) => testOf(one, now, false)),
  ];
  return joined(tests, Operator);
}

/** Of one condition, or of none, nothing is to be joined. */
function joined(tests: readonly Test[], operator: string | undefined): Test {
  if (tests.length > 1 && operator !== "AND" && operator !== "OR")
    throw invalid("Of several conditions it must be said whether all are meant (AND), or any (OR)");
  if (operator === "OR" && tests.length > 0) return (finding) => tests.some((test) => test(finding));
  return (finding) => tests.every((test) => test(finding));
}

interface FieldFilter<F> {
  FieldName?: string;
  Filter?: F;
}

function each<F>(
  filters: readonly FieldFilter<F>[] = [],
  fields: Readonly<Record<string, string>>,
  test: (filter: F) => (values: unknown[]) => boolean,
): Test[] {
  if (filters.length > MOST_FILTERS)
    throw invalid(`A filter of one kind should NOT have more than ${MOST_FILTERS} items`);
  return filters.map(({ FieldName = "", Filter }) => {
    if (!Object.values(fields).includes(FieldName) || Filter === undefined)
      throw invalid(`"${FieldName}" is no field of this kind of filter, or has no condition`);
    const holds = test(Filter);
    return (finding) => holds(valuesAt(finding, FieldName.split(".")));
  });
}

/** Every value at a path; of a list, of each item. */
function valuesAt(from: unknown, path: readonly string[]): unknown[] {
  if (Array.isArray(from)) return from.flatMap((item) => valuesAt(item, path));
  const [first, ...rest] = path;
  if (first === undefined) return from === undefined ? [] : [from];
  return typeof from === "object" && from !== null ? valuesAt((from as Ocsf)[first], rest) : [];
}

function textTest({ Value = "", Comparison }: StringFilter): (values: unknown[]) => boolean {
  const some = (test: (text: string) => boolean) => (values: unknown[]) => values.some((value) => test(String(value)));
  const not = (test: (values: unknown[]) => boolean) => (values: unknown[]) => !test(values);
  const equal = some((text) => text === Value);
  const prefix = some((text) => text.startsWith(Value));
  if (Comparison === "EQUALS") return equal;
  if (Comparison === "NOT_EQUALS") return not(equal);
  if (Comparison === "PREFIX") return prefix;
  if (Comparison === "PREFIX_NOT_EQUALS") return not(prefix);
  throw lacking(`the comparison ${Comparison} of findings of V2`);
}

function numberTest({ Eq, Gte, Lte, Gt, Lt }: NumberFilter): (values: unknown[]) => boolean {
  const holds = (value: number) =>
    (Eq === undefined || value === Eq) &&
    (Gte === undefined || value >= Gte) &&
    (Lte === undefined || value <= Lte) &&
    (Gt === undefined || value > Gt) &&
    (Lt === undefined || value < Lt);
  return (values) => values.some((value) => typeof value === "number" && holds(value));
}
