import type * as sdk from "@aws-sdk/client-securityhub";
import { page } from "../controlPlane/pages";
import type { Call, Operations } from "../controlPlane/service";
import { CONTROLS, controlsOf, type Placed, wrongValue } from "./catalogue";
import type { Hub } from "./records";
import { invalidInput, notFound, type SecurityHubState, selfDecided } from "./state";

/** AWS's limit of a call. */
const MOST = 100;

const isOff = (hub: Hub, { id, standardArn }: Placed) => hub.controlsOff.has(`${standardArn} ${id}`);

/** Switches a control off in a standard, with the reason that AWS demands, or on again. Gives what is wrong. */
function set(hub: Hub, { id, standardArn }: Placed, status: string | undefined, reason: string | undefined) {
  if (status !== "DISABLED") hub.controlsOff.delete(`${standardArn} ${id}`);
  else if (!reason) return `A reason is required to disable ${id}`;
  else hub.controlsOff.set(`${standardArn} ${id}`, reason);
  return undefined;
}

const controlArn = ({ account, region }: Call, { standardArn, requirement }: Placed) =>
  `arn:aws:securityhub:${region}:${account}:control/${standardArn.replace(/^.*:(?:standards|ruleset)\//, "")}/${requirement}`;

/** Controls of one account and region, by their standards: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchUpdateStandardsControlAssociations.html */
export function controlOperations(state: SecurityHubState): Operations {
  const placed = (hub: Hub, call: Call) => [...hub.standards].flatMap((standard) => controlsOf(standard, call.region));
  return {
    BatchUpdateStandardsControlAssociations: (
      input: sdk.BatchUpdateStandardsControlAssociationsCommandInput,
      call: Call,
    ) => {
      selfDecided(state, call);
      const hub = state.subscribed(call);
      const updates = input.StandardsControlAssociationUpdates ?? [];
      if (updates.length === 0 || updates.length > MOST)
        throw invalidInput("Invalid parameter 'StandardsControlAssociationUpdates'.");
      const UnprocessedAssociationUpdates = updates.flatMap((update) => {
        const refuse = (ErrorCode: string, ErrorReason: string) => [
          { StandardsControlAssociationUpdate: update, ErrorCode, ErrorReason },
        ];
        const { StandardsArn, SecurityControlId, AssociationStatus, UpdatedReason } = update;
        const control = placed(hub, call).find(
          ({ id, standardArn }) => id === SecurityControlId && standardArn === StandardsArn,
        );
        if (!control)
          return refuse("NOT_FOUND", `Security control ${SecurityControlId} not found in standard ${StandardsArn}`);
        const wrong = set(hub, control, AssociationStatus, UpdatedReason);
        return wrong ? refuse("INVALID_INPUT", wrong) : [];
      });
      return { UnprocessedAssociationUpdates };
    },

    ListStandardsControlAssociations: (input: sdk.ListStandardsControlAssociationsCommandInput, call: Call) => {
      const hub = state.subscribed(call);
      if (!(input.SecurityControlId && input.SecurityControlId in CONTROLS))
        throw notFound(`Security control ${input.SecurityControlId} not found`);
      const StandardsControlAssociationSummaries = placed(hub, call)
        .filter(({ id }) => id === input.SecurityControlId)
        .map((control) => ({
          StandardsArn: control.standardArn,
          SecurityControlId: control.id,
          SecurityControlArn: securityControlArn(call, control.id),
          AssociationStatus: isOff(hub, control) ? "DISABLED" : "ENABLED",
          UpdatedReason: hub.controlsOff.get(`${control.standardArn} ${control.id}`),
        }));
      return { StandardsControlAssociationSummaries };
    },

    DescribeStandardsControls: (input: sdk.DescribeStandardsControlsCommandInput, call: Call) => {
      const hub = state.subscribed(call);
      const path = input.StandardsSubscriptionArn?.replace(/^.*:subscription\//, "/");
      const Controls = placed(hub, call)
        .filter(({ standardArn }) => path && standardArn.endsWith(path))
        .map((control) => ({
          StandardsControlArn: controlArn(call, control),
          ControlId: control.requirement,
          ControlStatus: isOff(hub, control) ? "DISABLED" : "ENABLED",
          DisabledReason: hub.controlsOff.get(`${control.standardArn} ${control.id}`),
          Title: CONTROLS[control.id]?.title,
        }));
      return { Controls };
    },

    UpdateStandardsControl: (input: sdk.UpdateStandardsControlCommandInput, call: Call) => {
      selfDecided(state, call);
      const hub = state.subscribed(call);
      const control = placed(hub, call).find((one) => controlArn(call, one) === input.StandardsControlArn);
      if (!control) throw notFound(`StandardsControl ${input.StandardsControlArn} not found`);
      const wrong = set(hub, control, input.ControlStatus, input.DisabledReason);
      if (wrong) throw invalidInput(wrong);
    },

    ...parameterOperations(state),
  };
}

const securityControlArn = ({ account, region }: Call, id: string) =>
  `arn:aws:securityhub:${region}:${account}:security-control/${id}`;

function parameterOperations(state: SecurityHubState): Operations {
  return {
    UpdateSecurityControl: (input: sdk.UpdateSecurityControlCommandInput, call: Call) => {
      selfDecided(state, call);
      const hub = state.subscribed(call);
      const id = (input.SecurityControlId ?? "").replace(/^.*:security-control\//, "");
      const control = CONTROLS[id];
      if (!control) throw notFound(`Security control ${id} not found`);
      const custom = { ...hub.parameters.get(id) };
      for (const [name, { ValueType, Value }] of Object.entries(input.Parameters ?? {})) {
        const parameter = control.parameters?.[name];
        if (!parameter) throw invalidInput(`Security control ${id} has no parameter ${name}`);
        const wrong = ValueType === "CUSTOM" && wrongValue(parameter, { ...Value });
        if (wrong) throw invalidInput(`Invalid value of the parameter ${name} of ${id}: ${wrong}`);
        if (ValueType === "CUSTOM" && Value) custom[name] = Value;
        else delete custom[name];
      }
      hub.parameters.set(id, custom);
      if (input.LastUpdateReason !== undefined) hub.updateReasons.set(id, input.LastUpdateReason);
    },

    ListSecurityControlDefinitions: (input: sdk.ListSecurityControlDefinitionsCommandInput, _call: Call) => {
      const all = Object.entries(CONTROLS).map(([id, { title, parameters }]) => ({
        SecurityControlId: id,
        Title: title,
        Description: title,
        RemediationUrl: `https://docs.aws.amazon.com/console/securityhub/${id}/remediation`,
        SeverityRating: "MEDIUM",
        CurrentRegionAvailability: "AVAILABLE",
        CustomizableProperties: parameters ? ["Parameters"] : [],
      }));
      const refused = () => invalidInput("Invalid parameter 'NextToken'.");
      const { items, NextToken } = page(all, Math.min(input.MaxResults ?? MOST, MOST), input.NextToken, refused);
      return { SecurityControlDefinitions: items, NextToken };
    },

    BatchGetSecurityControls: (input: sdk.BatchGetSecurityControlsCommandInput, call: Call) => {
      const hub = state.subscribed(call);
      const asked = input.SecurityControlIds ?? [];
      if (asked.length === 0 || asked.length > MOST) throw invalidInput("Invalid parameter 'SecurityControlIds'.");
      const ids = asked.map((id) => id.replace(/^.*:security-control\//, ""));
      const shape = (id: string) => {
        const names = Object.keys(CONTROLS[id]?.parameters ?? {});
        const custom = hub.parameters.get(id) ?? {};
        return {
          SecurityControlId: id,
          SecurityControlArn: securityControlArn(call, id),
          Title: CONTROLS[id]?.title,
          Description: CONTROLS[id]?.title,
          RemediationUrl: `https://docs.aws.amazon.com/console/securityhub/${id}/remediation`,
          SeverityRating: "MEDIUM",
          SecurityControlStatus: [...hub.standards]
            .flatMap((standard) => controlsOf(standard, call.region))
            .some((one) => one.id === id && !isOff(hub, one))
            ? "ENABLED"
            : "DISABLED",
          UpdateStatus: "READY",
          LastUpdateReason: hub.updateReasons.get(id),
          Parameters: Object.fromEntries(
            names.map((name) => [
              name,
              custom[name] ? { ValueType: "CUSTOM", Value: custom[name] } : { ValueType: "DEFAULT" },
            ]),
          ),
        };
      };
      return {
        SecurityControls: ids.filter((id) => id in CONTROLS).map(shape),
        UnprocessedIds: ids
          .filter((id) => !(id in CONTROLS))
          .map((SecurityControlId) => ({
            SecurityControlId,
            ErrorCode: "RESOURCE_NOT_FOUND",
            ErrorReason: `Security control ${SecurityControlId} not found`,
          })),
      };
    },
  };
}
