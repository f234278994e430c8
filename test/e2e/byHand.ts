import { GuardDuty } from "@aws-sdk/client-guardduty";
import { KMS } from "@aws-sdk/client-kms";
import { S3 } from "@aws-sdk/client-s3";
import { ACCOUNTS, HOME_REGION } from "../../sandbox/organization";
import type { RaisedEstate } from "./estate";

/** Has the audit account's detector at home export into a bucket of this name, which lets all of GuardDuty in. */
export async function exportByHand(estate: RaisedEstate, DetectorId: string, Bucket: string): Promise<void> {
  const allow = (Principal: object, Action: string, Resource: string | string[]) => ({
    Effect: "Allow",
    Principal,
    Action,
    Resource,
  });
  const policy = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });
  const guardDuty = { Service: "guardduty.amazonaws.com" };
  const s3 = new S3({ ...estate.as("audit"), forcePathStyle: true });
  await s3.createBucket({ Bucket, CreateBucketConfiguration: { LocationConstraint: HOME_REGION } });
  const everything = [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`];
  await s3.putBucketPolicy({ Bucket, Policy: policy(allow(guardDuty, "s3:*", everything)) });
  const account = { AWS: `arn:aws:iam::${ACCOUNTS.audit}:root` };
  const Policy = policy(allow(account, "kms:*", "*"), allow(guardDuty, "kms:GenerateDataKey", "*"));
  const { KeyMetadata } = await new KMS(estate.as("audit")).createKey({ Policy });
  await new GuardDuty(estate.as("audit")).createPublishingDestination({
    DetectorId,
    DestinationType: "S3",
    DestinationProperties: { DestinationArn: `arn:aws:s3:::${Bucket}`, KmsKeyArn: KeyMetadata?.Arn },
  });
}

/** Has the audit account's detector at home trust the addresses of a list, once that is active. Gives what tells where the list lies. */
export async function trustByHand(
  estate: RaisedEstate,
  DetectorId: string,
): Promise<() => Promise<string | undefined>> {
  const guardduty = new GuardDuty(estate.as("audit"));
  const Location = "https://s3.amazonaws.com/by-hand/office.txt";
  await guardduty.createIPSet({ DetectorId, Name: "office", Format: "TXT", Location, Activate: false });
  return async () => {
    const { IpSetIds = [] } = await guardduty.listIPSets({ DetectorId });
    const lists = IpSetIds.map(async (IpSetId) => (await guardduty.getIPSet({ DetectorId, IpSetId })).Location);
    return (await Promise.all(lists)).join();
  };
}

/**
 * Makes the management account a member of the audit account's detector at home, and has it watch its run time. Gives what tells whether
 * it still does.
 */
export async function memberByHand(
  estate: RaisedEstate,
  DetectorId: string | undefined,
): Promise<() => Promise<string | undefined>> {
  const guardduty = new GuardDuty(estate.as("audit"));
  const member = { DetectorId, AccountIds: [ACCOUNTS.management] };
  const AccountDetails = [{ AccountId: ACCOUNTS.management, Email: "management@example.com" }];
  await guardduty.createMembers({ DetectorId, AccountDetails });
  await guardduty.updateMemberDetectors({ ...member, Features: [{ Name: "RUNTIME_MONITORING", Status: "ENABLED" }] });
  return async () => {
    const { MemberDataSourceConfigurations: [now] = [] } = await guardduty.getMemberDetectors(member);
    return now?.Features?.find(({ Name }) => Name === "RUNTIME_MONITORING")?.Status;
  };
}
