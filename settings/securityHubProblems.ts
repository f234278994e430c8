import type { Show } from "./problems";
import type {
  ControlParameter,
  DisabledControl,
  HubPolicy,
  LocalDisabledControl,
  LocalHub,
  SecurityHubSettings,
} from "./securityHub";

const KEY = "hakken:securityHub";

/** What is wrong between parts of the setting `securityHub`, and between it and the regions. */
export function securityHubProblems(
  hub: SecurityHubSettings,
  regions: readonly string[] | undefined,
  show: Show,
): string[] {
  const says = (path: string, what: string) => `${KEY}.${path}: ${show("securityHub", what)}`;
  return [
    ...configurationProblems(hub),
    ...linkingProblems(hub, regions ?? []).map(([path, what]) => says(path, what)),
    ...policiesProblems(hub.policies ?? []).map(([path, what]) => says(path, what)),
    ...(hub.policies ?? []).flatMap((policy, index) =>
      policyProblems(policy).map(([path, what]) => says(`policies[${index}].${path}`, what)),
    ),
    ...localProblems(hub, regions).map(([path, what]) => says(path, what)),
  ];
}

type Problem = [path: string, what: string];

function configurationProblems({ configuration, policies, local }: SecurityHubSettings): string[] {
  if (configuration === "CENTRAL" && local)
    return [
      `${KEY}.local is of no effect under CENTRAL, where policies apply in every linked region alike: put it into ${KEY}.policies, or set ${KEY}.configuration to LOCAL.`,
    ];
  if (configuration === "LOCAL" && policies)
    return [
      `${KEY}.policies exist under CENTRAL alone: put what they set into ${KEY}.local, which is the same for every account, or set ${KEY}.configuration to CENTRAL.`,
    ];
  return [];
}

function linkingProblems({ linkingMode, exceptRegions }: SecurityHubSettings, regions: readonly string[]): Problem[] {
  if (linkingMode !== "ALL_REGIONS_EXCEPT_SPECIFIED") {
    return exceptRegions
      ? [
          [
            "exceptRegions",
            `it is of no effect with linkingMode ${linkingMode}: remove it, or take ALL_REGIONS_EXCEPT_SPECIFIED.`,
          ],
        ]
      : [];
  }
  if (!exceptRegions)
    return [
      ["exceptRegions", "it is missing: name the regions that are not gathered from, or take linkingMode ALL_REGIONS."],
    ];
  return exceptRegions.flatMap((name, index): Problem[] =>
    regions.includes(name)
      ? [
          [
            `exceptRegions[${index}]`,
            `"${name}" is among hakken:regions, so what is found there would not be told: remove it in one of the two.`,
          ],
        ]
      : [],
  );
}

function policiesProblems(policies: readonly HubPolicy[]): Problem[] {
  const problems: Problem[] = [];
  const names = new Map<string, number>();
  const targets = new Map<string, number>();
  const forEveryone: number[] = [];
  for (const [index, policy] of policies.entries()) {
    const before = names.get(policy.name);
    if (before !== undefined)
      problems.push([`policies[${index}].name`, `"${policy.name}" is that of policies[${before}] too: rename one.`]);
    names.set(policy.name, before ?? index);
    if (!policy.targets) forEveryone.push(index);
    for (const target of policy.targets ?? []) {
      const other = targets.get(target);
      if (other === undefined) targets.set(target, index);
      else {
        const where = other === index ? "stands there twice" : `is a target of policies[${other}] too`;
        problems.push([
          `policies[${index}].targets`,
          `"${target}" ${where}: AWS applies one policy to each, so remove one.`,
        ]);
      }
    }
  }
  const [first, ...others] = forEveryone;
  for (const index of others)
    problems.push([
      `policies[${index}]`,
      `it has no targets, as policies[${first}], and both would be for everyone: give it targets.`,
    ]);
  const root = targets.get("root") ?? [...targets].find(([target]) => target.startsWith("r-"))?.[1];
  if (first !== undefined && root !== undefined)
    problems.push([
      `policies[${root}].targets`,
      `the root is everyone, and so is policies[${first}], which has no targets: remove the one, or give targets to the other.`,
    ]);
  return problems;
}

