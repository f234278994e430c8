import { readFileSync } from "node:fs";
import path from "node:path";
import { CloudTrail } from "@aws-sdk/client-cloudtrail";
import { KMS } from "@aws-sdk/client-kms";
import { S3 } from "@aws-sdk/client-s3";
import * as aws from "@pulumi/aws";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OrganizationTrail } from "../../../components/baseline/OrganizationTrail";
import { type ImportFile, importInto } from "../../../ops/adopt/importing";
import { ORGANIZATION_ID } from "../../../sandbox/organization";
import { ACCOUNTS, type OrganizationCloud, startOrganization } from "./cloud";
import { arnOf, BOTH, bucketFor, HOME } from "./trailBuckets";

const TRAIL = "aws:cloudtrail/trail:Trail";

let cloud: OrganizationCloud;
beforeAll(async () => {
  cloud = await startOrganization({
    regions: [HOME, "us-east-1"],
  });
});
afterAll(() => cloud?.close());

const cloudTrail = () => new CloudTrail(cloud.as(ACCOUNTS.management));
const trails = async () => (await cloudTrail().describeTrails({})).trailList ?? [];

const program = async () => {
  const provider = new aws.Provider("account", {
    region: HOME,
    profile: "management",
    allowedAccountIds: [ACCOUNTS.management],
    defaultTags: { tags: { Owner: "security" } },
  });
  const { bucket } = new OrganizationTrail(
    "trail",
    {
      accountId: ACCOUNTS.management,
      organizationId: ORGANIZATION_ID,
      region: HOME,
      trailName: "hakken",
      retentionDays: 365,
    },
    { provider },
  );
  return { bucket };
};

describe("the trail of the organization", { timeout: 180_000 }, () => {
  it("is brought up, changes nothing again, is mended, taken down with bucket and key left, and brought up anew", async () => {
    const stack = await cloud.stack("trail", program);
    const management = cloudTrail();
    const providers = async () =>
      ((await stack.exportStack()).deployment.resources as { type: string; urn: string }[]).filter(({ type }) =>
        type.startsWith("pulumi:providers:"),
      );

    const { outputs } = await stack.up();
    const [made] = await trails();
    const arn = String(made?.TrailARN);
    const tags = await management.listTags({ ResourceIdList: [arn] });
    const running = await management.getTrailStatus({ Name: arn });
    const again = await stack.up({ refresh: true });
    await management.stopLogging({ Name: arn });
    await management.updateTrail({ Name: arn, EnableLogFileValidation: false, KmsKeyId: "" });
    const mended = await stack.up({ refresh: true });
    const [after] = await trails();
    const inState = await providers();
    await stack.destroy();
    const left = await trails();
    const anew = await stack.up();

    expect(made).toMatchObject({
      Name: "hakken",
      HomeRegion: HOME,
      S3BucketName: outputs.bucket?.value,
      KmsKeyId: expect.stringMatching(/^arn:aws:kms:.*:key\//),
      IsOrganizationTrail: true,
      IsMultiRegionTrail: true,
      IncludeGlobalServiceEvents: true,
      LogFileValidationEnabled: true,
    });
    expect(tags.ResourceTagList?.[0]?.TagsList).toEqual([{ Key: "Owner", Value: "security" }]);
    expect(running.IsLogging).toBe(true);
    expect(Object.keys(again.summary.resourceChanges ?? {})).toEqual(["same"]);
    expect(mended.summary.resourceChanges).toMatchObject({ update: 1 });
    expect(after).toEqual(made);
    expect(inState.map(({ urn }) => urn.split("::").pop())).toEqual(["account"]);
    expect(left).toEqual([]);
    expect(anew.outputs.bucket?.value).not.toBe(outputs.bucket?.value);
    const { Buckets = [] } = await new S3({ ...cloud.as(ACCOUNTS.management), forcePathStyle: true }).listBuckets({});
    expect(Buckets).toHaveLength(2);
    const { Keys = [] } = await new KMS(cloud.as(ACCOUNTS.management)).listKeys({});
    expect(Keys).toHaveLength(2);
    await stack.destroy();
  });
});

describe("a trail of that name, made by hand", { timeout: 180_000 }, () => {
  it("is taken over into awsx's component, and changed in place", async () => {
    const s3 = new S3({ ...cloud.as(ACCOUNTS.management), forcePathStyle: true });
    const S3BucketName = await bucketFor(cloud, "by-hand", arnOf("hakken"), BOTH);
    const management = cloudTrail();
    await management.createTrail({ Name: "hakken", S3BucketName, IsMultiRegionTrail: true });
    const stack = await cloud.stack("trail-taken", program);
    const file = path.join(cloud.folder, "import.json");
    await stack.preview({ importFile: file });
    const { resources, nameTable } = JSON.parse(readFileSync(file, "utf8")) as ImportFile;
    const wanted = resources
      .filter(({ component, type }) => component || type === "pulumi:providers:aws" || type === TRAIL)
      .map((one) => (one.type === TRAIL ? { ...one, id: `${arnOf("hakken")}@${HOME}` } : one));

    const { workDir, pulumiCommand: cli, envVars, pulumiHome = "" } = stack.workspace;
    const env = { ...envVars, PULUMI_HOME: pulumiHome };
    await importInto(stack.name, { nameTable, resources: wanted }, { cli, workDir, env, protect: false });
    const steps: string[] = [];
    await stack.up({
      onEvent: ({ resourcePreEvent: pre }) => {
        if (pre?.metadata.type === TRAIL) steps.push(pre.metadata.op);
      },
    });
    const [trail] = await trails();
    await stack.destroy();
    await s3.deleteBucket({ Bucket: S3BucketName });

    expect(steps).toEqual(["update"]);
    expect(trail).toMatchObject({ Name: "hakken", IsOrganizationTrail: true, LogFileValidationEnabled: true });
    expect(trail?.S3BucketName).not.toBe(S3BucketName);
  });
});
