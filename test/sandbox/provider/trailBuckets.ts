import { S3 } from "@aws-sdk/client-s3";
import { ORGANIZATION_ID } from "../../../sandbox/organization";
import { ACCOUNTS, type Cloud } from "./cloud";

export const HOME = "ap-northeast-1";
export const SERVICE = "cloudtrail.amazonaws.com";
/** Where a trail of the organization delivers, as CloudTrail tries at once. */
export const BOTH = [ACCOUNTS.management, ORGANIZATION_ID];

export const document = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });
export const arnOf = (name: string, account: string = ACCOUNTS.management) =>
  `arn:aws:cloudtrail:${HOME}:${account}:trail/${name}`;
export const lets = (Action: string, Resource: string, trail: string, more: object = {}) => ({
  Effect: "Allow",
  Principal: { Service: SERVICE },
  Action,
  Resource,
  Condition: { StringEquals: { "aws:SourceArn": trail, ...more } },
});
/** A bucket that CloudTrail may write to for a trail, below these folders. */
export const bucketFor = async (
  cloud: Cloud,
  Bucket: string,
  trail: string,
  folders: string[],
  account: string = ACCOUNTS.management,
) => {
  const s3 = new S3({ ...cloud.as(account), forcePathStyle: true });
  await s3.createBucket({ Bucket, CreateBucketConfiguration: { LocationConstraint: HOME } });
  const acl = { "s3:x-amz-acl": "bucket-owner-full-control" };
  const Policy = document(
    lets("s3:GetBucketAcl", `arn:aws:s3:::${Bucket}`, trail),
    ...folders.map((folder) => lets("s3:PutObject", `arn:aws:s3:::${Bucket}/AWSLogs/${folder}/*`, trail, acl)),
  );
  await s3.putBucketPolicy({ Bucket, Policy });
  return Bucket;
};
