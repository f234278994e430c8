import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { ScanType } from "../../handlers/inspectorScans";

export interface InspectorScanningArgs {
  /** The account that is scanned: the stack's own. */
  accountId: string;
  /** What is scanned, by region. A region where nothing is, is left out. */
  types: Readonly<Record<string, readonly ScanType[]>>;
}

/**
 * Amazon Inspector in one account. For the delegated administrator, which AWS lets configure the organization only once it scans
 * itself; and for the management account, which nobody else can switch it on for.
 */
export class InspectorScanning extends pulumi.ComponentResource {
  /** By region. */
  readonly enablers: Record<string, aws.inspector2.Enabler>;

  constructor(name: string, args: InspectorScanningArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:detection:InspectorScanning", name, {}, opts);

    this.enablers = Object.fromEntries(
      Object.entries(args.types)
        .filter(([, types]) => types.length > 0)
        .map(([region, types]) => [
          region,
          new aws.inspector2.Enabler(
            `${name}-${region}`,
            { accountIds: [args.accountId], resourceTypes: [...types].sort(), region },
            // AWS takes minutes over it, and the provider waits five by default.
            { parent: this, customTimeouts: { create: "15m", update: "15m", delete: "15m" } },
          ),
        ]),
    );

    this.registerOutputs();
  }
}
