import { randomUUID } from "node:crypto";
import type * as sdk from "@aws-sdk/client-cloudformation";
import type { Call, Operations } from "../controlPlane/service";
import { MEMBER_RESOURCES } from "./memberResources";
import { found, reading, refusal } from "./reading";
import type { StackInstance, StackSet, StackSets, Step } from "./stackSets";
import { invalid, parametersOf, parsed, type Template } from "./template";

/** StackSets of CloudFormation: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStackSet.html */
export function stackSetOperations(sets: StackSets): Operations {
  return { ...access(sets), ...definition(sets), ...instances(sets), ...reading(sets) };
}

const KNOWN = Object.keys(MEMBER_RESOURCES);
function managing(sets: StackSets, { account }: Call): void {
  if (account !== sets.organization.managementAccountId)
    throw invalid(
      "You must be the management account or delegated admin account of an organization before operating a SERVICE_MANAGED stack set",
    );
}

function access(sets: StackSets): Operations {
  return {
    ActivateOrganizationsAccess: (_input: sdk.ActivateOrganizationsAccessCommandInput, call: Call) => {
      if (call.account !== sets.organization.managementAccountId)
        throw refusal("InvalidOperationException", 400, "You must be the management account of an organization.");
      sets.activate();
    },
    DescribeOrganizationsAccess: (_input: sdk.DescribeOrganizationsAccessCommandInput, call: Call) => {
      managing(sets, call);
      return { Status: sets.isTrusted() ? "ENABLED" : sets.activated ? "DISABLED_PERMANENTLY" : "DISABLED" };
    },
  };
}

function notBusy(sets: StackSets, set: StackSet): void {
  if (sets.isBusy(set) && !set.managedExecution)
    throw refusal("OperationInProgressException", 409, `Another Operation on StackSet ${set.id} is in progress`);
}

type AutoDeployment = sdk.CreateStackSetCommandInput["AutoDeployment"];

function autoDeploymentOf(sets: StackSets, given: AutoDeployment): StackSet["autoDeployment"] {
  if (given?.Enabled === undefined) throw invalid("AutoDeployment must be specified for a SERVICE_MANAGED StackSet");
  if (given.Enabled && given.RetainStacksOnAccountRemoval === undefined)
    throw invalid("RetainStacksOnAccountRemoval must be specified when AutoDeployment is enabled");
  const DependsOn = given.DependsOn ?? [];
  const strange = DependsOn.find((arn) => ![...sets.all.values()].some((set) => set.arn === arn));
  if (strange) throw invalid(`StackSet ${strange}, which AutoDeployment depends on, does not exist`);
  return {
    Enabled: given.Enabled,
    RetainStacksOnAccountRemoval: given.RetainStacksOnAccountRemoval ?? false,
    DependsOn,
  };
}

const valuesOf = (parameters: readonly sdk.Parameter[] = []) =>
  Object.fromEntries(parameters.map(({ ParameterKey = "", ParameterValue = "" }) => [ParameterKey, ParameterValue]));

function templateOf({ TemplateBody: body, TemplateURL: url }: { TemplateBody?: string; TemplateURL?: string }) {
  if (url !== undefined) throw invalid("The sandbox takes no TemplateURL");
  if (body === undefined) throw invalid("Either Template URL or Template Body must be specified.");
  return { body, template: parsed(body, KNOWN) };
}