function policyProblems({ enabled, standards, disabledControls, enabledControls, parameters }: HubPolicy): Problem[] {
  if (!enabled) {
    const surplus = Object.entries({ standards, disabledControls, enabledControls, parameters }).filter(
      ([, value]) => value && value.length > 0,
    );
    return surplus.map(([key]) => [key, "Security Hub is off in this policy (enabled: false): remove it."]);
  }
  const problems: Problem[] = controlProblems(disabledControls, parameters);
  if (enabledControls && disabledControls.length > 0)
    problems.push(["enabledControls", "AWS takes either these or disabledControls: remove one of the two lists."]);
  if (enabledControls)
    for (const { control } of parameters.filter((one) => !enabledControls.includes(one.control)))
      problems.push([
        "parameters",
        `the control ${control} is not among enabledControls, so it is off: add it there, or remove its parameters.`,
      ]);
  return problems;
}

function controlProblems(
  disabledControls: readonly DisabledControl[],
  parameters: readonly ControlParameter[],
): Problem[] {
  const off = disabledControls.map(({ control }) => control);
  const named = parameters.map(({ control, name }) => `${control} ${name}`);
  return [
    ...twice(off).map((control): Problem => ["disabledControls", `"${control}" stands there twice: remove one.`]),
    ...twice(named).map((both): Problem => ["parameters", `"${both}" stands there twice: remove one.`]),
    ...[...new Set(parameters.map(({ control }) => control))]
      .filter((control) => off.includes(control))
      .map(
        (control): Problem => [
          "parameters",
          `the control ${control} is off (disabledControls): remove it in one of the two.`,
        ],
      ),
    ...parameters.flatMap((parameter): Problem[] => {
      const wrong = wrongType(parameter);
      return wrong ? [["parameters", `${parameter.control} ${parameter.name}: ${wrong}`]] : [];
    }),
  ];
}

function wrongType({ value, type }: ControlParameter): string | undefined {
  if (!type) return undefined;
  const right = {
    double: typeof value === "number",
    enum: typeof value === "string",
    string: typeof value === "string",
    enumList: Array.isArray(value) && value.every((one) => typeof one === "string"),
    stringList: Array.isArray(value) && value.every((one) => typeof one === "string"),
  }[type];
  return right ? undefined : `${JSON.stringify(value)} is no ${type}: correct the value or the type.`;
}

function localProblems({ local }: SecurityHubSettings, watched: readonly string[] | undefined): Problem[] {
  if (!local) return [];
  const inside = (path: string, problems: Problem[]) =>
    problems.map(([key, what]): Problem => [`${path}.${key}`, what]);
  const here = (given: Pick<LocalHub, "standards" | "disabledControls" | "parameters">) => [
    ...controlProblems(given.disabledControls, given.parameters),
    ...given.disabledControls.flatMap((control) => absentStandards(control, given.standards)),
  ];
  return [
    ...inside("local", [...here(local), ...defaultsTwice(local)]),
    ...Object.entries(local.regions).flatMap(
      ([region, { standards, disabledControls, parameters } = {}]): Problem[] => [
        ...(watched && !watched.includes(region)
          ? [[`local.regions.${region}`, "it is not among hakken:regions: remove it here, or add it there."] as Problem]
          : []),
        ...inside(
          `local.regions.${region}`,
          here({
            standards: standards ?? local.standards,
            disabledControls: disabledControls ?? local.disabledControls,
            parameters: parameters ?? local.parameters,
          }),
        ),
      ],
    ),
  ];
}

/** What names a standard that is not on: AWS refuses to switch its controls off. */
function absentStandards(
  { control, standards = [], ids = {} }: LocalDisabledControl,
  on: readonly string[],
): Problem[] {
  return [...standards, ...Object.keys(ids)]
    .filter((standard) => !on.includes(standard))
    .map((standard) => [
      "disabledControls",
      `"${control}" is to be off in ${standard}, which is not among standards: remove it there, or add the standard.`,
    ]);
}

/** AWS's default standards, which a StackSet can't switch on where AWS did so before. */
function defaultsTwice({ autoEnableStandards, standards }: LocalHub): Problem[] {
  const both = standards.filter((standard) => standard === "fsbp" || standard === "cis-1.2");
  if (autoEnableStandards === "NONE" || both.length === 0) return [];
  return [
    [
      "autoEnableStandards",
      `with DEFAULT, AWS switches fsbp and cis-1.2 on in accounts that join, where the StackSet then fails to do so: set it to NONE, or take ${both.join(" and ")} out of standards.`,
    ],
  ];
}

const twice = (all: readonly string[]): string[] => [...new Set(all.filter((one, at) => all.indexOf(one) !== at))];
