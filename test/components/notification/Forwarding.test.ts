import { describe, expect, it } from "vitest";
import { Forwarding } from "../../../components/notification/Forwarding";
import { recorded } from "../../pulumi/recorded";

const ACCOUNT = "111122223333";
const HOME_BUS = `arn:aws:events:ap-northeast-1:${ACCOUNT}:event-bus/default`;
const WATCH = { description: "Detection switched off", pattern: { source: ["aws.guardduty"] } };
const HEALTH = { description: "AWS Health", pattern: { source: ["aws.health"] } };

const WAY = {
  busArn: "arn:aws:events:ap-northeast-1:444455556666:event-bus/health",
  watcherArn: "arn:aws:iam::444455556666:role/watcher",
};

/** To another account. */
const elsewhere = async () => {
  const events = { health: { ...HEALTH, regions: ["ap-northeast-1", "us-east-1"] } };
  return await recorded(
    () => new Forwarding("forward", { accountId: ACCOUNT, homeRegion: "ap-northeast-1", way: WAY, events }),
  );
};

const made = async () =>
  await recorded(
    () =>
      new Forwarding("forward", {
        accountId: ACCOUNT,
        homeRegion: "ap-northeast-1",
        events: {
          watch: { ...WATCH, regions: ["ap-northeast-1", "us-east-1", "eu-west-1"] },
          health: { ...HEALTH, regions: ["us-east-1"] },
        },
      }),
  );

describe("forwarding to the home region", () => {
  it("is exactly this: one role, and for each region its rules and one queue for what can't be forwarded", async () => {
    const { resources } = await made();

    expect(resources.map(({ name, type, inputs }) => [name, type.split(":").pop(), inputs.region].join(" "))).toEqual([
      "forward Forwarding ",
      "forward-dead-letters-eu-west-1 Queue eu-west-1",
      "forward-dead-letters-eu-west-1-policy QueuePolicy eu-west-1",
      "forward-dead-letters-us-east-1 Queue us-east-1",
      "forward-dead-letters-us-east-1-policy QueuePolicy us-east-1",
      "forward-health-us-east-1 EventRule us-east-1",
      "forward-health-us-east-1-target EventTarget us-east-1",
      "forward-policy RolePolicy ",
      "forward-role Role ",
      "forward-watch-eu-west-1 EventRule eu-west-1",
      "forward-watch-eu-west-1-target EventTarget eu-west-1",
      "forward-watch-us-east-1 EventRule us-east-1",
      "forward-watch-us-east-1-target EventTarget us-east-1",
    ]);
  });

  it("to another account's bus takes the home region's events too", async () => {
    const { resources } = await elsewhere();

    const targets = resources.filter(({ type }) => /eventTarget/.test(type)).map(({ inputs }) => inputs);
    expect(targets.map(({ region, arn }) => [region, arn])).toEqual([
      ["ap-northeast-1", WAY.busArn],
      ["us-east-1", WAY.busArn],
    ]);
    const policy = resources.find(({ name }) => name === "forward-policy")?.inputs.policy;
    expect(JSON.parse(String(policy)).Statement[0].Resource).toEqual([WAY.busArn]);
  });

  it("lets the other account's role alone see how many could not be forwarded, in queues whose names it knows", async () => {
    const { resources } = await elsewhere();

    const find = (name: string) => resources.find((one) => one.name === name)?.inputs ?? {};
    expect(find("forward-dead-letters-us-east-1").name).toBe("forward-dead-letters-us-east-1");
    expect(JSON.parse(String(find("forward-dead-letters-us-east-1-policy").policy)).Statement[1]).toEqual({
      Sid: "WatcherLooks",
      Effect: "Allow",
      Principal: { AWS: "arn:aws:iam::444455556666:root" },
      Action: ["sqs:GetQueueUrl", "sqs:GetQueueAttributes"],
      Resource: "arn:of:forward-dead-letters-us-east-1",
      Condition: { ArnEquals: { "aws:PrincipalArn": WAY.watcherArn } },
    });
  });

  it("may put events on the home region's bus and nothing else, for rules of this account alone", async () => {
    const { resources } = await made();

    const find = (name: string) => resources.find((one) => one.name === name)?.inputs ?? {};
    expect(JSON.parse(String(find("forward-policy").policy)).Statement).toEqual([
      { Effect: "Allow", Sid: "Forward", Action: ["events:PutEvents"], Resource: [HOME_BUS] },
    ]);
    expect(JSON.parse(String(find("forward-role").assumeRolePolicy)).Statement).toEqual([
      {
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: "sts:AssumeRole",
        Condition: { StringEquals: { "aws:SourceAccount": ACCOUNT } },
      },
    ]);
  });

  it("keeps what can't be forwarded in the region's own queue, which lets in the rules of that region alone", async () => {
    const { resources } = await made();

    const find = (name: string) => resources.find((one) => one.name === name);
    expect(find("forward-watch-us-east-1-target")).toMatchObject({
      inputs: {
        rule: "forward-watch-us-east-1",
        arn: HOME_BUS,
        roleArn: "arn:of:forward-role",
        deadLetterConfig: { arn: "arn:of:forward-dead-letters-us-east-1" },
        retryPolicy: { maximumEventAgeInSeconds: 86_400, maximumRetryAttempts: 185 },
      },
      after: expect.arrayContaining(["forward-policy", "forward-dead-letters-us-east-1-policy"]),
    });
    expect(find("forward-dead-letters-us-east-1")?.inputs).toEqual({
      messageRetentionSeconds: 14 * 86_400,
      sqsManagedSseEnabled: true,
      region: "us-east-1",
    });
    expect(JSON.parse(String(find("forward-dead-letters-us-east-1-policy")?.inputs.policy)).Statement).toEqual([
      {
        Sid: "RulesSend",
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: "arn:of:forward-dead-letters-us-east-1",
        Condition: {
          ArnEquals: { "aws:SourceArn": ["arn:of:forward-watch-us-east-1", "arn:of:forward-health-us-east-1"] },
        },
      },
    ]);
  });

  it("makes a rule of the pattern given, and none in the home region, which has its own events", async () => {
    const { resources, result } = await made();

    const rule = resources.find(({ name }) => name === "forward-health-us-east-1");
    expect(rule?.inputs).toEqual({
      description: "AWS Health",
      eventPattern: JSON.stringify(HEALTH.pattern),
      region: "us-east-1",
    });
    expect(result.rules.map(({ what, region }) => `${what} ${region}`)).toEqual([
      "watch us-east-1",
      "watch eu-west-1",
      "health us-east-1",
    ]);
    expect(Object.keys(result.deadLetters)).toEqual(["us-east-1", "eu-west-1"]);
  });
});
