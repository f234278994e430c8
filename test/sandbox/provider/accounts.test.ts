import { IAM } from "@aws-sdk/client-iam";
import { SQS } from "@aws-sdk/client-sqs";
import * as aws from "@pulumi/aws";
import type { PulumiFn } from "@pulumi/pulumi/automation";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ACCOUNTS, type Cloud, reason, startCloud, values } from "./cloud";

let cloud: Cloud;

beforeAll(async () => {
  cloud = await startCloud();
});
afterAll(() => cloud?.close());

const home = "ap-northeast-1";

describe("several providers on one process", () => {
  it("work in the account and region of each, on up, refresh and destroy", async () => {
    const program: PulumiFn = async () => {
      const names = Object.keys(ACCOUNTS) as (keyof typeof ACCOUNTS)[];
      const outputs: Record<string, unknown> = {};
      for (const name of names) {
        const provider = new aws.Provider(name, {
          region: home,
          profile: name,
          allowedAccountIds: [ACCOUNTS[name]],
        });
        outputs[name] = new aws.sqs.Queue(name, { name: "same-name" }, { provider }).arn;
        outputs[`${name}-us`] = new aws.sqs.Queue(
          `${name}-us`,
          { name: "same-name", region: "us-east-1" },
          { provider },
        ).arn;
      }
      return outputs;
    };
    const stack = await cloud.stack("accounts", program);

    const up = await stack.up({ parallel: 16 });
    const refresh = await stack.refresh();
    const destroy = await stack.destroy();

    const arn = (name: keyof typeof ACCOUNTS, region: string) => `arn:aws:sqs:${region}:${ACCOUNTS[name]}:same-name`;
    expect(values(up.outputs)).toEqual({
      management: arn("management", home),
      "management-us": arn("management", "us-east-1"),
      audit: arn("audit", home),
      "audit-us": arn("audit", "us-east-1"),
      prod: arn("prod", home),
      "prod-us": arn("prod", "us-east-1"),
    });
    expect(refresh.summary.resourceChanges).toEqual({ same: 10 });
    expect(destroy.summary.resourceChanges).toEqual({ delete: 10 });
    for (const id of Object.values(ACCOUNTS))
      expect((await new SQS(cloud.as(id, "us-east-1")).listQueues({})).QueueUrls ?? []).toEqual([]);
  });

  it("assume a role, and are refused what the role may not do", async () => {
    const iam = new IAM(cloud.as(ACCOUNTS.prod));
    const allow = (statement: object) =>
      JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });
    const { Role: role } = await iam.createRole({
      RoleName: "deployer",
      AssumeRolePolicyDocument: allow({
        Principal: { AWS: `arn:aws:iam::${ACCOUNTS.audit}:root` },
        Action: "sts:AssumeRole",
      }),
    });
    await iam.putRolePolicy({
      RoleName: "deployer",
      PolicyName: "queues",
      PolicyDocument: allow({ Action: "sqs:*", Resource: "*" }),
    });
    const stack = await cloud.stack("role", async () => {
      const provider = new aws.Provider("prod", {
        region: home,
        profile: "audit",
        assumeRoles: [{ roleArn: String(role?.Arn), sessionName: "hakken" }],
        allowedAccountIds: [ACCOUNTS.prod],
      });
      const { arn } = await aws.getCallerIdentity({}, { provider });
      const queue = new aws.sqs.Queue("queue", {}, { provider });
      new aws.sns.Topic("topic", {}, { provider, dependsOn: queue });
      return { arn };
    });

    const denied = await stack.up().then(() => "made", reason);

    expect(denied).toMatch(/creating aws:sns\/topic:Topic: Authorization\w*: .*deployer\/hakken.*SNS:CreateTopic/i);
    const { resources } = (await stack.exportStack()).deployment;
    expect(resources.map(({ type }: { type: string }) => type)).toContain("aws:sqs/queue:Queue");
    expect(resources.map(({ type }: { type: string }) => type)).not.toContain("aws:sns/topic:Topic");
    await stack.destroy();
  });
});

describe("data sources", () => {
  it("answer from the account and region of their provider", async () => {
    const iam = new IAM(cloud.as(ACCOUNTS.audit));
    const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [] });
    await iam.createRole({
      RoleName: "one",
      Path: "/team/",
      AssumeRolePolicyDocument,
      Tags: [{ Key: "a", Value: "b" }],
    });
    await iam.createRole({ RoleName: "other", AssumeRolePolicyDocument });
    const stack = await cloud.stack("functions", async () => {
      const opts = { provider: new aws.Provider("audit", { region: home, profile: "audit" }) };
      const role = await aws.iam.getRole({ name: "one" }, opts);
      return {
        partition: (await aws.getPartition({}, opts)).partition,
        region: (await aws.getRegion({}, opts)).region,
        other: (await aws.getRegion({ region: "us-east-1" }, opts)).region,
        regions: (await aws.getRegions({}, opts)).names,
        inPath: (await aws.iam.getRoles({ pathPrefix: "/team/" }, opts)).names,
        named: (await aws.iam.getRoles({ nameRegex: "^o" }, opts)).names,
        none: (await aws.iam.getRoles({ nameRegex: "^x" }, opts)).names,
        role: [role.arn, role.tags],
      };
    });

    const up = await stack.up();

    expect(values(up.outputs)).toEqual({
      partition: "aws",
      region: home,
      other: "us-east-1",
      regions: ["ap-northeast-1", "ap-northeast-3", "us-east-1"],
      inPath: ["one"],
      named: ["one", "other"],
      none: [],
      role: [`arn:aws:iam::${ACCOUNTS.audit}:role/team/one`, { a: "b" }],
    });
  });
});

describe("refused before anything is made", () => {
  const queue = (args: object) => (provider: aws.Provider) => new aws.sqs.Queue("queue", args, { provider });
  it.each<[string, RegExp, (provider: aws.Provider) => unknown, aws.ProviderArgs?]>([
    [
      "a type that is not in the table",
      /no resource type aws:ec2\/vpc:Vpc/,
      (provider) => new aws.ec2.Vpc("vpc", {}, { provider }),
    ],
    ["an input that is not mapped", /does not map aws:sqs\/queue:Queue\.fifoQueue/, queue({ fifoQueue: true })],
    [
      "a name inside a block",
      /does not map aws:cloudwatch\/eventTarget:EventTarget\.retryPolicy\.tries/,
      (provider) =>
        new aws.cloudwatch.EventTarget(
          "target",
          { rule: "r", arn: "a", retryPolicy: { tries: 1 } as object },
          { provider },
        ),
    ],
    [
      "a function that is not in the table",
      /no function aws:index\/getAvailabilityZones:getAvailabilityZones/,
      (provider) => aws.getAvailabilityZones({}, { provider }),
    ],
    [
      "another account than the one allowed",
      /AWS account ID not allowed: 222222222222/,
      queue({}),
      { region: home, profile: "audit", allowedAccountIds: [ACCOUNTS.prod] },
    ],
    [
      "a profile that nobody has",
      /failed to get shared config profile, nobody/,
      queue({}),
      { region: home, profile: "nobody" },
    ],
    [
      "a setting of the provider that is not supported",
      /does not support its setting httpProxy/,
      queue({}),
      { region: home, profile: "audit", httpProxy: "http://127.0.0.1:1" },
    ],
  ])("%s", async (_what, message, use, settings = { region: home, profile: "audit" }) => {
    const stack = await cloud.stack("refused", async () => void (await use(new aws.Provider("audit", settings))));

    const refused = await stack.preview().then(() => "not refused", reason);

    expect(refused).toMatch(message);
  });
});
