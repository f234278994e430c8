import { GuardDuty } from "@aws-sdk/client-guardduty";
import { KMS } from "@aws-sdk/client-kms";
import { S3 } from "@aws-sdk/client-s3";
import * as aws from "@pulumi/aws";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Detectors } from "../../../components/detection/Detectors";
import { FindingExport } from "../../../components/detection/FindingExport";
import { ACCOUNTS, type OrganizationCloud, startOrganization } from "./cloud";

const HOME = "ap-northeast-1";
const OPT_IN = "ap-east-1";
const REGIONS = [HOME, "us-east-1", OPT_IN];

let cloud: OrganizationCloud;
beforeAll(async () => {
  cloud = await startOrganization({
    regions: REGIONS,
  });
});
afterAll(() => cloud?.close());

const program = async () => {
  const provider = new aws.Provider("audit", {
    region: HOME,
    profile: "audit",
    allowedAccountIds: [ACCOUNTS.audit],
    defaultTags: { tags: { Owner: "security" } },
  });
  const { detectors } = new Detectors("detectors", { regions: REGIONS }, { provider });
  const { bucket } = new FindingExport(
    "export",
    { accountId: ACCOUNTS.audit, region: HOME, detectors, optInRegions: [OPT_IN], retentionDays: 365 },
    { provider },
  );
  return { bucket };
};

const destinations = async (region: string) => {
  const guardDuty = new GuardDuty(cloud.as(ACCOUNTS.audit, region));
  const { DetectorIds: [DetectorId] = [] } = await guardDuty.listDetectors({});
  if (!DetectorId) return "no detector";
  const { Destinations = [] } = await guardDuty.listPublishingDestinations({ DetectorId });
  const { DestinationId } = Destinations[0] ?? {};
  const found = await guardDuty.describePublishingDestination({ DetectorId, DestinationId });
  return [found.Status, found.DestinationProperties?.DestinationArn, found.Tags];
};

it("exports every region into one bucket, changes nothing at the second run or refresh, and leaves bucket and key", async () => {
  const stack = await cloud.stack("export", program);

  const { outputs } = await stack.up();
  const there = await Promise.all(REGIONS.map(destinations));
  const again = await stack.up({ refresh: true });
  await stack.destroy();

  const bucket = String(outputs.bucket?.value);
  expect(there).toEqual(REGIONS.map(() => ["PUBLISHING", `arn:aws:s3:::${bucket}`, { Owner: "security" }]));
  expect(Object.keys(again.summary.resourceChanges ?? {})).toEqual(["same"]);
  expect(await Promise.all(REGIONS.map(destinations))).toEqual(REGIONS.map(() => "no detector"));
  const { Buckets = [] } = await new S3({ ...cloud.as(ACCOUNTS.audit), forcePathStyle: true }).listBuckets({});
  expect(Buckets.map(({ Name }) => Name)).toEqual([bucket]);
  const { Keys = [] } = await new KMS(cloud.as(ACCOUNTS.audit)).listKeys({});
  expect(Keys).toHaveLength(1);
}, 180_000);

