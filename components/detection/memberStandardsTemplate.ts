import { type LocalStandards, offIn, parametersByControl } from "./localStandards";
import { standardIn } from "./standards";

/** The largest template that can be given as text. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
const LARGEST = 51_200;
/** CloudFormation's Fn::Or takes so many conditions. */
const MOST_ALTERNATIVES = 10;

type Json = Record<string, unknown>;

/**
 * Switches Security Hub on, with no standard. It stays when its stack goes, since findings would go with it; and fails where it is on
 * already, with no harm.
 */
export function hubTemplate(): string {
  const Properties = { EnableDefaultStandards: false };
  return JSON.stringify({
    Resources: { Hub: { Type: "AWS::SecurityHub::Hub", DeletionPolicy: "Retain", Properties } },
  });
}

/**
 * The standards of an account in each region, controls that are off and parameters. One template for all regions, in which a standard
 * or control keeps its name whatever regions have it: so a change for one region is made in place, and none is on twice.
 * Throws where it is larger than CloudFormation takes.
 */
export function standardsTemplate(of: Readonly<Record<string, LocalStandards>>): string {
  const regions = Object.keys(of);
  const conditions: Json = {};
  const here = (region: string): string => {
    const name = `In${letters(region)}`;
    conditions[name] = { "Fn::Equals": [{ Ref: "AWS::Region" }, region] };
    return name;
  };
  /** The value of each region; the commonest one where no condition holds. */
  const byRegion = (give: (region: string) => unknown): unknown => {
    const values = regions.map((region) => ({ region, text: JSON.stringify(give(region)) }));
    const often = (text: string) => values.filter((one) => one.text === text).length;
    const [common = "null"] = [...new Set(values.map(({ text }) => text))].sort((a, b) => often(b) - often(a));
    return values
      .filter(({ text }) => text !== common)
      .reduce<unknown>(
        (rest, { region, text }) => ({ "Fn::If": [here(region), JSON.parse(text), rest] }),
        JSON.parse(common),
      );
  };
  /** Where the resource is made. */
  const presence = (name: string, isThere: (region: string) => boolean): Json => {
    const there = regions.filter(isThere);
    if (there.length === regions.length) return {};
    conditions[`Has${name}`] = oneOf(there.map((region) => ({ Condition: here(region) })));
    return { Condition: `Has${name}` };
  };

  const resources: Json = {};
  for (const standard of new Set(Object.values(of).flatMap(({ standards }) => standards))) {
    const name = letters(standard);
    const off = (region: string) => disabled(standard, of[region] as LocalStandards);
    resources[name] = {
      Type: "AWS::SecurityHub::Standard",
      ...presence(name, (region) => of[region]?.standards.includes(standard) ?? false),
      Properties: {
        StandardsArn: inEachRegion(standard),
        ...(regions.some((region) => off(region).length > 0) && {
          DisabledStandardsControls: byRegion((region) => {
            const controls = off(region);
            return controls.length > 0 ? controls : { Ref: "AWS::NoValue" };
          }),
        }),
      },
    };
  }
  const controls = new Set(Object.values(of).flatMap(({ parameters }) => parameters.map(({ control }) => control)));
  for (const control of controls) {
    const name = `Control${letters(control)}`;
    const own = (region: string) =>
      parametersByControl(of[region]?.parameters ?? []).find((one) => one.control === control);
    // A region where the resource is not made takes the value of any other, which keeps the template short.
    const some = regions.flatMap((region) => own(region) ?? [])[0];
    const valuesOf = (region: string) => own(region)?.values ?? some?.values ?? {};
    resources[name] = {
      Type: "AWS::SecurityHub::SecurityControl",
      ...presence(name, (region) => own(region) !== undefined),
      Properties: {
        SecurityControlId: control,
        Parameters: byRegion((region) =>
          Object.fromEntries(
            Object.entries(valuesOf(region)).map(([key, Value]) => [key, { ValueType: "CUSTOM", Value }]),
          ),
        ),
        LastUpdateReason: byRegion((region) => own(region)?.reason ?? some?.reason),
      },
    };
  }
  const text = JSON.stringify({
    ...(Object.keys(conditions).length > 0 && { Conditions: conditions }),
    Resources: resources,
  });
  if (text.length > LARGEST)
    throw new Error(
      `hakken:securityHub.local: the template of the member accounts' standards has ${text.length} characters, and CloudFormation takes ${LARGEST}: name fewer controls, or the same in more regions.`,
    );
  return text;
}

const letters = (name: string) =>
  name
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");

function oneOf(alternatives: readonly Json[]): Json {
  const [only, ...others] = alternatives;
  if (!only || others.length === 0) return only ?? {};
  if (alternatives.length <= MOST_ALTERNATIVES) return { "Fn::Or": alternatives };
  const first = alternatives.slice(0, MOST_ALTERNATIVES - 1);
  return { "Fn::Or": [...first, oneOf(alternatives.slice(MOST_ALTERNATIVES - 1))] };
}

const PLACE = "REGION";

/** A standard's ARN in the stack's own region. */
function inEachRegion(standard: string): unknown {
  const arn = standardIn(PLACE, standard);
  const [before, after] = arn.split(PLACE);
  return after === undefined ? arn : join(before, { Ref: "AWS::Region" }, after);
}

function disabled(standard: string, here: LocalStandards): Json[] {
  const path = standardIn(PLACE, standard).replace(/^.*:(?:standards|ruleset)\//, "");
  return offIn(standard, here).map(({ id, reason }) => ({
    StandardsControlArn: join(
      "arn:aws:securityhub:",
      { Ref: "AWS::Region" },
      ":",
      { Ref: "AWS::AccountId" },
      `:control/${path}/${id}`,
    ),
    Reason: reason,
  }));
}

const join = (...parts: unknown[]) => ({ "Fn::Join": ["", parts] });
