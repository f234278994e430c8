import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { ScanType } from "../../handlers/inspectorScans";

export interface InspectorOrganizationArgs {
  /** What is scanned in accounts that join, by region. A region where nothing is, is left out. */
  types: Readonly<Record<string, readonly ScanType[]>>;
}

/**
 * Switches Inspector on in accounts that join the organization. AWS does nothing for those that were there
 * before. Must be deployed in the delegated administrator's account. Deleted, it switches nothing on any more.
 */
export class InspectorOrganization extends pulumi.ComponentResource {
  /** By region. */
  readonly configured: Record<string, aws.inspector2.OrganizationConfiguration>;

  constructor(name: string, args: InspectorOrganizationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:detection:InspectorOrganization", name, {}, opts);

    this.configured = Object.fromEntries(
      Object.entries(args.types)
        .filter(([, types]) => types.length > 0)
        .map(([region, types]) => [
          region,
          new aws.inspector2.OrganizationConfiguration(
            `${name}-${region}`,
            {
              autoEnable: {
                ec2: types.includes("EC2"),
                ecr: types.includes("ECR"),
                lambda: types.includes("LAMBDA"),
                lambdaCode: types.includes("LAMBDA_CODE"),
                codeRepository: types.includes("CODE_REPOSITORY"),
              },
              region,
            },
            { parent: this },
          ),
        ]),
    );

    this.registerOutputs();
  }
}
