import { ConfigService } from "@aws-sdk/client-config-service";
import { GuardDuty } from "@aws-sdk/client-guardduty";
import { Organizations } from "@aws-sdk/client-organizations";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ACCOUNTS, HOME_REGION } from "../../sandbox/organization";
import { type RaisedEstate, raiseEstate } from "./estate";

const GOVERNED = [HOME_REGION, "us-east-1"];
const DENIED = "ap-northeast-3";
const CONFIG = "config.amazonaws.com";
const RECORDER = "aws-controltower-BaselineConfigRecorder";
const GOVERNED_ACCOUNTS = ["audit", "prod", "dev"] as const;
let estate: RaisedEstate;

beforeAll(async () => {
  estate = await raiseEstate({
    name: "tower",
    regions: [...GOVERNED, DENIED],
    deployed: false,
    settings: {
      "hakken:controlTower": { skippedRegions: [{ region: DENIED, reason: "closed by the region deny control" }] },
      "hakken:memberRecorders": null,
      "hakken:trail": null,
    },
  });
}, 900_000);

afterAll(() => estate?.close(), 60_000);

/** What a landing zone makes of AWS Config: recorders in the accounts and regions that it governs, and the administrator. */
async function landingZone(): Promise<void> {
  for (const account of GOVERNED_ACCOUNTS)
    for (const region of GOVERNED)
      await new ConfigService(estate.as(account, region)).putConfigurationRecorder({
        ConfigurationRecorder: {
          name: RECORDER,
          roleARN: `arn:aws:iam::${ACCOUNTS[account]}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig`,
        },
      });
  const organizations = new Organizations(estate.as("management"));
  await organizations.enableAWSServiceAccess({ ServicePrincipal: CONFIG });
  await organizations.registerDelegatedAdministrator({ AccountId: ACCOUNTS.audit, ServicePrincipal: CONFIG });
}

const recordersOf = async (account: "management" | (typeof GOVERNED_ACCOUNTS)[number], region: string) => {
  const { ConfigurationRecorders } = await new ConfigService(estate.as(account, region)).describeConfigurationRecorders(
    {},
  );
  return (ConfigurationRecorders ?? []).map(({ name }) => name);
};
const configAdministrators = async () => {
  const { DelegatedAdministrators } = await new Organizations(estate.as("management")).listDelegatedAdministrators({
    ServicePrincipal: CONFIG,
  });
  return DelegatedAdministrators?.map(({ Id }) => Id);
};
const failures = (stacks: Awaited<ReturnType<RaisedEstate["deploy"]>>) =>
  stacks.flatMap((stack) => stack.failures.map(({ reason }) => reason));

it("is refused while nobody administers AWS Config, and then stands beside Control Tower and leaves what it made", async () => {
  await expect(estate.deploy("up")).rejects.toThrow(
    /no administrator of AWS Config; nobody is\. .*register-delegated-administrator/,
  );
  await landingZone();
  const up = await estate.deploy("up");
  const again = await estate.deploy("up");
  const outputs = up.map((stack) => stack.outputs?.skippedRegions);
  const recorders = await Promise.all(GOVERNED_ACCOUNTS.map((account) => recordersOf(account, "us-east-1")));
  const ofManagement = await recordersOf("management", "us-east-1");
  const denied = await new GuardDuty(estate.as("management", DENIED)).listDetectors({});
  const gone = await estate.deploy("destroy");

  expect([failures(up), failures(again), failures(gone)]).toEqual([[], [], []]);
  expect(again.flatMap(({ changes }) => changes)).toEqual([]);
  expect(outputs).toEqual(up.map(() => [`${DENIED}: closed by the region deny control`]));
  expect(recorders).toEqual(GOVERNED_ACCOUNTS.map(() => [RECORDER]));
  expect(ofManagement).toEqual(["default"]);
  expect(denied.DetectorIds).toEqual([]);
  expect(await recordersOf("audit", HOME_REGION)).toEqual([RECORDER]);
  expect(await configAdministrators()).toEqual([ACCOUNTS.audit]);
}, 900_000);
