import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type MemberResource, memberTemplate, recorderResources, roleTemplate } from "./memberTemplate";

export interface MemberStacksArgs {
  /** What the StackSets' names begin with. */
  stackSetName: string;
  /** Where the StackSets are kept, and the region that records global resources (IAM). */
  homeRegion: string;
  /** Every region that gets a stack, the home region among them. */
  regions: readonly string[];
  /** The root, or organizational units: all accounts in and below them get stacks, those that come later too. */
  unitIds: readonly string[];
  /** Accounts that get none. The management account never does: StackSets leaves it out. */
  excludedAccounts: readonly string[];
  /** The bucket that AWS Config delivers to, which every account of the organization may write to. */
  bucketName: pulumi.Input<string>;
  /** What every account gets besides its recorder. Default: nothing. */
  resources?: readonly MemberResource[];
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
 * Stacks in each member account and region, by two service-managed StackSets: AWS Config's service-linked role, in the home region
 * alone, and then the recorder with its channel. Must be deployed in the management account, which has let StackSets reach the
 * organization's accounts (`aws cloudformation activate-organizations-access`).
 *
 * The role has a StackSet of its own since an account has one, often made by somebody else: CloudFormation can't ask whether it is
 * there, and fails, with no harm to the recorder. Accounts that join get the role's stack first.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-manage-auto-deployment.html
 */
export class MemberStacks extends pulumi.ComponentResource {
  /** Stacks that failed, as of the last operation: of an account that has a recorder already, or that lacks a region. */
  readonly failed: pulumi.Output<FailedStack[]>;
  readonly stackSet: aws.cloudformation.StackSet;

  constructor(name: string, args: MemberStacksArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:baseline:MemberStacks", name, {}, opts);
    const { homeRegion, regions, resources = [] } = args;
    const template = pulumi
      .output(args.bucketName)
      .apply((bucket) => memberTemplate(homeRegion, [...recorderResources(bucket), ...resources]));

    const role = this.everywhere(`${name}-role`, args, {
      setName: `${args.stackSetName}-config-role`,
      description: "AWS Config's service-linked role. Fails, with no harm, in accounts that have it already.",
      template: roleTemplate(),
      regions: [homeRegion],
    });
    const recorder = this.everywhere(`${name}-recorder`, args, {
      setName: `${args.stackSetName}-recorder`,
      description: "AWS Config's recorder and delivery channel.",
      template,
      regions,
      after: role,
    });
    this.stackSet = recorder.set;
    this.failed = pulumi
      .all([role.instances.stackInstanceSummaries, recorder.instances.stackInstanceSummaries])
      .apply(([ofRole, ofRecorder]) => [...failures(ofRole).filter(isTrouble), ...failures(ofRecorder)]);

    this.registerOutputs();
  }

  private everywhere(name: string, args: MemberStacksArgs, what: Everywhere) {
    const region = args.homeRegion;
    const set = new aws.cloudformation.StackSet(
      name,
      {
        name: what.setName,
        description: what.description,
        templateBody: what.template,
        permissionModel: "SERVICE_MANAGED",
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
      { parent: this, customTimeouts: PATIENCE, deleteBeforeReplace: true },
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
        parent: this,
        customTimeouts: PATIENCE,
        deleteBeforeReplace: true,
        // AWS Config looks its role up, and refuses a recorder without it.
        dependsOn: what.after ? [what.after.instances] : [],
      },
    );
    return { set, instances };
  }
}

interface Everywhere {
  setName: string;
  description: string;
  template: pulumi.Input<string>;
  regions: readonly string[];
  after?: { set: aws.cloudformation.StackSet; instances: aws.cloudformation.StackInstances };
}

type Summary = aws.types.output.cloudformation.StackInstancesStackInstanceSummary;

function failures(summaries: readonly Summary[] | undefined): FailedStack[] {
  return (summaries ?? [])
    .filter(({ detailedStatus }) => detailedStatus === "FAILED" || detailedStatus === "INOPERABLE")
    .map(({ accountId = "", region = "", statusReason = "no reason given" }) => ({
      account: accountId,
      region,
      reason: statusReason,
    }));
}

/** The role that was there already is what is wanted. */
const isTrouble = ({ reason }: FailedStack) => !/has been taken|already exists/i.test(reason);
