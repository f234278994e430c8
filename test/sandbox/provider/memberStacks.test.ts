import { ConfigService } from "@aws-sdk/client-config-service";
import * as aws from "@pulumi/aws";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ConfigAdmin } from "../../../components/baseline/ConfigAdmin";
import { ConfigAggregator } from "../../../components/baseline/ConfigAggregator";
import { MemberHistory } from "../../../components/baseline/MemberHistory";
import { MemberStacks } from "../../../components/baseline/MemberStacks";
import { RunningPlane, UNIT } from "../doubles/plane";
import { ACCOUNTS, type Cloud, startCloud, values } from "./cloud";

const HOME = "ap-northeast-1";
const LINKED = "us-east-1";
const TOWER = "666666666666";
const NEWCOMER = "777777777777";

let running: RunningPlane;
let cloud: Cloud;

beforeAll(async () => {
  running = await new RunningPlane({ stackSetOperation: 20, autoDeployment: 0 }).start();
  running.plane.stackSets.activate();
  running.plane.organization.addAccount({ id: TOWER, name: "tower", parent: UNIT });
  cloud = await startCloud({
    doubles: { cloudformation: running.endpoint("cloudformation"), organizations: running.endpoint("organizations") },
  });
  running.local = cloud.endpoint;
});
afterAll(async () => {
  await cloud?.close();
  await running?.close();
});

const history = async () => {
  const provider = new aws.Provider("audit", { region: HOME, profile: "audit" });
  const organizationId = running.plane.organization.id;
  const made = new MemberHistory("history", { organizationId, region: HOME, bucketName: "history" }, { provider });
  return { bucketName: made.bucketName };
};
const members =
  (bucketName: string, regions = [HOME, LINKED]) =>
  async () => {
    const provider = new aws.Provider("management", { region: HOME, profile: "management" });
    const { rootId } = running.plane.organization;
    new ConfigAdmin("config-admin", { adminAccountId: ACCOUNTS.audit }, { provider });
    const { failed } = new MemberStacks(
      "members",
      {
        stackSetName: "hakken",
        homeRegion: HOME,
        regions,
        unitIds: [rootId],
        excludedAccounts: [ACCOUNTS.audit],
        bucketName,
      },
      { provider },
    );
    return { failed };
  };
const gathering = async () => {
  const provider = new aws.Provider("audit", { region: HOME, profile: "audit" });
  const args = { accountId: ACCOUNTS.audit, homeRegion: HOME, aggregatorName: "hakken" };
  new ConfigAggregator("config", args, { provider });
};
const recorders = async (account: string, region: string) => {
  const config = new ConfigService(cloud.as(account, region));
  const { ConfigurationRecordersStatus = [] } = await config.describeConfigurationRecorderStatus({});
  return ConfigurationRecordersStatus.map(({ name, recording }) => `${name} ${recording}`);
};

it("records member accounts by StackSets, the one that joins too, and takes it all away again", async () => {
  const tower = new ConfigService(cloud.as(TOWER, HOME));
  const roleARN = `arn:aws:iam::${TOWER}:role/towers`;
  await tower.putConfigurationRecorder({ ConfigurationRecorder: { name: "towers", roleARN } });
  const audit = await cloud.stack("audit", history);
  const { bucketName } = values((await audit.up()).outputs);
  const management = await cloud.stack("management", members(String(bucketName)));

  const { outputs } = await management.up();

  expect(values(outputs).failed).toEqual([
    { account: TOWER, region: HOME, reason: expect.stringContaining("maximum number of configuration recorders: 1") },
  ]);
  for (const region of [HOME, LINKED]) expect(await recorders(ACCOUNTS.prod, region)).toEqual(["default true"]);
  expect(await recorders(TOWER, HOME)).toEqual(["towers false"]);
  expect(await recorders(TOWER, LINKED)).toEqual(["default true"]);
  expect(await recorders(ACCOUNTS.audit, HOME)).toEqual([]);
  expect((await management.up()).summary.resourceChanges).toEqual({ same: 10 });

  running.plane.organization.addAccount({ id: NEWCOMER, name: "newcomer" });
  running.plane.stackSets.settle();
  await running.plane.stackSets.idle();

  for (const region of [HOME, LINKED]) expect(await recorders(NEWCOMER, region)).toEqual(["default true"]);

  const organization = await cloud.stack("organization", gathering);
  await organization.up();
  const config = new ConfigService(cloud.as(ACCOUNTS.audit, HOME));
  const { ConfigurationAggregators = [] } = await config.describeConfigurationAggregators({});
  expect(ConfigurationAggregators.map((one) => one.OrganizationAggregationSource?.AllAwsRegions)).toEqual([true]);
  expect((await organization.up()).summary.resourceChanges).toEqual({ same: 6 });
  await organization.destroy();

  const fewer = await cloud.stack("management", members(String(bucketName), [HOME]));
  await fewer.up();
  expect(await recorders(ACCOUNTS.prod, HOME)).toEqual(["default true"]);
  expect(await recorders(ACCOUNTS.prod, LINKED)).toEqual([]);

  await fewer.destroy();
  for (const account of [ACCOUNTS.prod, NEWCOMER]) expect(await recorders(account, HOME)).toEqual([]);
  expect([...running.plane.stackSets.all.keys()]).toEqual([]);
}, 240_000);

it("is refused an aggregator by who does not administer AWS Config", async () => {
  const organization = await cloud.stack("stranger", gathering);

  const attempt = organization.up().catch((error: unknown) => String(error));

  expect(await attempt).toContain("OrganizationAccessDeniedException");
}, 120_000);
