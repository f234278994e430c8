import {
  ConfigService,
  type DeliveryChannel,
  type PutDeliveryChannelCommandInput,
} from "@aws-sdk/client-config-service";
import { S3 } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { account, allow, policy, region, startAws } from "./authorise";

let aws: Awaited<ReturnType<typeof startAws>>;
let config: ConfigService;
let s3: S3;

beforeAll(async () => {
  aws = await startAws();
  const how = { endpoint: aws.endpoint, region, credentials: { accessKeyId: account, secretAccessKey: "any" } };
  config = new ConfigService(how);
  s3 = new S3({ ...how, forcePathStyle: true });
});
afterAll(() => aws?.stop());

const LINKED = `arn:aws:iam::${account}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig`;
const record = (roleARN: string) =>
  config.putConfigurationRecorder({ ConfigurationRecorder: { name: "default", roleARN } });
const bucketOf = async (name: string, ...statements: object[]) => {
  await s3.createBucket({ Bucket: name, CreateBucketConfiguration: { LocationConstraint: region } });
  if (statements.length) await s3.putBucketPolicy({ Bucket: name, Policy: policy(statements as never) });
};
/** "taken", or the error's name and text. */
const channel = (s3BucketName: string, more: Partial<DeliveryChannel> = {}) =>
  config
    .putDeliveryChannel({
      DeliveryChannel: { name: "default", s3BucketName, ...more },
    } satisfies PutDeliveryChannelCommandInput)
    .then(
      () => "taken",
      (error: Error) => `${error.name}: ${error.message}`,
    );
const lets = (bucket: string, of = account, objects = `AWSLogs/${account}/Config/*`) => {
  const config = { Effect: "Allow", Principal: { Service: "config.amazonaws.com" } };
  const Condition = { StringEquals: { "aws:SourceAccount": of } };
  return [
    { ...config, Action: ["s3:GetBucketAcl", "s3:ListBucket"], Resource: `arn:aws:s3:::${bucket}`, Condition },
    { ...config, Action: "s3:PutObject", Resource: `arn:aws:s3:::${bucket}/${objects}`, Condition },
  ];
};

describe("a delivery channel", () => {
  it("is refused a bucket that is not there, or lets AWS Config in for another account, or elsewhere", async () => {
    await record(LINKED);
    await bucketOf("closed");
    await bucketOf("strange", ...lets("strange", "999999999999"));
    await bucketOf("elsewhere", ...lets("elsewhere", account, "history/*"));
    await bucketOf("plain", ...lets("plain"), {
      ...{ Effect: "Deny", Principal: "*", Action: "s3:*", Resource: "arn:aws:s3:::plain/*" },
      Condition: { Bool: { "aws:SecureTransport": "true" } },
    });

    const answers = [];
    for (const name of ["gone", "closed", "strange", "elsewhere", "plain"]) answers.push(await channel(name));

    const refused = (bucket: string) =>
      `InsufficientDeliveryPolicyException: Insufficient delivery policy to s3 bucket: ${bucket}, unable to write to bucket, provided s3 key prefix is 'null'.`;
    expect(answers).toEqual([
      "NoSuchBucketException: Cannot find a S3 bucket with the name 'gone'.",
      ...["closed", "strange", "elsewhere", "plain"].map(refused),
    ]);
  });

  it("is taken where AWS Config may look and write, and that is recorded", async () => {
    await record(LINKED);
    await bucketOf("open", ...lets("open", account, `of/AWSLogs/${account}/Config/*`));

    expect(await channel("open", { s3KeyPrefix: "of" })).toBe("taken");

    const put = await aws.journaled({ point: "recorder to bucket", action: "s3:PutObject", decision: "allowed" });
    expect(put).toMatchObject({
      principal: "config.amazonaws.com",
      resource: `arn:aws:s3:::open/of/AWSLogs/${account}/Config/ConfigWritabilityCheckFile`,
      context: { "aws:sourceaccount": account, "aws:securetransport": "true" },
    });
  });

  it("is delivered to by the recorder's own role, where it has one", async () => {
    await bucketOf("own");
    await record(await aws.role("recorder", "config.amazonaws.com", [allow("s3:ListBucket", "arn:aws:s3:::own")]));

    const half = await channel("own");
    await aws.grant("recorder", [
      allow(["s3:ListBucket", "s3:GetBucketAcl"], "arn:aws:s3:::own"),
      allow("s3:PutObject", "arn:aws:s3:::own/*"),
    ]);
    const whole = await channel("own");

    expect(half).toContain("InsufficientDeliveryPolicyException");
    expect(whole).toBe("taken");
  });
});
