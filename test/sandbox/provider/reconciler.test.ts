import { createRequire } from "node:module";
import { GuardDuty } from "@aws-sdk/client-guardduty";
import * as aws from "@pulumi/aws";
import { afterAll, beforeAll, expect, it } from "vitest";
import { detectionDefaults } from "../../settings/configs";
import { ACCOUNTS, type OrganizationCloud, startOrganization, values } from "./cloud";

const compiled = createRequire(__filename);
const { Reconciler } = compiled("../../../bin/components/detection/Reconciler.js");
const { guardDutyDuty } = compiled("../../../bin/components/detection/guardDutyDuty.js");

const REGIONS = ["ap-northeast-1", "us-east-1"] as const;
const [HOME, LINKED] = REGIONS;

let cloud: OrganizationCloud;

beforeAll(async () => {
  cloud = await startOrganization({
    regions: REGIONS,
    // Whoever is a member was enrolled by the reconciler, not by auto-enable.
    timing: { enrolment: 3_600_000 },
  });
});
afterAll(() => cloud?.close());

const providerOf = (profile: keyof typeof ACCOUNTS) =>
  new aws.Provider(profile, { region: HOME, profile, allowedAccountIds: [ACCOUNTS[profile]] });

/** What the stacks audit and management make before. */
const designations = async () => {
  const [audit, management] = [providerOf("audit"), providerOf("management")];
  const detectorIds: Record<string, unknown> = {};
  let previous: aws.guardduty.OrganizationAdminAccount | undefined;
  for (const region of REGIONS) {
    const own = new aws.guardduty.Detector(`management-${region}`, { region }, { provider: management });
    const detector = new aws.guardduty.Detector(`audit-${region}`, { region }, { provider: audit });
    previous = new aws.guardduty.OrganizationAdminAccount(
      `admin-${region}`,
      { adminAccountId: ACCOUNTS.audit, region },
      { provider: management, dependsOn: [detector, own, ...(previous ? [previous] : [])] },
    );
    detectorIds[region] = detector.id;
  }
  return { detectorIds };
};

/** As the stack organization does, in these regions. */
const reconciled = (everyDetectorId: Record<string, string>, regions: readonly string[]) => async () => {
  const provider = providerOf("audit");
  const detectorIds = Object.fromEntries(
    Object.entries(everyDetectorId).filter(([region]) => regions.includes(region)),
  );
  const after = Object.entries(detectorIds).map(
    ([region, detectorId]) =>
      new aws.guardduty.OrganizationConfiguration(
        region,
        { detectorId, autoEnableOrganizationMembers: "ALL", region },
        { provider },
      ),
  );
  const duty = guardDutyDuty({
    detectorIds,
    everyDetectorId,
    adminAccountId: ACCOUNTS.audit,
    invited: [],
    settings: detectionDefaults.guardDuty,
    after,
  });
  const alarms = {
    topicArn: `arn:aws:sns:${HOME}:${ACCOUNTS.audit}:alarms`,
    namePrefix: "alarm-",
  };
  const reconciler = new Reconciler("reconciler", { region: HOME, duties: [duty], alarms }, { provider });
  return { uncovered: reconciler.warnings };
};

it("enrols on deployment, lets go on delete under ALL, region by region, and is deployed again", async () => {
  const members = async (region: string = HOME) => {
    const client = new GuardDuty(cloud.as(ACCOUNTS.audit, region));
    const { Members = [] } = await client.listMembers({ DetectorId: detectorIds[region], OnlyAssociated: "false" });
    return Members.map(({ AccountId }) => AccountId).sort();
  };
  const everybody = [ACCOUNTS.management, ACCOUNTS.prod];
  const before = await cloud.stack("designations", designations);
  const { detectorIds } = values((await before.up()).outputs) as { detectorIds: Record<string, string> };
  const stack = await cloud.stack("reconciled", reconciled(detectorIds, REGIONS));

  const up = await stack.up();
  const enrolled = [await members(), await members(LINKED)];
  const second = await stack.up();
  const refreshed = await stack.refresh();
  const one = await cloud.stack("reconciled", reconciled(detectorIds, [HOME]));
  await one.up();
  const afterRemoval = [await members(), await members(LINKED)];
  await (await cloud.stack("reconciled", reconciled(detectorIds, REGIONS))).up();
  const addedAgain = [await members(), await members(LINKED)];
  await stack.destroy();
  await before.up();
  const released = [await members(), await members(LINKED)];
  await before.destroy();

  expect(values(up.outputs)).toEqual({ uncovered: [] });
  expect(enrolled).toEqual([everybody, everybody]);
  expect(Object.keys(second.summary.resourceChanges ?? {})).toEqual(["same"]);
  expect(refreshed.summary.result).toBe("succeeded");
  expect(afterRemoval).toEqual([everybody, []]);
  expect(addedAgain).toEqual([everybody, everybody]);
  expect(released).toEqual([[], []]);
}, 300_000);
