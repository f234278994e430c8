import { randomUUID } from "node:crypto";
import type * as sdk from "@aws-sdk/client-securityhub";
import { accessDenied } from "../controlPlane/errors";
import { page } from "../controlPlane/pages";
import type { Call, Operations } from "../controlPlane/service";
import { CONTROLS, wrongValue } from "./catalogue";
import type { Association, ConfigurationPolicy } from "./records";
import { conflict, invalidInput, notFound, type SecurityHubState, selfManaged } from "./state";

/** Central configuration is the administrator's, from the home region, after CENTRAL has been chosen. */
function central(state: SecurityHubState, { account, region }: Call): void {
  if (state.admin !== account || state.aggregators.get(account)?.region !== region)
    throw accessDenied(
      "Must be a Security Hub delegated administrator with Central Configuration enabled, in the home Region",
    );
  if (state.central === undefined)
    throw accessDenied("Must be a Security Hub delegated administrator with Central Configuration enabled");
}

/** Configuration policies: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_CreateConfigurationPolicy.html */
export function policyOperations(state: SecurityHubState): Operations {
  const shape = (policy: ConfigurationPolicy) => ({
    Id: policy.id,
    Arn: policy.arn,
    Name: policy.name,
    Description: policy.description,
    ConfigurationPolicy: policy.policy,
    CreatedAt: new Date(policy.createdAt),
    UpdatedAt: new Date(policy.updatedAt),
  });
  const nameIsFree = (name: string, id?: string) => {
    if ([...state.policies.values()].some((one) => one.name === name && one.id !== id))
      throw conflict(`A configuration policy with the name ${name} already exists`);
  };

  return {
    CreateConfigurationPolicy: (input: sdk.CreateConfigurationPolicyCommandInput, call: Call) => {
      central(state, call);
      checkPolicy(input.ConfigurationPolicy);
      nameIsFree(checkedName(input.Name));
      const id = randomUUID();
      const now = state.clock.now();
      const policy: ConfigurationPolicy = {
        id,
        arn: `arn:aws:securityhub:${call.region}:${call.account}:configuration-policy/${id}`,
        name: input.Name ?? "",
        description: input.Description ?? "",
        policy: input.ConfigurationPolicy as sdk.Policy,
        createdAt: now,
        updatedAt: now,
        tags: { ...input.Tags },
      };
      state.policies.set(id, policy);
      return shape(policy);
    },

    GetConfigurationPolicy: (input: sdk.GetConfigurationPolicyCommandInput, call: Call) => {
      central(state, call);
      return shape(find(state, input.Identifier));
    },

    ListConfigurationPolicies: (input: sdk.ListConfigurationPoliciesCommandInput, call: Call) => {
      central(state, call);
      const refused = () => invalidInput("Invalid parameter 'NextToken'.");
      const { items, NextToken } = page(
        [...state.policies.values()],
        input.MaxResults ?? 100,
        input.NextToken,
        refused,
      );
      const summary = ({ id, arn, name, description, policy, updatedAt }: ConfigurationPolicy) => ({
        Id: id,
        Arn: arn,
        Name: name,
        Description: description,
        UpdatedAt: new Date(updatedAt),
        ServiceEnabled: policy.SecurityHub?.ServiceEnabled,
      });
      return { ConfigurationPolicySummaries: items.map(summary), NextToken };
    },

    UpdateConfigurationPolicy: (input: sdk.UpdateConfigurationPolicyCommandInput, call: Call) => {
      central(state, call);
      const policy = find(state, input.Identifier);
      if (input.ConfigurationPolicy !== undefined) checkPolicy(input.ConfigurationPolicy);
      if (input.Name !== undefined) nameIsFree(checkedName(input.Name), policy.id);
      policy.name = input.Name ?? policy.name;
      policy.description = input.Description ?? policy.description;
      policy.policy = input.ConfigurationPolicy ?? policy.policy;
      policy.updatedAt = state.clock.now();
      return shape(policy);
    },

    DeleteConfigurationPolicy: (input: sdk.DeleteConfigurationPolicyCommandInput, call: Call) => {
      central(state, call);
      const policy = find(state, input.Identifier);
      if ([...state.associations.values()].some((one) => one.policyId === policy.id))
        throw conflict(`Configuration policy ${policy.id} is associated with a target and cannot be deleted`);
      state.policies.delete(policy.id);
    },

    ...associationOperations(state),
  };
}

const find = (state: SecurityHubState, identifier: string | undefined): ConfigurationPolicy => {
  const found = [...state.policies.values()].find(({ id, arn }) => id === identifier || arn === identifier);
  if (found === undefined) throw notFound(`Configuration policy ${identifier} not found`);
  return found;
};

function checkedName(name: string | undefined): string {
  if (name === undefined || !/^[A-Za-z0-9\-.!*/]{1,128}$/.test(name.replace(/ /g, "-")))
    throw invalidInput("Invalid parameter 'Name'.");
  return name;
}

