import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

/** Where stacks are made. */
export interface Targets {
  /** Where the StackSet is kept. */
  homeRegion: string;
  /** The root, or organizational units: all accounts in and below them get stacks, those that come later too. */
  unitIds: readonly string[];
  /** Accounts that get none. The management account never does: StackSets leaves it out. */
  excludedAccounts: readonly string[];
}

export interface Everywhere {
  /** Its name in AWS. */
  setName: string;
  description: string;
  template: pulumi.Input<string>;
  regions: readonly string[];
  /** What CloudFormation is to be told that the template makes. Default: nothing of the kind. */
  capabilities?: string[];
  /** Whose stacks come first, in accounts that join too. */
  after?: { set: aws.cloudformation.StackSet; instances: aws.cloudformation.StackInstances };
}

/** A stack that could not be brought up. */
export interface FailedStack {
  account: string;
  region: string;
  reason: string;
}

/** Long enough for hundreds of accounts in 18 regions; the provider's own half an hour is not. */
const PATIENCE = { create: "4h", update: "4h", delete: "4h" };
/** One account in trouble must not keep the others from theirs: failures are told, not waited for. */
const EVERYWHERE = { regionConcurrencyType: "PARALLEL", maxConcurrentPercentage: 100, failureTolerancePercentage: 100 };

/**
 * Stacks in every account of the targets, by a service-managed StackSet, in those too that join later. Must be deployed in the
 * management account, which has let StackSets reach the organization's accounts.
 */
export function stacksEverywhere(parent: pulumi.Resource, name: string, args: Targets, what: Everywhere) {
  const region = args.homeRegion;
  const set = new aws.cloudformation.StackSet(
    name,
    {
      name: what.setName,
      description: what.description,
      templateBody: what.template,
      permissionModel: "SERVICE_MANAGED",
      ...(what.capabilities && { capabilities: what.capabilities }),
      autoDeployment: {
        enabled: true,
        retainStacksOnAccountRemoval: false,
        ...(what.after && { dependsOnStackSets: [what.after.set.arn] }),
      },
      // An account that joins just now must not make an update fail: operations wait for one another.
      managedExecution: { active: true },
      operationPreferences: EVERYWHERE,
      region,
    },
    { parent, customTimeouts: PATIENCE, deleteBeforeReplace: true },
  );
  const instances = new aws.cloudformation.StackInstances(
    `${name}-instances`,
    {
      stackSetName: set.name,
      regions: [...what.regions],
      deploymentTargets: {
        organizationalUnitIds: [...args.unitIds],
        ...(args.excludedAccounts.length > 0 && {
          accounts: [...args.excludedAccounts],
          accountFilterType: "DIFFERENCE",
        }),
      },
      operationPreferences: EVERYWHERE,
      region,
    },
    {
      parent,
      customTimeouts: PATIENCE,
      deleteBeforeReplace: true,
      // What those make must be there: CloudFormation does not wait for another StackSet's.
      dependsOn: what.after ? [what.after.instances] : [],
    },
  );
  return { set, instances };
}

type Summary = aws.types.output.cloudformation.StackInstancesStackInstanceSummary;

/** Those that could not be brought up, as of the last operation. */
export function failures(summaries: readonly Summary[] | undefined): FailedStack[] {
  return (summaries ?? [])
    .filter(({ detailedStatus }) => detailedStatus === "FAILED" || detailedStatus === "INOPERABLE")
    .map(({ accountId = "", region = "", statusReason = "no reason given" }) => ({
      account: accountId,
      region,
      reason: statusReason,
    }));
}
