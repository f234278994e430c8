import { CloudTrail, type CreateTrailRequest } from "@aws-sdk/client-cloudtrail";
import { KMS } from "@aws-sdk/client-kms";
import { Organizations } from "@aws-sdk/client-organizations";
import { S3 } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ORGANIZATION_ID } from "../../../sandbox/organization";
import { ACCOUNTS, type OrganizationCloud, startOrganization } from "../provider/cloud";
import { arnOf, BOTH, bucketFor, document, HOME, lets, SERVICE } from "../provider/trailBuckets";

const OUTSIDE = "999900001111";

let cloud: OrganizationCloud;
beforeAll(async () => {
  cloud = await startOrganization({
    outside: [{ id: OUTSIDE, name: "outside" }],
    regions: [HOME, "us-east-1"],
  });
});
afterAll(() => cloud?.close());

const cloudTrail = (account: string, region = HOME) => new CloudTrail({ ...cloud.as(account, region), maxAttempts: 1 });
describe("CloudTrail", { timeout: 60_000 }, () => {
  const keyWith = async (region: string, ...statements: object[]) => {
    const root = { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${ACCOUNTS.management}:root` } };
    const Policy = document({ ...root, Action: "kms:*", Resource: "*" }, ...statements);
    return (await new KMS(cloud.as(ACCOUNTS.management, region)).createKey({ Policy })).KeyMetadata?.Arn ?? "";
  };
  /** "taken", or the error's name. */
  const answer = (call: Promise<unknown>) =>
    call.then(
      () => "taken",
      (error: Error) => error.name,
    );
  const create = (account: string, trail: Partial<CreateTrailRequest>) =>
    answer(cloudTrail(account).createTrail({ Name: "mine", S3BucketName: "none", ...trail }));
  const ofAll = { IsOrganizationTrail: true, IsMultiRegionTrail: true };
  const organizations = () => new Organizations(cloud.as(ACCOUNTS.management, "us-east-1"));

  it("makes a trail of the organization for its management account alone, with trusted access", async () => {
    await organizations().disableAWSServiceAccess({ ServicePrincipal: SERVICE });
    const S3BucketName = await bucketFor(cloud, "of-all", arnOf("mine"), BOTH);

    const before = await create(ACCOUNTS.management, { ...ofAll, S3BucketName });
    await organizations().enableAWSServiceAccess({ ServicePrincipal: SERVICE });
    const answers = [
      await create(OUTSIDE, { ...ofAll, S3BucketName }),
      await create(ACCOUNTS.prod, { ...ofAll, S3BucketName }),
      await create(ACCOUNTS.management, { ...ofAll, S3BucketName, IncludeGlobalServiceEvents: false }),
      await create(ACCOUNTS.management, { ...ofAll, S3BucketName }),
      await create(ACCOUNTS.management, { ...ofAll, S3BucketName }),
    ];

    expect(before).toBe("CloudTrailAccessNotEnabledException");
    expect(answers).toEqual([
      "OrganizationsNotInUseException",
      "NotOrganizationMasterAccountException",
      "InvalidParameterCombinationException",
      "taken",
      "TrailAlreadyExistsException",
    ]);
  });

  it("lets no member change it", async () => {
    const S3BucketName = await bucketFor(cloud, "guarded", arnOf("guarded"), BOTH);
    const Name = arnOf("guarded");
    await organizations().enableAWSServiceAccess({ ServicePrincipal: SERVICE });
    await create(ACCOUNTS.management, { Name: "guarded", ...ofAll, S3BucketName });
    const member = cloudTrail(ACCOUNTS.prod);

    const answers = [
      await answer(member.stopLogging({ Name })),
      await answer(member.updateTrail({ Name, IsMultiRegionTrail: false })),
      await answer(member.deleteTrail({ Name })),
      await answer(cloudTrail(OUTSIDE).deleteTrail({ Name })),
    ];

    expect(answers).toEqual([
      ...Array(3).fill("NotOrganizationMasterAccountException"),
      // Of another organization nothing is said.
      "TrailNotFoundException",
    ]);
  });

  it("refuses a bucket that is not there, or doesn't let it write for this very trail, wherever it delivers", async () => {
    const name = "delivered";
    const other = arnOf("other");
    await organizations().enableAWSServiceAccess({ ServicePrincipal: SERVICE });
    const attempt = (S3BucketName: string, more: object = ofAll) =>
      create(ACCOUNTS.management, { Name: name, S3BucketName, ...more });

    const answers = [
      await attempt("gone"),
      await attempt(await bucketFor(cloud, "strange", other, BOTH)),
      await attempt(await bucketFor(cloud, "no-account", arnOf(name), [ORGANIZATION_ID])),
      await attempt(await bucketFor(cloud, "no-organization", arnOf(name), [ACCOUNTS.management])),
      await attempt(
        await bucketFor(
          cloud,
          "logs-alone",
          arnOf(name),
          BOTH.map((id) => `${id}/CloudTrail`),
        ),
        {
          EnableLogFileValidation: true,
        },
      ),
      // One account's own is delivered below that alone.
      await attempt("no-organization", {}),
    ];

    const insufficient = "InsufficientS3BucketPolicyException";
    expect(answers).toEqual([
      "S3BucketDoesNotExistException",
      insufficient,
      insufficient,
      insufficient,
      insufficient,
      "taken",
    ]);
  });

  it("refuses a key that it may not use for this very trail, that is disabled, or elsewhere", async () => {
    const trail = arnOf("encrypted");
    const S3BucketName = await bucketFor(cloud, "encrypted", trail, BOTH);
    const describes = lets("kms:DescribeKey", "*", trail);
    const encrypts = (of: string) =>
      lets("kms:GenerateDataKey", "*", trail, { "kms:EncryptionContext:aws:cloudtrail:arn": of });
    const attempt = (KmsKeyId: string) => create(ACCOUNTS.management, { Name: "encrypted", S3BucketName, KmsKeyId });
    const right = await keyWith(HOME, describes, encrypts(trail));
    const disabled = await keyWith(HOME, describes, encrypts(trail));
    await new KMS(cloud.as(ACCOUNTS.management)).disableKey({ KeyId: disabled });

    const answers = [
      await attempt(right.replace(/.{12}$/, "0".repeat(12))),
      await attempt(await keyWith("us-east-1", describes, encrypts(trail))),
      await attempt(disabled),
      await attempt(await keyWith(HOME)),
      await attempt(await keyWith(HOME, encrypts(trail))),
      await attempt(await keyWith(HOME, describes, encrypts(arnOf("other")))),
      await attempt(right),
    ];

    expect(answers).toEqual([
      "KmsKeyNotFoundException",
      "KmsException",
      "KmsKeyDisabledException",
      ...Array(3).fill("InsufficientEncryptionPolicyException"),
      "taken",
    ]);
  });

  it("refuses names that AWS does, and a sixth trail that a region sees", async () => {
    const names = ["ab", "-abc", "a--b", "abc.", "192.168.5.4", "a".repeat(129)];
    const S3BucketName = await bucketFor(cloud, "many", "arn:none", [], ACCOUNTS.prod);
    const s3 = new S3({ ...cloud.as(ACCOUNTS.prod), forcePathStyle: true });
    const open = { Effect: "Allow", Principal: { Service: SERVICE }, Action: "s3:*" };
    const Resource = [`arn:aws:s3:::${S3BucketName}`, `arn:aws:s3:::${S3BucketName}/*`];
    await s3.putBucketPolicy({ Bucket: S3BucketName, Policy: document({ ...open, Resource }) });

    const named = await Promise.all(names.map((Name) => create(ACCOUNTS.prod, { Name, S3BucketName })));
    const several = [];
    for (const index of [1, 2, 3, 4, 5, 6])
      several.push(await create(ACCOUNTS.prod, { Name: `trail-${index}`, S3BucketName, IsMultiRegionTrail: true }));
    const elsewhere = await answer(
      cloudTrail(ACCOUNTS.prod, "us-east-1").createTrail({ Name: "trail-7", S3BucketName }),
    );

    expect(named).toEqual(names.map(() => "InvalidTrailNameException"));
    expect(several).toEqual([...Array(5).fill("taken"), "MaximumNumberOfTrailsExceededException"]);
    expect(elsewhere).toBe("MaximumNumberOfTrailsExceededException");
  });
});
