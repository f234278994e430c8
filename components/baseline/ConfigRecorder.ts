import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { deliveryBucket } from "./deliveryBucket";
import type { PrivateBucket } from "./PrivateBucket";

export interface ConfigRecorderArgs {
  /** The account that is recorded. */
  accountId: string;
  /** The delivery bucket's region, and the one that records global resources (IAM), so that each is recorded once. */
  homeRegion: string;
  /** Every other region that is recorded. */
  linkedRegions: readonly string[];
  /** Whether to make AWS Config's service-linked role, or to use one that somebody else made: ask `findConfigRole`. */
  serviceLinkedRole: "make" | "use";
  /** What the delivery bucket's name begins with. Default: the component's name. */
  bucketName?: string;
  /** Days that what is delivered is kept. Default: for ever. */
  historyDays?: number;
}

/** The name of AWS Config's service-linked role, in every account. */
export const roleName = "AWSServiceRoleForConfig";
/** Marks the role as made by this program, since one that was there before must not go with it. */
const ourTag = { "hakken:made-by": "ConfigRecorder" };

/**
 * Records the configuration of one account, which Security Hub's controls are checked against: a recorder and a delivery channel
 * in each region, and one bucket that all of them deliver to. For accounts that have no recorder yet: AWS takes one a region.
 *
 * The bucket and all that guards it stay on destroy, since it holds the account's history; its name is never needed again.
 * https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html
 */
export class ConfigRecorder extends pulumi.ComponentResource {
  readonly bucket: PrivateBucket;

  constructor(name: string, args: ConfigRecorderArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:baseline:ConfigRecorder", name, {}, opts);

    // Any other role fails the control Config.1, a critical finding in each account and region.
    const role =
      args.serviceLinkedRole === "make"
        ? [
            new aws.iam.ServiceLinkedRole(
              `${name}-role`,
              { awsServiceName: "config.amazonaws.com", tags: ourTag },
              { parent: this },
            ),
          ]
        : [];
    const bucket = deliveryBucket(args.bucketName ?? name, {
      whose: { accountId: args.accountId },
      region: args.homeRegion,
      historyDays: args.historyDays,
      parent: this,
    });
    this.bucket = bucket;

    const record = (region: string) => {
      const recorder = new aws.cfg.Recorder(
        `${name}-${region}`,
        {
          name: "default",
          roleArn: `arn:aws:iam::${args.accountId}:role/aws-service-role/config.amazonaws.com/${roleName}`,
          recordingGroup: { allSupported: true, includeGlobalResourceTypes: region === args.homeRegion },
          region,
        },
        // AWS looks the role up, and refuses the recorder without it.
        { parent: this, dependsOn: role },
      );
      const channel = new aws.cfg.DeliveryChannel(
        `${name}-channel-${region}`,
        { name: "default", s3BucketName: bucket.name, region },
        // Refused without a recorder, and without the right to write to the bucket.
        { parent: this, dependsOn: [recorder, ...bucket.parts] },
      );
      new aws.cfg.RecorderStatus(
        `${name}-status-${region}`,
        { name: recorder.name, isEnabled: true, region },
        // A recorder starts only where a channel is. Backwards: a channel goes only once its recorder has stopped.
        { parent: this, dependsOn: [channel] },
      );
    };
    for (const region of [args.homeRegion, ...args.linkedRegions]) record(region);

    this.registerOutputs();
  }
}

/**
 * Tells whether AWS Config's service-linked role is for this program to make. An account has one, and AWS refuses a second;
 * in a fresh account there is none, and AWS refuses the recorder. So: "make" where there is none, or where it bears our tag
 * (made by an earlier run); "use" where it was made by the console, Control Tower or another service.
 */
export async function findConfigRole(opts: pulumi.InvokeOptions): Promise<ConfigRecorderArgs["serviceLinkedRole"]> {
  const { names } = await aws.iam.getRoles(
    { nameRegex: `^${roleName}$`, pathPrefix: "/aws-service-role/config.amazonaws.com/" },
    opts,
  );
  if (names.length === 0) return "make";
  const { tags } = await aws.iam.getRole({ name: roleName }, opts);
  return Object.entries(ourTag).every(([key, value]) => tags[key] === value) ? "make" : "use";
}
