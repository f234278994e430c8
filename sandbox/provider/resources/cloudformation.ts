import type {
  AccountFilterType,
  CallAs,
  CreateStackInstancesInput,
  CreateStackSetInput,
  StackInstanceSummary,
  StackSetOperationPreferences,
} from "@aws-sdk/client-cloudformation";
import type { StackInstancesArgs } from "@pulumi/aws/cloudformation/stackInstances";
import type { StackSetArgs } from "@pulumi/aws/cloudformation/stackSet";
import { found, type Plain, type ResourceType, resource, tagList, until } from "../resource";
import type { Scope } from "../scope";

/** The official provider waits for half an hour. */
const PATIENCE = 1_800;

/** Waits for an operation. Fails with each account, region and reason where the operation fails as a whole; else it stays silent. */
async function finished(aws: Scope, StackSetName: string, OperationId: string | undefined): Promise<void> {
  const patient: Scope = Object.create(aws, { patience: { value: aws.patience ?? PATIENCE } });
  await until(patient, `operation ${OperationId} of StackSet ${StackSetName}`, async () => {
    const { StackSetOperation: operation } = await aws.cloudformation.describeStackSetOperation({
      StackSetName,
      OperationId,
    });
    if (operation?.Status === "SUCCEEDED") return true;
    if (operation?.Status === "RUNNING" || operation?.Status === "QUEUED") return undefined;
    const { Summaries = [] } = await aws.cloudformation.listStackSetOperationResults({ StackSetName, OperationId });
    const lines = Summaries.filter(({ Status }) => Status !== "SUCCEEDED").map(
      (one) => `${one.Account}\t${one.Region}\t${one.Status}\t${one.StatusReason ?? ""}`,
    );
    throw new Error(
      `unexpected state '${operation?.Status}', wanted target 'SUCCEEDED'. Operation (${OperationId}) Results: Account ID\tRegion\tStatus\tStatus Reason\n${lines.join("\n")}`,
    );
  });
}

interface Preferences {
  concurrencyMode?: string;
  failureToleranceCount?: number;
  failureTolerancePercentage?: number;
  maxConcurrentCount?: number;
  maxConcurrentPercentage?: number;
  regionConcurrencyType?: string;
  regionOrders?: string[];
}

const preferencesOf = (given: Preferences | undefined) =>
  given &&
  ({
    ConcurrencyMode: given.concurrencyMode,
    FailureToleranceCount: given.failureToleranceCount,
    FailureTolerancePercentage: given.failureTolerancePercentage,
    MaxConcurrentCount: given.maxConcurrentCount,
    MaxConcurrentPercentage: given.maxConcurrentPercentage,
    RegionConcurrencyType: given.regionConcurrencyType,
    RegionOrder: given.regionOrders,
  } as StackSetOperationPreferences);

const PREFERENCES = {
  failureToleranceCount: true,
  failureTolerancePercentage: true,
  maxConcurrentCount: true,
  maxConcurrentPercentage: true,
  regionConcurrencyType: true,
  regionOrders: true,
} as const;

const setOf = (inputs: Plain<StackSetArgs>) => ({
  StackSetName: inputs.name,
  Description: inputs.description,
  TemplateBody: inputs.templateBody,
  CallAs: inputs.callAs as CallAs | undefined,
  Capabilities: inputs.capabilities as CreateStackSetInput["Capabilities"],
  Parameters: Object.entries(inputs.parameters ?? {}).map(([ParameterKey, ParameterValue]) => ({
    ParameterKey,
    ParameterValue,
  })),
  PermissionModel: inputs.permissionModel as CreateStackSetInput["PermissionModel"],
  AutoDeployment: inputs.autoDeployment && {
    Enabled: inputs.autoDeployment.enabled,
    RetainStacksOnAccountRemoval: inputs.autoDeployment.retainStacksOnAccountRemoval,
    DependsOn: inputs.autoDeployment.dependsOnStackSets,
  },
  ManagedExecution: inputs.managedExecution && { Active: inputs.managedExecution.active },
});

