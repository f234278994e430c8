import * as pulumi from "@pulumi/pulumi";
import { type FailedStack, failures, stacksEverywhere, type Targets } from "../baseline/stacksEverywhere";
import type { LocalStandards } from "./localStandards";
import { hubTemplate, standardsTemplate } from "./memberStandardsTemplate";

export interface MemberStandardsArgs extends Targets {
  /** What the StackSets' names begin with. */
  stackSetName: string;
  /** What accounts have, by region; the home region among them. */
  standards: Readonly<Record<string, LocalStandards>>;
}

/**
 * Security Hub with its standards in each member account and region, by two service-managed StackSets: under LOCAL configuration the
 * administrator can set neither standards nor controls of its members. Must be deployed in the management account, which has let
 * StackSets reach the organization's accounts (`aws cloudformation activate-organizations-access`).
 *
 * Security Hub has a StackSet of its own, since many accounts have it already: CloudFormation can't ask, and fails, with no harm to the
 * standards. It must come before the accounts are made members, which switches AWS's default standards on where it is off: a standard
 * that is on can't be switched on by CloudFormation.
 */
export class MemberStandards extends pulumi.ComponentResource {
  /** Stacks that failed, as of the last operation: of an account in which a standard was on already, or that lacks a region. */
  readonly failed: pulumi.Output<FailedStack[]>;

  constructor(name: string, args: MemberStandardsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:detection:MemberStandards", name, {}, opts);
    const regions = Object.keys(args.standards);

    const hub = stacksEverywhere(this, `${name}-hub`, args, {
      setName: `${args.stackSetName}-securityhub`,
      description: "Security Hub. Fails, with no harm, in accounts that have it already.",
      template: hubTemplate(),
      regions,
    });
    const summaries = [hub.instances.stackInstanceSummaries];
    // A template needs a resource, and a StackSet a template.
    if (Object.values(args.standards).some(({ standards, parameters }) => standards.length + parameters.length > 0)) {
      const standards = stacksEverywhere(this, `${name}-standards`, args, {
        setName: `${args.stackSetName}-securityhub-standards`,
        description: "Security Hub's standards and controls.",
        template: standardsTemplate(args.standards),
        regions,
        after: hub,
      });
      summaries.push(standards.instances.stackInstanceSummaries);
    }
    this.failed = pulumi.all(summaries).apply((all) => all.flatMap(failures).filter(isTrouble));

    this.registerOutputs();
  }
}

/** Security Hub that was on already is what is wanted. */
const isTrouble = ({ reason }: FailedStack) => !/already subscribed/i.test(reason);
