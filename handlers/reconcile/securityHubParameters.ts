import {
  BatchGetSecurityControlsCommand,
  type ParameterConfiguration,
  paginateListSecurityControlDefinitions,
  type SecurityControl,
  type SecurityHubClient,
  UpdateSecurityControlCommand,
} from "@aws-sdk/client-securityhub";
import { chunks } from "../alert/chunks";
import type { Report } from "./duty";

/** A value under the API's name of its type, such as `{ Integer: 60 }`. */
export type ParameterValue = Readonly<Record<string, unknown>>;

/** A control whose parameters are not at AWS's default. */
export interface CustomControl {
  control: string;
  /** Letters, digits, blanks, - and _: AWS takes no others. */
  reason: string;
  values: Readonly<Record<string, ParameterValue>>;
}

/** AWS takes so many ids a call. */
const CONTROLS_A_CALL = 100;
/** What the reason of an update begins with that is ours: what somebody else set is left to him. */
const MARK = "hakken - ";
const LONGEST_REASON = 300;

/** Sets the parameters of the account's own controls in one region. A control that the region lacks becomes a warning. */
export async function setParameters(
  client: SecurityHubClient,
  region: string,
  wanted: readonly CustomControl[],
  report: Report,
): Promise<void> {
  const { found, lacking } = await controlsNow(
    client,
    wanted.map(({ control }) => control),
  );
  report.warnings.push(
    ...lacking.map(
      ({ id, reason }) =>
        `the parameters of ${id} could not be set in ${region}: AWS says "${reason}". Where the region lacks the control, leave it out in hakken:securityHub.local.regions.`,
    ),
  );
  let set = 0;
  for (const now of found) {
    const own = wanted.find(({ control }) => control === now.SecurityControlId);
    if (!own || isDone(own, now)) continue;
    const values = Object.entries(own.values).map(([name, Value]) => [
      name,
      { ValueType: "CUSTOM", Value: Value as never } as const,
    ]);
    const others = customNames(now).filter((name) => !(name in own.values));
    await update(client, own.control, reasonOf(own), { ...toDefault(others), ...Object.fromEntries(values) });
    set++;
  }
  if (set > 0) report.done["controls' parameters set"] = set;
}

/** Sets back to AWS's defaults what was set by this function and is wanted no more. It looks at every control that has parameters. */
export async function resetParameters(
  client: SecurityHubClient,
  wanted: readonly CustomControl[],
  report: Report,
): Promise<void> {
  const ids: string[] = [];
  for await (const page of paginateListSecurityControlDefinitions({ client }, {})) {
    for (const { SecurityControlId = "", CustomizableProperties } of page.SecurityControlDefinitions ?? [])
      if (CustomizableProperties?.includes("Parameters")) ids.push(SecurityControlId);
  }
  const others = ids.filter((id) => !wanted.some(({ control }) => control === id));
  const ours = (await controlsNow(client, others)).found.filter(
    (now) => now.LastUpdateReason?.startsWith(MARK) && customNames(now).length > 0,
  );
  for (const now of ours)
    await update(
      client,
      now.SecurityControlId ?? "",
      "taken out of the settings of hakken",
      toDefault(customNames(now)),
    );
  if (ours.length > 0) report.done["controls' parameters set back"] = ours.length;
}

async function controlsNow(client: SecurityHubClient, ids: readonly string[]) {
  const found: SecurityControl[] = [];
  const lacking: { id?: string; reason?: string }[] = [];
  for (const SecurityControlIds of chunks(ids, CONTROLS_A_CALL)) {
    const now = await client.send(new BatchGetSecurityControlsCommand({ SecurityControlIds }));
    found.push(...(now.SecurityControls ?? []));
    lacking.push(
      ...(now.UnprocessedIds ?? []).map(({ SecurityControlId, ErrorReason }) => ({
        id: SecurityControlId,
        reason: ErrorReason,
      })),
    );
  }
  return { found, lacking };
}

const update = (
  client: SecurityHubClient,
  SecurityControlId: string,
  LastUpdateReason: string,
  Parameters: Record<string, ParameterConfiguration>,
) => client.send(new UpdateSecurityControlCommand({ SecurityControlId, Parameters, LastUpdateReason }));

const toDefault = (names: readonly string[]): Record<string, ParameterConfiguration> =>
  Object.fromEntries(names.map((name) => [name, { ValueType: "DEFAULT" }]));

const customNames = ({ Parameters = {} }: SecurityControl): string[] =>
  Object.keys(Parameters).filter((name) => Parameters[name]?.ValueType === "CUSTOM");

const reasonOf = ({ reason }: CustomControl): string => `${MARK}${reason}`.slice(0, LONGEST_REASON);

/** Whether the control has what is wanted of it. */
export const isSo = ({ values }: CustomControl, now: Readonly<Record<string, ParameterConfiguration>>): boolean =>
  Object.entries(values).every(
    ([name, value]) => now[name]?.ValueType === "CUSTOM" && JSON.stringify(now[name].Value) === JSON.stringify(value),
  );

/** Under its reason too, which tells later on that it is ours. A parameter that the settings don't name is at AWS's default. */
const isDone = (own: CustomControl, now: SecurityControl): boolean =>
  now.LastUpdateReason === reasonOf(own) &&
  customNames(now).every((name) => name in own.values) &&
  isSo(own, now.Parameters ?? {});
