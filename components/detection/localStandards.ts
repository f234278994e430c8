import type { ParameterValue } from "../../handlers/reconcile/securityHubParameters";
import type { ControlOff, ParameterSet } from "./configurationPolicy";
import { OWN_IDS, type Standard } from "./standards";

/** A control that is off under LOCAL, where each standard is set by itself. */
export interface LocalControlOff extends ControlOff {
  /** Standards that it is off in, of those that call it by the same id. Default: all of them that are on. */
  standards?: readonly Standard[];
  /** Its id in standards that number controls by themselves, where it is off too. */
  ids?: Readonly<Partial<Record<Standard, string>>>;
}

/** What an account has in one region under LOCAL. */
export interface LocalStandards {
  /** Names, or ARNs. */
  standards: readonly string[];
  disabledControls: readonly LocalControlOff[];
  parameters: readonly ParameterSet[];
}

/** A control that is off in one standard. */
export interface Off {
  /** Security Hub's own id. */
  control: string;
  /** Its id in the standard. */
  id: string;
  reason: string;
}

/** The controls of one of the standards that are off. */
export function offIn(standard: string, { disabledControls }: LocalStandards): Off[] {
  return disabledControls.flatMap(({ control, reason, standards, ids }) => {
    const own = ids?.[standard as Standard];
    if (own) return [{ control, id: own, reason }];
    if (OWN_IDS.some((name) => name === standard)) return [];
    // An ARN is of a standard that the settings have no name for.
    const meant = standards ? standards.some((name) => name === standard) : !standard.startsWith("arn:");
    return meant ? [{ control, id: control, reason }] : [];
  });
}

/** A value under the name that Security Hub's API has for its type. */
function parameterValue({ value, type }: ParameterSet): ParameterValue {
  const named = { double: "Double", enum: "Enum", enumList: "EnumList", string: "String", stringList: "StringList" };
  if (type) return { [named[type]]: value };
  if (Array.isArray(value))
    return value.every((one) => typeof one === "number") ? { IntegerList: value } : { StringList: value };
  if (typeof value === "boolean") return { Boolean: value };
  if (typeof value === "number") return Number.isInteger(value) ? { Integer: value } : { Double: value };
  return { String: value };
}

/** Parameters by control, each with the reasons for all of its own. */
export function parametersByControl(parameters: readonly ParameterSet[]) {
  const controls = [...new Set(parameters.map(({ control }) => control))];
  return controls.map((control) => {
    const own = parameters.filter((one) => one.control === control);
    return {
      control,
      reason: asUpdateReason([...new Set(own.map(({ reason }) => reason))].join(" - ")),
      values: Object.fromEntries(own.map((one) => [one.name, parameterValue(one)])),
    };
  });
}

/** AWS takes letters of any language, digits, blanks, - and _ as the reason of an update; the settings have it whole. */
const asUpdateReason = (reason: string) => reason.replaceAll(/[^-_a-zA-Z0-9\u0080-\uffff]+/g, " ").slice(0, 300);