describe("a destination", { timeout: 60_000 }, () => {
  const account = ACCOUNTS.prod;
  const keyPolicy = (...more: object[]) =>
    document(
      { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: "kms:*", Resource: "*" },
      ...more,
    );
  const document = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });
  const bucketOf = async (Bucket: string, region: string, ...statements: object[]) => {
    const s3 = new S3({ ...cloud.as(account, region), forcePathStyle: true });
    const CreateBucketConfiguration = region === "us-east-1" ? undefined : { LocationConstraint: region as never };
    await s3.createBucket({ Bucket, CreateBucketConfiguration });
    if (statements.length) await s3.putBucketPolicy({ Bucket, Policy: document(...statements) });
    return `arn:aws:s3:::${Bucket}`;
  };
  const keyOf = async (region: string, ...statements: object[]) =>
    (await new KMS(cloud.as(account, region)).createKey({ Policy: keyPolicy(...statements) })).KeyMetadata?.Arn ?? "";
  /** What GuardDuty needs, in a region and for a detector of it. */
  const lets = (bucket: string, detector: string, Service = "guardduty.amazonaws.com") => {
    const Condition = { StringEquals: { "aws:SourceAccount": account, "aws:SourceArn": detector } };
    const allow = { Effect: "Allow", Principal: { Service }, Condition };
    return {
      bucket: [
        { ...allow, Action: "s3:GetBucketLocation", Resource: `arn:aws:s3:::${bucket}` },
        { ...allow, Action: "s3:PutObject", Resource: `arn:aws:s3:::${bucket}/*` },
      ],
      key: { ...allow, Action: "kms:GenerateDataKey", Resource: "*" },
    };
  };
  const detectorIn = async (region: string) => {
    const guardDuty = new GuardDuty({ ...cloud.as(account, region), maxAttempts: 1 });
    const { DetectorId } = await guardDuty.createDetector({ Enable: true });
    return { guardDuty, DetectorId, arn: `arn:aws:guardduty:${region}:${account}:detector/${DetectorId}` };
  };
  /** "taken", or the error's name and text. */
  const exportTo = (
    { guardDuty, DetectorId }: Awaited<ReturnType<typeof detectorIn>>,
    DestinationArn: string,
    KmsKeyArn: string,
  ) =>
    guardDuty
      .createPublishingDestination({
        DetectorId,
        DestinationType: "S3",
        DestinationProperties: { DestinationArn, KmsKeyArn },
      })
      .then(
        () => "taken",
        (error: Error) => `${error.name}: ${error.message}`,
      );
  const NO_RIGHT =
    "BadRequestException: The request failed because the GuardDuty service principal does not have permission to the KMS key or the resource specified by the destinationArn parameter. Refer to https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_exportfindings.html";
  const NO_KEY =
    "BadRequestException: The request failed because the value specified for the kmsKeyArn parameter is not valid.";

  it("is refused a bucket or key that GuardDuty may not use for this very detector, or of two regions, and a second one", async () => {
    const detector = await detectorIn(HOME);
    const open = lets("open", detector.arn);
    const strange = lets("strange", detector.arn.replace(/.$/, "x"));
    const key = await keyOf(HOME, open.key);
    const openBucket = await bucketOf("open", HOME, ...open.bucket);

    const answers = [
      await exportTo(detector, "arn:aws:s3:::gone", key),
      await exportTo(detector, await bucketOf("closed", HOME), key),
      await exportTo(detector, await bucketOf("strange", HOME, ...strange.bucket), key),
      await exportTo(detector, openBucket, await keyOf(HOME)),
      await exportTo(detector, openBucket, await keyOf("us-east-1", open.key)),
      await exportTo(detector, openBucket, key),
      await exportTo(detector, openBucket, key),
    ];

    expect(answers).toEqual([
      "BadRequestException: The request failed because the resource specified in the destinationArn parameter does not exist.",
      NO_RIGHT,
      NO_RIGHT,
      NO_RIGHT,
      NO_KEY,
      "taken",
      "BadRequestException: The request is rejected because a publishing destination of this type already exists for the detector.",
    ]);
  });

  it("in a region to opt in to is written to under that region's name of GuardDuty, and takes none of such another region", async () => {
    const [detector, elsewhere] = [await detectorIn(OPT_IN), await detectorIn("us-east-1")];
    const [usual, own] = ["guardduty.amazonaws.com", `guardduty.${OPT_IN}.amazonaws.com`].map((service, index) =>
      lets(`opt-in-${index}`, detector.arn, service),
    );
    const far = lets("far", elsewhere.arn);
    const key = await keyOf(HOME, own?.key ?? {});

    const answers = [
      await exportTo(detector, await bucketOf("opt-in-0", HOME, ...(usual?.bucket ?? [])), key),
      await exportTo(elsewhere, await bucketOf("far", OPT_IN, ...far.bucket), await keyOf(OPT_IN, far.key)),
      await exportTo(detector, await bucketOf("opt-in-1", HOME, ...(own?.bucket ?? [])), key),
    ];

    expect(answers).toEqual([
      NO_RIGHT,
      "BadRequestException: The request failed because the destination bucket cannot be in a different opt-in Region.",
      "taken",
    ]);
  });
});
