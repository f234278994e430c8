import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type MemberResource, memberTemplate, recorderResources, roleTemplate } from "./memberTemplate";
import { type FailedStack, failures, stacksEverywhere, type Targets } from "./stacksEverywhere";

/** The home region records global resources (IAM) too. */
export interface MemberStacksArgs extends Targets {
  /** What the StackSets' names begin with. */
  stackSetName: string;
  /** Every region that gets a stack, the home region among them. */
  regions: readonly string[];
  /** The bucket that AWS Config delivers to, which every account of the organization may write to. */
  bucketName: pulumi.Input<string>;
  /** What every account gets besides its recorder. Default: nothing. */
  resources?: readonly MemberResource[];
}

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

    const role = stacksEverywhere(this, `${name}-role`, args, {
      setName: `${args.stackSetName}-config-role`,
      description: "AWS Config's service-linked role. Fails, with no harm, in accounts that have it already.",
      template: roleTemplate(),
      regions: [homeRegion],
    });
    const recorder = stacksEverywhere(this, `${name}-recorder`, args, {
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
}

/** The role that was there already is what is wanted. */
const isTrouble = ({ reason }: FailedStack) => !/has been taken|already exists/i.test(reason);
