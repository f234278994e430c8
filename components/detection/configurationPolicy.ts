import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { standardIn } from "./standards";

/** A control that is off, with the reason for people. */
export interface ControlOff {
  control: string;
  reason: string;
}

/** A control's parameter that is not at AWS's default, with the reason for people. */
export interface ParameterSet {
  control: string;
  name: string;
  value: boolean | number | string | number[] | string[];
  /** Where the value does not tell it. */
  type?: "double" | "enum" | "enumList" | "string" | "stringList";
  reason: string;
}

/** What a configuration policy sets. */
export interface PolicySettings {
  name: string;
  /** Default: the standards in words. */
  description?: string;
  /** Whether Security Hub is on. */
  enabled: boolean;
  /** Names, or ARNs. Default: fsbp. */
  standards?: readonly string[];
  disabledControls: readonly ControlOff[];
  /** Default: all but those that are off. */
  enabledControls?: readonly string[];
  parameters: readonly ParameterSet[];
}

/** AWS names no limit; this is what its console shows in full. */
const LONGEST_DESCRIPTION = 512;

/** The arguments of a configuration policy, made in `region`. */
export function policyArgs(policy: PolicySettings, region: string): aws.securityhub.ConfigurationPolicyArgs {
  return {
    name: policy.name,
    description: descriptionOf(policy),
    configurationPolicy: policy.enabled
      ? {
          serviceEnabled: true,
          enabledStandardArns: standardsOf(policy).map((standard) => standardIn(region, standard)),
          securityControlsConfiguration: {
            ...(policy.enabledControls
              ? { enabledControlIdentifiers: [...policy.enabledControls] }
              : { disabledControlIdentifiers: policy.disabledControls.map(({ control }) => control) }),
            ...(policy.parameters.length > 0 && { securityControlCustomParameters: customParameters(policy) }),
          },
        }
      : { serviceEnabled: false },
    region,
  };
}

const standardsOf = ({ standards = ["fsbp"] }: PolicySettings): readonly string[] => standards;

/**
 * What the console shows: the description, and the reasons, which AWS has no other place for. One line, since AWS takes no more;
 * what is too long is cut, the settings have it whole.
 */
function descriptionOf(policy: PolicySettings): string {
  const said = policy.description ?? (policy.enabled ? standardsOf(policy).join(", ") : "Security Hub is off");
  const off = policy.disabledControls.map(({ control, reason }) => `${control} (${reason})`);
  const changed = policy.parameters.map(
    ({ control, name, value, reason }) => `${control} ${name} ${[value].flat().join(" ")} (${reason})`,
  );
  const parts = [
    said,
    ...(off.length > 0 ? [`Off: ${off.join(", ")}`] : []),
    ...(changed.length > 0 ? [`Changed: ${changed.join(", ")}`] : []),
  ];
  const whole = parts.join(". ").replaceAll(/\s+/g, " ");
  return whole.length > LONGEST_DESCRIPTION ? `${whole.slice(0, LONGEST_DESCRIPTION - 3)}...` : whole;
}

type Custom = NonNullable<
  pulumi.Unwrap<aws.types.input.securityhub.ConfigurationPolicyConfigurationPolicySecurityControlsConfiguration>
>["securityControlCustomParameters"];

/** One block a control, with all its parameters. */
function customParameters({ parameters }: PolicySettings): Custom {
  const controls = [...new Set(parameters.map(({ control }) => control))];
  return controls.map((securityControlId) => ({
    securityControlId,
    parameters: parameters
      .filter(({ control }) => control === securityControlId)
      .map((parameter) => ({ name: parameter.name, valueType: "CUSTOM", ...typed(parameter) })),
  }));
}

/** The value under the name of its type. */
function typed({ value, type }: ParameterSet) {
  if (Array.isArray(value)) {
    if (value.every((one) => typeof one === "number")) return { intList: { values: value } };
    return { [type ?? "stringList"]: { values: value.map(String) } };
  }
  if (typeof value === "boolean") return { bool: { value } };
  if (typeof value === "number") return { [type ?? (Number.isInteger(value) ? "int" : "double")]: { value } };
  return { [type ?? "string"]: { value } };
}
