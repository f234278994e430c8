import * as pulumi from "@pulumi/pulumi";
import { deliveryBucket } from "./deliveryBucket";
import type { PrivateBucket } from "./PrivateBucket";

export interface MemberHistoryArgs {
  /** The organization whose accounts deliver, `o-...`. */
  organizationId: string;
  region: string;
  /** What the bucket's name begins with. */
  bucketName: string;
  /** Days that what is delivered is kept. Default: for ever. */
  historyDays?: number;
}

/**
 * The bucket that the member accounts' AWS Config recorders deliver to, each below its account's number. Must be deployed in the audit
 * account, before the recorders: AWS Config refuses a bucket that it may not write to. It stays on destroy, with all that guards it.
 * https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html
 */
export class MemberHistory extends pulumi.ComponentResource {
  readonly bucket: PrivateBucket;
  /** The bucket's name, once it can be delivered to. */
  readonly bucketName: pulumi.Output<string>;

  constructor(name: string, args: MemberHistoryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("hakken:baseline:MemberHistory", name, {}, opts);
    const { organizationId, region, historyDays } = args;

    const bucket = deliveryBucket(args.bucketName, {
      whose: { organizationId },
      region,
      historyDays,
      parent: this,
    });
    this.bucket = bucket;
    const ready = pulumi.all(bucket.parts.map(({ id }) => id));
    this.bucketName = pulumi.all([bucket.name, ready]).apply(([bucketName]) => bucketName);

    this.registerOutputs();
  }
}
