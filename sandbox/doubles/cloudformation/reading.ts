import type * as sdk from "@aws-sdk/client-cloudformation";
import { ServiceError } from "../controlPlane/errors";
import { page } from "../controlPlane/pages";
import type { Call, Operations } from "../controlPlane/service";
import { notFound, type StackInstance, type StackSet, type StackSets } from "./stackSets";
import { invalid } from "./template";

export const refusal = (code: string, status: number, message: string) => new ServiceError(code, status, message);
const badToken = () => invalid("The pagination token is invalid.");
const paged = <T>(items: readonly T[], { MaxResults, NextToken }: { MaxResults?: number; NextToken?: string }) => {
  const { items: Summaries, NextToken: next } = page(items, MaxResults ?? 100, NextToken, badToken);
  return { Summaries, NextToken: next };
};

/** The StackSet of the caller by its name or id. */
export function found(sets: StackSets, name: string | undefined, call: Call): StackSet {
  const set = sets.all.get(`${call.region} ${String(name).split(":")[0]}`);
  if (!set || set.owner !== call.account) throw notFound(String(name));
  return set;
}

/** What is there, and how operations went. */
export function reading(sets: StackSets): Operations {
  const operationOf = (set: StackSet, id: string | undefined) => {
    const operation = set.operations.find((one) => one.id === id);
    if (!operation) throw refusal("OperationNotFoundException", 404, `Operation ${id} not found`);
    return operation;
  };
  return {
    DescribeStackSet: (input: sdk.DescribeStackSetCommandInput, call: Call) => {
      const set = found(sets, input.StackSetName, call);
      const Parameters = Object.entries(set.parameters).map(([key, value]) => ({
        ParameterKey: key,
        ParameterValue: value,
      }));
      return {
        StackSet: {
          StackSetName: set.name,
          StackSetId: set.id,
          StackSetARN: set.arn,
          Description: set.description,
          Status: "ACTIVE",
          TemplateBody: set.body,
          Parameters,
          Capabilities: set.capabilities,
          Tags: set.tags,
          PermissionModel: "SERVICE_MANAGED",
          AutoDeployment: set.autoDeployment,
          ManagedExecution: { Active: set.managedExecution },
          OrganizationalUnitIds: [...set.targets.keys()],
          Regions: [...new Set([...set.targets.values()].flatMap((regions) => [...regions]))],
        },
      };
    },
    ListStackSets: (input: sdk.ListStackSetsCommandInput, call: Call) =>
      paged(
        [...sets.all.values()]
          .filter((set) => set.owner === call.account && set.region === call.region)
          .map((set) => ({
            StackSetName: set.name,
            StackSetId: set.id,
            Status: "ACTIVE",
            PermissionModel: "SERVICE_MANAGED",
          })),
        input,
      ),
    ListStackInstances: (input: sdk.ListStackInstancesCommandInput, call: Call) => {
      const set = found(sets, input.StackSetName, call);
      const chosen = set.instances.filter(
        ({ account, region }) =>
          [undefined, account].includes(input.StackInstanceAccount) &&
          [undefined, region].includes(input.StackInstanceRegion),
      );
      return paged(
        chosen.map((one) => summaryOf(set, one)),
        input,
      );
    },
    DescribeStackSetOperation: (input: sdk.DescribeStackSetOperationCommandInput, call: Call) => {
      const set = found(sets, input.StackSetName, call);
      const operation = operationOf(set, input.OperationId);
      return {
        StackSetOperation: {
          OperationId: operation.id,
          StackSetId: set.id,
          Action: operation.action,
          Status: operation.status,
          OperationPreferences: operation.preferences,
          DeploymentTargets: operation.targets,
          RetainStacks: operation.retainStacks,
          CreationTimestamp: operation.createdAt,
          EndTimestamp: operation.endedAt,
        },
      };
    },
    ListStackSetOperations: (input: sdk.ListStackSetOperationsCommandInput, call: Call) => {
      const { operations } = found(sets, input.StackSetName, call);
      const newest = [...operations].reverse();
      return paged(
        newest.map(({ id, action, status, createdAt, endedAt }) => ({
          OperationId: id,
          Action: action,
          Status: status,
          CreationTimestamp: createdAt,
          EndTimestamp: endedAt,
        })),
        input,
      );
    },
    ListStackSetOperationResults: (input: sdk.ListStackSetOperationResultsCommandInput, call: Call) =>
      paged(operationOf(found(sets, input.StackSetName, call), input.OperationId).results, input),
  };
}

const summaryOf = (set: StackSet, one: StackInstance): sdk.StackInstanceSummary => ({
  StackSetId: set.id,
  Account: one.account,
  Region: one.region,
  OrganizationalUnitId: one.unit,
  StackId: one.stackId,
  Status: one.status,
  StatusReason: one.reason,
  StackInstanceStatus: { DetailedStatus: one.detailed },
  DriftStatus: "NOT_CHECKED",
});