type Targets = Pick<
  CreateStackInstancesInput,
  "StackSetName" | "Regions" | "DeploymentTargets" | "OperationPreferences"
>;

const targetsOf = (inputs: Plain<StackInstancesArgs>): Targets => ({
  StackSetName: inputs.stackSetName,
  Regions: inputs.regions,
  DeploymentTargets: {
    OrganizationalUnitIds: inputs.deploymentTargets?.organizationalUnitIds,
    Accounts: inputs.deploymentTargets?.accounts,
    AccountFilterType: inputs.deploymentTargets?.accountFilterType as AccountFilterType | undefined,
  },
  OperationPreferences: preferencesOf(inputs.operationPreferences),
});

async function createInstances(aws: Scope, targets: Targets): Promise<void> {
  const { OperationId } = await aws.cloudformation.createStackInstances(targets);
  await finished(aws, String(targets.StackSetName), OperationId);
}

async function deleteInstances(aws: Scope, targets: Targets, retain: boolean): Promise<void> {
  const asked = await found(aws.cloudformation.deleteStackInstances({ ...targets, RetainStacks: retain }));
  if (asked) await finished(aws, String(targets.StackSetName), asked.OperationId);
}

const without = (before: readonly string[] = [], now: readonly string[] = []) =>
  before.filter((one) => !now.includes(one));

async function everyInstance(
  { cloudformation }: Scope,
  StackSetName: string,
): Promise<StackInstanceSummary[] | undefined> {
  const all: StackInstanceSummary[] = [];
  let NextToken: string | undefined;
  do {
    const answer = await found(cloudformation.listStackInstances({ StackSetName, NextToken }));
    if (!answer) return undefined;
    all.push(...(answer.Summaries ?? []));
    NextToken = answer.NextToken;
  } while (NextToken);
  return all;
}

