import { createRequire } from "node:module";
import { SecurityHub } from "@aws-sdk/client-securityhub";
import * as aws from "@pulumi/aws";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ACCOUNTS, type OrganizationCloud, startOrganization } from "./cloud";

const compiled = createRequire(__filename);
const { Reconciler } = compiled("../../../bin/components/detection/Reconciler.js");
const { securityHubDuty } = compiled("../../../bin/components/detection/securityHubDuty.js");

const REGIONS = ["ap-northeast-1", "us-east-1"] as const;
const [HOME] = REGIONS;

let cloud: OrganizationCloud;
beforeAll(async () => {
  cloud = await startOrganization({
    regions: REGIONS,
  });
});
afterAll(() => cloud?.close());

it("says in each region how controls are reported, with the rights that it has, and again when the settings change", async () => {
  const hubs = REGIONS.map((region) => new SecurityHub(cloud.as(ACCOUNTS.audit, region)));
  for (const hub of hubs) await hub.enableSecurityHub({ EnableDefaultStandards: false });
  const reported = () => Promise.all(hubs.map(async (hub) => (await hub.describeHub({})).ControlFindingGenerator));
  const program = (controlFindings: string) => async () => {
    const provider = new aws.Provider("audit", { region: HOME, profile: "audit", allowedAccountIds: [ACCOUNTS.audit] });
    const duty = securityHubDuty({
      homeRegion: HOME,
      adminAccountId: ACCOUNTS.audit,
      regions: REGIONS,
      controlFindings,
    });
    const alarms = { topicArn: `arn:aws:sns:${HOME}:${ACCOUNTS.audit}:alarms`, namePrefix: "alarm-" };
    new Reconciler("reconciler", { region: HOME, duties: [duty], alarms }, { provider });
  };

  await (await cloud.stack("reporting", program("STANDARD_CONTROL"))).up();
  const first = await reported();
  const stack = await cloud.stack("reporting", program("SECURITY_CONTROL"));
  await stack.up();
  const second = await reported();
  await stack.destroy();

  expect(first).toEqual(["STANDARD_CONTROL", "STANDARD_CONTROL"]);
  expect(second).toEqual(["SECURITY_CONTROL", "SECURITY_CONTROL"]);
}, 300_000);
