import type { SecurityHubPolicy } from "@aws-sdk/client-securityhub";
import { controlsOf } from "./catalogue";
import type { Hub } from "./records";

const OFF_BY_POLICY = "Disabled by a configuration policy";

/** Sets a hub's standards, controls and parameters as a policy has them, and all that it leaves out back to AWS's defaults. */
export function applyPolicy(hub: Hub, policy: SecurityHubPolicy, region: string): void {
  const { EnabledStandardIdentifiers = [], SecurityControlsConfiguration: controls = {} } = policy;
  // Written with the home region's name, they stand for the same standards in each region.
  const standards = EnabledStandardIdentifiers.map((arn) =>
    arn.replace(/:securityhub:[a-z0-9-]+:/, `:securityhub:${region}:`),
  );
  const { EnabledSecurityControlIdentifiers: on, DisabledSecurityControlIdentifiers: off = [] } = controls;
  hub.standards = new Set(standards);
  const isOff = (id: string) => (on ? !on.includes(id) : off.includes(id));
  const placed = standards.flatMap((standard) => controlsOf(standard, region)).filter(({ id }) => isOff(id));
  hub.controlsOff = new Map(placed.map(({ id, standardArn }) => [`${standardArn} ${id}`, OFF_BY_POLICY]));
  hub.parameters = new Map(
    (controls.SecurityControlCustomParameters ?? []).map(({ SecurityControlId = "", Parameters = {} }) => [
      SecurityControlId,
      Object.fromEntries(
        Object.entries(Parameters).flatMap(([name, { ValueType, Value }]) =>
          ValueType === "CUSTOM" && Value ? [[name, Value]] : [],
        ),
      ),
    ]),
  );
}
