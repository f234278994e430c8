import type * as pulumi from "@pulumi/pulumi";
import { PrivateBucket } from "./PrivateBucket";

export interface DeliveryBucketArgs {
  /** Whose recorders deliver: an account's, or those of all accounts of an organization. */
  whose: { accountId: string } | { organizationId: string };
  region: string;
  /** Days that what is delivered is kept. Default: for ever. */
  historyDays?: number;
  parent: pulumi.Resource;
}

/** The bucket that recorders of AWS Config deliver to, `NAME-bucket`. It stays on destroy, with all that guards it. */
export function deliveryBucket(name: string, { whose, region, historyDays, parent }: DeliveryBucketArgs) {
  return new PrivateBucket(
    `${name}-bucket`,
    {
      region,
      retain: true,
      expireAfterDays: historyDays,
      statements: (arn) => deliveryStatements(arn, whose),
      formerParent: parent,
    },
    { parent },
  );
}

/**
 * With the service-linked role AWS Config delivers as its service principal, which must be bound to an account, or to the accounts
 * of an organization: else anybody's recorder could name the bucket.
 */
function deliveryStatements(bucketArn: pulumi.Output<string>, whose: DeliveryBucketArgs["whose"]) {
  const config = {
    Effect: "Allow",
    Principal: { Service: "config.amazonaws.com" },
  };
  const source =
    "accountId" in whose ? { "aws:SourceAccount": whose.accountId } : { "aws:SourceOrgID": whose.organizationId };
  const prefix = "accountId" in whose ? whose.accountId : "*";
  return [
    {
      Sid: "ConfigLooksUpTheBucket",
      ...config,
      Action: ["s3:GetBucketAcl", "s3:ListBucket"],
      Resource: bucketArn,
      Condition: { StringEquals: source },
    },
    {
      Sid: "ConfigDelivers",
      ...config,
      Action: "s3:PutObject",
      Resource: bucketArn.apply((arn) => `${arn}/AWSLogs/${prefix}/Config/*`),
      Condition: { StringEquals: { ...source, "s3:x-amz-acl": "bucket-owner-full-control" } },
    },
  ];
}
