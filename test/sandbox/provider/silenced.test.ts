import { EventBridge } from "@aws-sdk/client-eventbridge";
import { SQS } from "@aws-sdk/client-sqs";
import * as aws from "@pulumi/aws";
import { afterAll, beforeAll, expect, it } from "vitest";
import { EncryptedQueue } from "../../../components/notification/EncryptedQueue";
import { EncryptionKey } from "../../../components/notification/EncryptionKey";
import { Forwarding } from "../../../components/notification/Forwarding";
import { SilencedElsewhere } from "../../../components/notification/SilencedElsewhere";
import { detectionSilenced } from "../../../components/notification/silencingPatterns";
import { ACCOUNTS, type Cloud, startCloud, values } from "./cloud";

const HOME = "ap-northeast-1";
const LINKED = "us-east-1";

let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud();
});
afterAll(() => cloud?.close());

const taking = async () => {
  const opts = { provider: new aws.Provider("audit", { region: HOME, profile: "audit" }) };
  const key = new EncryptionKey(
    "key",
    { description: "calls", accountId: ACCOUNTS.audit, region: HOME, services: ["events.amazonaws.com"] },
    opts,
  );
  const queueing = { region: HOME, key, retentionDays: 14, protect: false };
  const [queue, dead] = [new EncryptedQueue("queue", queueing, opts), new EncryptedQueue("dead", queueing, opts)];
  const { busArn, rule } = new SilencedElsewhere("elsewhere", { region: HOME, accountId: ACCOUNTS.management }, opts);
  rule.sendTo(queue, dead, [queue.acceptFrom([rule.rule]), dead.acceptFrom([rule.rule])]);
  return { busArn, url: queue.url };
};

const watcherArn = `arn:aws:iam::${ACCOUNTS.audit}:role/watcher`;
const forwarding = (profile: "management" | "prod", busArn: string) => async () => {
  const provider = new aws.Provider(profile, { region: HOME, profile });
  const pattern = detectionSilenced(["watch-"]);
  const events = { silenced: { description: "calls", pattern, regions: [HOME, LINKED] } };
  new Forwarding(
    "watch",
    { accountId: ACCOUNTS[profile], homeRegion: HOME, way: { busArn, watcherArn }, events },
    { provider },
  );
};

it("brings the management account's silencing calls to the audit account, from each region, and nobody else's", async () => {
  const { busArn, url } = values((await (await cloud.stack("audit", taking)).up()).outputs) as Record<string, string>;
  for (const profile of ["management", "prod"] as const) {
    await (await cloud.stack(profile, forwarding(profile, busArn ?? ""))).up();
  }
  const call = async (account: string, region: string, eventName: string) => {
    const detail = { eventSource: "guardduty.amazonaws.com", eventName, awsRegion: region };
    const Entries = [
      { Source: "aws.guardduty", DetailType: "AWS API Call via CloudTrail", Detail: JSON.stringify(detail) },
    ];
    await new EventBridge(cloud.as(account, region)).putEvents({ Entries });
  };

  await call(ACCOUNTS.prod, HOME, "DeleteDetector");
  await call(ACCOUNTS.management, HOME, "CreateDetector");
  await call(ACCOUNTS.management, HOME, "DeleteDetector");
  await call(ACCOUNTS.management, LINKED, "DeleteMembers");

  const sqs = new SQS(cloud.as(ACCOUNTS.audit, HOME));
  const got: string[] = [];
  for (let empty = 0; got.length < 2 || empty < 2; ) {
    const { Messages = [] } = await sqs.receiveMessage({
      ...{ QueueUrl: url, MaxNumberOfMessages: 10, WaitTimeSeconds: 1, VisibilityTimeout: 60 },
    });
    empty = Messages.length === 0 ? empty + 1 : 0;
    const events = Messages.map(({ Body = "{}" }) => JSON.parse(Body));
    got.push(...events.map(({ account, region, detail }) => `${account} ${region} ${detail.eventName}`));
  }
  expect(got.sort()).toEqual([
    `${ACCOUNTS.management} ${HOME} DeleteDetector`,
    `${ACCOUNTS.management} ${LINKED} DeleteMembers`,
  ]);
}, 180_000);
