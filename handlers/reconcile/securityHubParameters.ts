import {
  BatchGetSecurityControlsCommand,
  type ParameterConfiguration,
  type SecurityHubClient,
  UpdateSecurityControlCommand,
} from "@aws-sdk/client-securityhub";
import { chunks, type Report } from "./duty";

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

/** Sets the parameters of the account's own controls in one region. A control that the region lacks becomes a warning. */
export async function setParameters(
  client: SecurityHubClient,
  region: string,
  wanted: readonly CustomControl[],
  report: Report,
): Promise<void> {
  let set = 0;
  for (const some of chunks(wanted, CONTROLS_A_CALL)) {
    const now = await client.send(
      new BatchGetSecurityControlsCommand({ SecurityControlIds: some.map(({ control }) => control) }),
    );
    for (const { SecurityControlId, ErrorReason } of now.UnprocessedIds ?? [])
      report.warnings.push(
        `the parameters of ${SecurityControlId} could not be set in ${region}: AWS says "${ErrorReason}". Where the region lacks the control, leave it out in hakken:securityHub.local.regions.`,
      );
    for (const { SecurityControlId, Parameters = {} } of now.SecurityControls ?? []) {
      const own = some.find(({ control }) => control === SecurityControlId);
      if (!own || isSo(own, Parameters)) continue;
      await client.send(
        new UpdateSecurityControlCommand({
          SecurityControlId,
          Parameters: Object.fromEntries(
            Object.entries(own.values).map(([name, Value]) => [name, { ValueType: "CUSTOM", Value: Value as never }]),
          ),
          LastUpdateReason: own.reason,
        }),
      );
      set++;
    }
  }
  if (set > 0) report.done["controls' parameters set"] = set;
}

/** Whether the control has what is wanted of it. */
export const isSo = ({ values }: CustomControl, now: Readonly<Record<string, ParameterConfiguration>>): boolean =>
  Object.entries(values).every(
    ([name, value]) => now[name]?.ValueType === "CUSTOM" && JSON.stringify(now[name].Value) === JSON.stringify(value),
  );
