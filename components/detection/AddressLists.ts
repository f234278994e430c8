import { createHash } from "node:crypto";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { PrivateBucket } from "../baseline/PrivateBucket";

export interface AddressListsArgs {
  /** Where the lists are kept. GuardDuty reads them from its other regions too. */
  region: string;
  /** The administrator's detectors by region: lists hold for its members too, who can have none of their own. */
  detectors: Readonly<Record<string, Pick<aws.guardduty.Detector, "id">>>;
  /** Public IPv4 addresses and ranges whose activity makes no findings; 2,000 at most. Default: no such list. */
  trusted: readonly string[];
  /** The same whose activity is reported; 250,000 at most. Default: no such list. */
  threats: readonly string[];
  /** What the bucket's name begins with. Default: the component's name. */
  namePrefix?: string;
}

/**
 * Lists of addresses that GuardDuty trusts, or reports activity with, in every region. Must be deployed in the administrator's
 * account. Whoever deploys it needs iam:PutRolePolicy on GuardDuty's service-linked role, by which GuardDuty lets itself read them.
 * https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_upload-lists.html
 */
export class AddressLists extends pulumi.ComponentResource {
  constructor(name: string, args: AddressListsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:detection:AddressLists", name, {}, opts);

    const bucket = new PrivateBucket(`${args.namePrefix ?? name}-bucket`, { region: args.region }, { parent: this });
    const keep = (list: string, addresses: readonly string[]) => {
      const content = `${[...addresses].sort().join("\n")}\n`;
      // Another content is another key: GuardDuty reads a list when it is told of it, and looks at it no more.
      const key = `${list}-${createHash("sha256").update(content).digest("hex").slice(0, 12)}.txt`;
      const object = new aws.s3.BucketObjectv2(
        `${name}-${list}`,
        { bucket: bucket.name, key, content, contentType: "text/plain", region: args.region },
        { parent: this, dependsOn: [...bucket.parts] },
      );
      return pulumi.interpolate`https://s3.amazonaws.com/${object.bucket}/${object.key}`;
    };
    const [trusted, threats] = [
      args.trusted.length > 0 && keep("trusted", args.trusted),
      args.threats.length > 0 && keep("threats", args.threats),
    ];

    for (const [region, detector] of Object.entries(args.detectors)) {
      const list = { detectorId: detector.id, format: "TXT", activate: true, region };
      // A set whose location changes has to be activated again, which the provider does not do: it is made anew instead.
      const opts = { parent: this, replaceOnChanges: ["location"] };
      if (trusted) {
        // There can be one in a region, so that the old one goes first.
        const alone = { ...opts, deleteBeforeReplace: true };
        new aws.guardduty.IPSet(`${name}-trusted-${region}`, { ...list, location: trusted }, alone);
      }
      if (threats) new aws.guardduty.ThreatIntelSet(`${name}-threats-${region}`, { ...list, location: threats }, opts);
    }

    this.registerOutputs();
  }
}