function definition(sets: StackSets): Operations {
  return {
    CreateStackSet: (input: sdk.CreateStackSetCommandInput, call: Call) => {
      if (input.PermissionModel !== "SERVICE_MANAGED") throw invalid("The sandbox has SERVICE_MANAGED StackSets alone");
      managing(sets, call);
      if (!sets.isTrusted())
        throw invalid("You must enable organizations access to operate a service managed stack set");
      const name = String(input.StackSetName);
      if (!/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(name))
        throw invalid(`1 validation error detected: Value '${name}' at 'stackSetName' failed to satisfy constraint`);
      const key = `${call.region} ${name}`;
      if (sets.all.has(key)) throw refusal("NameAlreadyExistsException", 409, `StackSet ${name} already exists`);
      const { body, template } = templateOf(input);
      const parameters = valuesOf(input.Parameters);
      parametersOf(template, parameters);
      acknowledged(template, input.Capabilities);
      const id = `${name}:${randomUUID()}`;
      sets.all.set(key, {
        id,
        arn: `arn:aws:cloudformation:${call.region}:${call.account}:stackset/${id}`,
        name,
        owner: call.account,
        region: call.region,
        description: input.Description,
        template,
        body,
        parameters,
        capabilities: input.Capabilities ?? [],
        tags: input.Tags ?? [],
        autoDeployment: autoDeploymentOf(sets, input.AutoDeployment),
        managedExecution: input.ManagedExecution?.Active ?? false,
        targets: new Map(),
        instances: [],
        operations: [],
      });
      return { StackSetId: id };
    },

    UpdateStackSet: (input: sdk.UpdateStackSetCommandInput, call: Call) => {
      managing(sets, call);
      const set = found(sets, input.StackSetName, call);
      notBusy(sets, set);
      const { body, template } = input.UsePreviousTemplate ? set : templateOf(input);
      const parameters = valuesOf(input.Parameters);
      parametersOf(template, parameters);
      acknowledged(template, input.Capabilities);
      Object.assign(set, {
        body,
        template,
        parameters,
        description: input.Description,
        tags: input.Tags ?? set.tags,
        capabilities: input.Capabilities ?? [],
        autoDeployment: input.AutoDeployment ? autoDeploymentOf(sets, input.AutoDeployment) : set.autoDeployment,
        managedExecution: input.ManagedExecution?.Active ?? set.managedExecution,
      });
      const how = { action: "UPDATE" as const, targets: {}, preferences: input.OperationPreferences ?? {} };
      return { OperationId: sets.start(set, { ...how, id: input.OperationId }, set.instances.map(stepOf)).id };
    },

    DeleteStackSet: (input: sdk.DeleteStackSetCommandInput, call: Call) => {
      managing(sets, call);
      const set = found(sets, input.StackSetName, call);
      notBusy(sets, set);
      if (set.instances.length > 0) throw refusal("StackSetNotEmptyException", 409, `StackSet ${set.id} is not empty`);
      sets.all.delete(`${call.region} ${set.name}`);
    },
  };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStackSet.html, Capabilities */
function acknowledged({ Resources }: Template, capabilities: readonly string[] = []): void {
  const makesRole = Object.values(Resources).some(({ Type }) => Type === "AWS::IAM::Role");
  if (!makesRole || capabilities.includes("CAPABILITY_NAMED_IAM")) return;
  throw refusal("InsufficientCapabilitiesException", 400, "Requires capabilities : [CAPABILITY_NAMED_IAM]");
}

const stepOf = ({ account, region, unit }: StackInstance): Step => ({ account, region, unit });

/** The accounts that targets name, each once, by the unit that it is named through. */
function targeted(sets: StackSets, targets: sdk.DeploymentTargets | undefined): { account: string; unit: string }[] {
  const { OrganizationalUnitIds: units = [], Accounts: accounts = [], AccountFilterType: filter } = targets ?? {};
  if (units.length === 0)
    throw invalid("DeploymentTargets must name OrganizationalUnitIds for a SERVICE_MANAGED StackSet");
  if (accounts.length > 0 && filter === undefined)
    throw invalid("AccountFilterType must be specified with both OrganizationalUnitIds and Accounts");
  for (const unit of units)
    if (unit !== sets.organization.rootId && !sets.organization.units.some(({ id }) => id === unit))
      throw invalid(`Organizational unit ${unit} does not exist in the organization`);
  const seen = new Map<string, string>();
  for (const unit of units) for (const { id } of sets.accountsOf(unit)) if (!seen.has(id)) seen.set(id, unit);
  const kept = ({ account }: { account: string }) =>
    filter === "DIFFERENCE" ? !accounts.includes(account) : filter !== "INTERSECTION" || accounts.includes(account);
  return [...seen].map(([account, unit]) => ({ account, unit })).filter(kept);
}

function instances(sets: StackSets): Operations {
  return {
    CreateStackInstances: (input: sdk.CreateStackInstancesCommandInput, call: Call) => {
      managing(sets, call);
      const set = found(sets, input.StackSetName, call);
      notBusy(sets, set);
      if (input.Accounts)
        throw invalid("Accounts is not supported for a SERVICE_MANAGED StackSet: name DeploymentTargets");
      if (input.DeploymentTargets?.AccountFilterType === "UNION")
        throw invalid("AccountFilterType UNION is not supported for CreateStackInstances");
      const accounts = targeted(sets, input.DeploymentTargets);
      const regions = input.Regions ?? [];
      for (const unit of input.DeploymentTargets?.OrganizationalUnitIds ?? [])
        set.targets.set(unit, new Set([...(set.targets.get(unit) ?? []), ...regions]));
      sets.see(set);
      const steps = regions.flatMap((region) => accounts.map((one) => ({ ...one, region })));
      return { OperationId: start("CREATE", set, input, steps) };
    },

    UpdateStackInstances: (input: sdk.UpdateStackInstancesCommandInput, call: Call) => {
      managing(sets, call);
      const set = found(sets, input.StackSetName, call);
      notBusy(sets, set);
      if ((input.ParameterOverrides ?? []).length > 0) throw invalid("The sandbox has no ParameterOverrides");
      const accounts = targeted(sets, input.DeploymentTargets).map(({ account }) => account);
      const chosen = set.instances.filter(
        ({ account, region }) => accounts.includes(account) && input.Regions?.includes(region),
      );
      return { OperationId: start("UPDATE", set, input, chosen.map(stepOf)) };
    },

    DeleteStackInstances: (input: sdk.DeleteStackInstancesCommandInput, call: Call) => {
      managing(sets, call);
      const set = found(sets, input.StackSetName, call);
      notBusy(sets, set);
      const accounts = targeted(sets, input.DeploymentTargets).map(({ account }) => account);
      const chosen = set.instances.filter(
        ({ account, region }) => accounts.includes(account) && input.Regions?.includes(region),
      );
      for (const unit of input.DeploymentTargets?.OrganizationalUnitIds ?? []) {
        const regions = set.targets.get(unit);
        for (const region of input.Regions ?? []) regions?.delete(region);
        if (regions?.size === 0) set.targets.delete(unit);
      }
      const how = input.RetainStacks ? ("retain" as const) : ("delete" as const);
      return {
        OperationId: start(
          "DELETE",
          set,
          input,
          chosen.map((one) => ({ ...stepOf(one), remove: how })),
        ),
      };
    },
  };

  function start(
    action: "CREATE" | "UPDATE" | "DELETE",
    set: StackSet,
    input: Pick<sdk.CreateStackInstancesCommandInput, "DeploymentTargets" | "OperationPreferences" | "OperationId">,
    steps: Step[],
  ): string {
    if (set.operations.some(({ id }) => id === input.OperationId))
      throw refusal("OperationIdAlreadyExistsException", 409, `Operation ${input.OperationId} already exists`);
    const targets = input.DeploymentTargets ?? {};
    return sets.start(
      set,
      { action, targets, preferences: input.OperationPreferences ?? {}, id: input.OperationId },
      steps,
    ).id;
  }
}