function checkPolicy(policy: sdk.Policy | undefined): void {
  const hub = policy?.SecurityHub;
  if (hub?.ServiceEnabled === undefined) throw invalidInput("Invalid semantics: ServiceEnabled must be configured");
  const { EnabledStandardIdentifiers: standards, SecurityControlsConfiguration: controls } = hub;
  if (!hub.ServiceEnabled) {
    if (standards !== undefined && standards.length > 0)
      throw invalidInput("Invalid semantics: Enabled standards must not be configured when Security Hub is disabled");
    if (controls !== undefined)
      throw invalidInput(
        "Invalid semantics: Security control configurations must not be configured when Security Hub is disabled",
      );
    return;
  }
  if (standards === undefined || controls === undefined)
    throw invalidInput(
      "Invalid semantics: Enabled standards and security control configurations must be configured when Security Hub is enabled",
    );
  const given = [controls.EnabledSecurityControlIdentifiers, controls.DisabledSecurityControlIdentifiers];
  if (given.filter((list) => list !== undefined).length !== 1)
    throw invalidInput("Invalid semantics: Either enabled or disabled security controls must be configured");
  for (const arn of standards)
    if (!/^arn:aws:securityhub:[a-z0-9-]*::(standards|ruleset)\//.test(arn))
      throw invalidInput(`Invalid semantics: ${arn} is not a standard`);
  checkControls(controls);
}

/** Throws where a policy names what is no control, or gives one that is known here a parameter that it can't take. */
function checkControls({
  EnabledSecurityControlIdentifiers: on = [],
  DisabledSecurityControlIdentifiers: off = [],
  SecurityControlCustomParameters: custom = [],
}: sdk.SecurityControlsConfiguration): void {
  for (const id of [...on, ...off, ...custom.map(({ SecurityControlId }) => SecurityControlId ?? "")])
    if (!/^[A-Za-z0-9]+\.\d+$/.test(id)) throw invalidInput(`Invalid semantics: ${id} is not a security control`);
  for (const { SecurityControlId: id = "", Parameters = {} } of custom) {
    const control = CONTROLS[id];
    for (const [name, { ValueType, Value }] of Object.entries(control ? Parameters : {})) {
      const parameter = control?.parameters?.[name];
      if (!parameter) throw invalidInput(`Invalid semantics: ${id} has no parameter ${name}`);
      const wrong = ValueType === "CUSTOM" && wrongValue(parameter, { ...Value });
      if (wrong) throw invalidInput(`Invalid semantics: the parameter ${name} of ${id}: ${wrong}`);
    }
  }
}

function associationOperations(state: SecurityHubState): Operations {
  const shape = (association: Association, targetId: string) => ({
    ConfigurationPolicyId: association.policyId,
    TargetId: targetId,
    TargetType: targetType(state, targetId),
    AssociationType: association.targetId === targetId ? "APPLIED" : "INHERITED",
    UpdatedAt: new Date(association.startedAt),
    AssociationStatus: association.status,
    AssociationStatusMessage: association.message,
  });

  return {
    StartConfigurationPolicyAssociation: (input: sdk.StartConfigurationPolicyAssociationCommandInput, call: Call) => {
      central(state, call);
      const targetId = target(state, input.Target);
      const identifier = input.ConfigurationPolicyIdentifier;
      const policyId = identifier === selfManaged ? selfManaged : find(state, identifier).id;
      const association: Association = { targetId, policyId, startedAt: state.clock.now(), status: "PENDING" };
      state.associations.set(targetId, association);
      return shape(association, targetId);
    },

    StartConfigurationPolicyDisassociation: (
      input: sdk.StartConfigurationPolicyDisassociationCommandInput,
      call: Call,
    ) => {
      central(state, call);
      const targetId = target(state, input.Target);
      const association = state.associations.get(targetId);
      const identifier = input.ConfigurationPolicyIdentifier;
      const policyId = identifier === selfManaged ? selfManaged : find(state, identifier).id;
      if (association?.policyId !== policyId || association.ending)
        throw notFound(`Configuration policy ${identifier} is not associated with ${targetId}`);
      Object.assign(association, { ending: true, status: "PENDING", startedAt: state.clock.now() });
    },

    GetConfigurationPolicyAssociation: (input: sdk.GetConfigurationPolicyAssociationCommandInput, call: Call) => {
      central(state, call);
      const targetId = target(state, input.Target);
      const association = state.effective(targetId);
      if (association === undefined) throw notFound(`No configuration policy association for ${targetId}`);
      return shape(association, targetId);
    },

    ListConfigurationPolicyAssociations: (input: sdk.ListConfigurationPolicyAssociationsCommandInput, call: Call) => {
      central(state, call);
      const { ConfigurationPolicyId: id, AssociationType: type, AssociationStatus: status } = input.Filters ?? {};
      const { accounts, units, rootId } = state.organization;
      const targets = [rootId, ...units.map((unit) => unit.id), ...accounts.keys()];
      const all = targets
        .flatMap((targetId) => {
          const association = state.effective(targetId);
          return association ? [shape(association, targetId)] : [];
        })
        .filter((one) => id === undefined || one.ConfigurationPolicyId === id)
        .filter((one) => type === undefined || one.AssociationType === type)
        .filter((one) => status === undefined || one.AssociationStatus === status);
      const refused = () => invalidInput("Invalid parameter 'NextToken'.");
      const { items, NextToken } = page(all, input.MaxResults ?? 100, input.NextToken, refused);
      return { ConfigurationPolicyAssociationSummaries: items, NextToken };
    },
  };
}

function targetType(state: SecurityHubState, id: string): string {
  if (id === state.organization.rootId) return "ROOT";
  return state.organization.accounts.has(id) ? "ACCOUNT" : "ORGANIZATIONAL_UNIT";
}

function target(state: SecurityHubState, given: sdk.Target | undefined): string {
  const { organization } = state;
  const id = given?.AccountId ?? given?.OrganizationalUnitId ?? given?.RootId ?? "";
  const exists =
    given?.AccountId !== undefined
      ? organization.accounts.has(id)
      : given?.RootId !== undefined
        ? id === organization.rootId
        : organization.units.some((unit) => unit.id === id);
  if (!exists) throw invalidInput(`Invalid target: ${id} is not in the organization`);
  return id;
}