export const cloudformation: Record<string, ResourceType> = {
  "aws:cloudformation/stackSet:StackSet": resource<StackSetArgs>({
    inputs: {
      name: true,
      description: true,
      templateBody: true,
      parameters: true,
      capabilities: true,
      permissionModel: true,
      callAs: true,
      autoDeployment: { enabled: true, retainStacksOnAccountRemoval: true, dependsOnStackSets: true },
      managedExecution: { active: true },
      operationPreferences: PREFERENCES,
      tags: true,
    },
    json: ["templateBody"],
    replaceOn: ["name", "autoDeployment"],
    async create({ cloudformation }, inputs) {
      await cloudformation.createStackSet({ ...setOf(inputs), StackSetName: inputs.name, Tags: tagList(inputs.tags) });
      return String(inputs.name);
    },
    async read({ cloudformation }, id) {
      const answer = await found(cloudformation.describeStackSet({ StackSetName: id }));
      const set = answer?.StackSet;
      return (
        set && {
          name: set.StackSetName,
          arn: set.StackSetARN,
          stackSetId: set.StackSetId,
          description: set.Description,
          templateBody: set.TemplateBody,
          permissionModel: set.PermissionModel,
          parameters: Object.fromEntries((set.Parameters ?? []).map((one) => [one.ParameterKey, one.ParameterValue])),
          capabilities: set.Capabilities,
          autoDeployment: set.AutoDeployment && {
            enabled: set.AutoDeployment.Enabled,
            retainStacksOnAccountRemoval: set.AutoDeployment.RetainStacksOnAccountRemoval,
            dependsOnStackSets: set.AutoDeployment.DependsOn,
          },
          managedExecution: { active: set.ManagedExecution?.Active },
        }
      );
    },
    async update(aws, id, inputs) {
      const { OperationId } = await aws.cloudformation.updateStackSet({
        ...setOf(inputs),
        StackSetName: id,
        OperationPreferences: preferencesOf(inputs.operationPreferences),
      });
      await finished(aws, id, OperationId);
    },
    delete: ({ cloudformation }, id) => cloudformation.deleteStackSet({ StackSetName: id }),
    tags: {
      // Tags go with the whole definition, and start an operation.
      put: (aws, { name, templateBody }, tags) =>
        retag(aws, String(name), String(templateBody), (now) => ({ ...now, ...tags })),
      remove: (aws, { name, templateBody }, keys) =>
        retag(aws, String(name), String(templateBody), (now) =>
          Object.fromEntries(Object.entries(now).filter(([key]) => !keys.includes(key))),
        ),
    },
  }),

  "aws:cloudformation/stackInstances:StackInstances": resource<StackInstancesArgs>({
    inputs: {
      stackSetName: true,
      regions: true,
      deploymentTargets: { organizationalUnitIds: true, accounts: true, accountFilterType: true },
      operationPreferences: { ...PREFERENCES, concurrencyMode: true },
      retainStacks: true,
      callAs: true,
    },
    replaceOn: ["stackSetName"],
    async create(aws, inputs, made) {
      const targets = targetsOf(inputs);
      const id = `${inputs.stackSetName},${inputs.callAs ?? "SELF"},OU`;
      const { OperationId } = await aws.cloudformation.createStackInstances(targets);
      made(id);
      await finished(aws, inputs.stackSetName, OperationId);
      return id;
    },
    async read(aws, id, inputs) {
      const [stackSetName = ""] = id.split(",");
      const instances = await everyInstance(aws, stackSetName);
      if (!instances) return undefined;
      const unique = (values: (string | undefined)[]) => [...new Set(values)].filter((value) => value !== undefined);
      const regions = unique(instances.map(({ Region }) => Region));
      const units = unique(instances.map(({ OrganizationalUnitId }) => OrganizationalUnitId));
      return {
        stackSetName,
        regions: regions.length > 0 ? regions : inputs.regions,
        accounts: unique(instances.map(({ Account }) => Account)),
        deploymentTargets: {
          ...inputs.deploymentTargets,
          ...(units.length > 0 && { organizationalUnitIds: units }),
        },
        stackSetId: instances[0]?.StackSetId,
        stackInstanceSummaries: instances.map((one) => ({
          accountId: one.Account,
          region: one.Region,
          organizationalUnitId: one.OrganizationalUnitId,
          stackId: one.StackId,
          stackSetId: one.StackSetId,
          status: one.Status,
          statusReason: one.StatusReason,
          detailedStatus: one.StackInstanceStatus?.DetailedStatus,
          driftStatus: one.DriftStatus,
        })),
      };
    },
    // As the official provider: what is no longer named is deleted, and then all that is named is created anew.
    async update(aws, _id, inputs, changed) {
      const before = await everyInstance(aws, inputs.stackSetName);
      const targets = targetsOf(inputs);
      const there = [...new Set((before ?? []).map(({ Region = "" }) => Region))];
      const gone = without(there, inputs.regions);
      if (gone.length > 0) await deleteInstances(aws, { ...targets, Regions: gone }, inputs.retainStacks ?? false);
      if (changed.has("regions") || changed.has("deploymentTargets")) {
        await createInstances(aws, targets);
      } else {
        const { OperationId } = await aws.cloudformation.updateStackInstances({ ...targets, ParameterOverrides: [] });
        await finished(aws, inputs.stackSetName, OperationId);
      }
    },
    delete: (aws, _id, inputs) => deleteInstances(aws, targetsOf(inputs), inputs.retainStacks ?? false),
  }),
};

async function retag(
  aws: Scope,
  name: string,
  templateBody: string,
  how: (now: Record<string, string>) => Record<string, string>,
): Promise<void> {
  const { StackSet: set } = await aws.cloudformation.describeStackSet({ StackSetName: name });
  const now = Object.fromEntries((set?.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
  const { OperationId } = await aws.cloudformation.updateStackSet({
    StackSetName: name,
    TemplateBody: templateBody,
    Parameters: set?.Parameters,
    Tags: tagList(how(now)),
  });
  await finished(aws, name, OperationId);
}
