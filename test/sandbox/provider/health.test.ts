import { SQS } from "@aws-sdk/client-sqs";
import * as aws from "@pulumi/aws";
import { afterAll, beforeAll, expect, it } from "vitest";
import { EncryptedQueue } from "../../../components/notification/EncryptedQueue";
import { EncryptionKey } from "../../../components/notification/EncryptionKey";
import { HealthEvents } from "../../../components/notification/HealthEvents";
import { MemberHealthForwarding } from "../../../components/notification/MemberHealthForwarding";
import { HEALTH_SEVERITIES } from "../../../handlers/alert/healthChoice";
import { eventBuses } from "../../../sandbox/eventBuses";
import { RunningPlane } from "../doubles/plane";
import { ACCOUNTS, type Cloud, startCloud, values } from "./cloud";

const HOME = "ap-northeast-1";
const LINKED = "us-east-1";
const buses = eventBuses();

let running: RunningPlane;
let cloud: Cloud;

beforeAll(async () => {
  running = await new RunningPlane({ stackSetOperation: 20, autoDeployment: 0 }, buses.putEvents).start();
  running.plane.stackSets.activate();
  cloud = await startCloud({
    doubles: { cloudformation: running.endpoint("cloudformation"), organizations: running.endpoint("organizations") },
  });
  running.local = cloud.endpoint;
  buses.connect(cloud.endpoint);
});
afterAll(async () => {
  await cloud?.close();
  await running?.close();
});

const taking = async () => {
  const provider = new aws.Provider("audit", { region: HOME, profile: "audit" });
  const opts = { provider };
  const key = new EncryptionKey(
    "key",
    { description: "health", accountId: ACCOUNTS.audit, region: HOME, services: ["events.amazonaws.com"] },
    opts,
  );
  const queueing = { region: HOME, key, retentionDays: 14, protect: false };
  const [queue, dead] = [new EncryptedQueue("queue", queueing, opts), new EncryptedQueue("dead", queueing, opts)];
  const choice = {
    include: [],
    exclude: [{ category: ["accountNotification" as const] }],
    severities: HEALTH_SEVERITIES,
    told: ["HIGH" as const],
    securityHub: { regions: [], exceptAccounts: [] },
  };
  const forwarding = { organizationId: running.plane.organization.id, accountIds: [] };
  const events = new HealthEvents("health", { region: HOME, choice, forwarding, protect: false }, opts);
  events.sendTo(queue, dead, dead.acceptFrom(Object.values(events.rules).map(({ rule }) => rule)));
  return { busArn: events.bus?.arn, url: queue.url };
};
const forwarding = (busArn: string) => async () => {
  const provider = new aws.Provider("management", { region: HOME, profile: "management" });
  const { failed } = new MemberHealthForwarding(
    "member-health",
    {
      stackSetName: "hakken",
      homeRegion: HOME,
      regions: [HOME, LINKED],
      busArn,
      unitIds: [running.plane.organization.rootId],
      excludedAccounts: [ACCOUNTS.audit],
    },
    { provider },
  );
  return { failed };
};

it("brings what AWS Health tells a member account, from whatever region, to the audit account's queue", async () => {
  const audit = await cloud.stack("audit", taking);
  const { busArn, url } = values((await audit.up()).outputs) as { busArn: string; url: string };
  const management = await cloud.stack("management", forwarding(busArn));
  const { failed } = values((await management.up()).outputs);
  const sqs = new SQS({
    endpoint: cloud.endpoint,
    region: HOME,
    credentials: { accessKeyId: ACCOUNTS.audit, secretAccessKey: "any" },
  });
  const tell = (eventRegion: string, eventTypeCategory = "issue") =>
    running.plane.announceHealth({
      "detail-type": "AWS Health Event",
      detail: {
        eventArn: `arn:aws:health:${eventRegion}::event/EC2/AWS_EC2_X/AWS_EC2_X_1`,
        eventTypeCategory,
        eventRegion,
        affectedAccount: ACCOUNTS.prod,
      },
    });

  await tell(LINKED);
  await tell(HOME);
  await tell(HOME, "accountNotification");

  expect(failed).toEqual([]);
  const got: string[] = [];
  for (let tries = 0; got.length < 2 && tries < 40; tries++) {
    const { Messages = [] } = await sqs.receiveMessage({
      QueueUrl: url,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 1,
      VisibilityTimeout: 60,
    });
    got.push(...Messages.map(({ Body = "{}" }) => `${JSON.parse(Body).account} ${JSON.parse(Body).region}`));
  }
  expect(got.sort()).toEqual([`${ACCOUNTS.prod} ${HOME}`, `${ACCOUNTS.prod} ${LINKED}`]);

  await management.destroy();
  await audit.destroy();
}, 180_000);
