import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AUDIT, HOME, LINKED, MANAGEMENT, PROD, RunningPlane } from "../sandbox/doubles/plane";
import { detectionDefaults } from "../settings/configs";
import { runtimeModules, runZip } from "./run";
import { reconcilerZip, type Zip } from "./zips";

let zip: Zip;
let running: RunningPlane;
beforeAll(async () => {
  zip = await reconcilerZip({
    guardDuty: { ...detectionDefaults.guardDuty, adminAccountId: AUDIT, invited: [] },
    inspector: { adminAccountId: AUDIT, scan: ["EC2"], absentTypes: {} },
    securityHubMembers: { adminAccountId: AUDIT, parameters: {} },
  });
});
/** Each service administered by the audit account in the linked region, which PROD lacks. */
beforeEach(async () => {
  running = await new RunningPlane({ enrolment: 60_000, designation: 0, scanning: 0 }).start();
  const prod = running.plane.organization.accounts.get(PROD);
  if (prod) Object.assign(prod, { regions: [HOME], joinedAt: new Date(0) });
  const [guardDuty, hub, inspector] = [
    running.guardDuty(AUDIT, LINKED),
    running.securityHub(AUDIT, LINKED),
    running.inspector(AUDIT, LINKED),
  ];
  await guardDuty.createDetector({ Enable: true });
  await hub.enableSecurityHub({ EnableDefaultStandards: false });
  await inspector.enable({ resourceTypes: ["EC2"] });
  await running.guardDuty(MANAGEMENT, LINKED).createDetector({ Enable: true });
  await running.securityHub(MANAGEMENT, LINKED).enableSecurityHub({ EnableDefaultStandards: false });
  await running.inspector(MANAGEMENT, LINKED).enable({ resourceTypes: ["EC2"] });
  await running.guardDuty(MANAGEMENT, LINKED).enableOrganizationAdminAccount({ AdminAccountId: AUDIT });
  await running.securityHub(MANAGEMENT, LINKED).enableOrganizationAdminAccount({ AdminAccountId: AUDIT });
  await running.inspector(MANAGEMENT, LINKED).enableDelegatedAdminAccount({ delegatedAdminAccountId: AUDIT });
  await guardDuty.updateOrganizationConfiguration({
    DetectorId: await detector(),
    AutoEnableOrganizationMembers: "ALL",
  });
  await hub.updateOrganizationConfiguration({ AutoEnable: true, AutoEnableStandards: "NONE" });
  await inspector.updateOrganizationConfiguration({ autoEnable: { ec2: true, ecr: false } });
});
afterEach(() => running.close());

const detector = async () => (await running.guardDuty(AUDIT, LINKED).listDetectors({})).DetectorIds?.[0] ?? "";
/** What the hourly run gives, and how many accounts it counts for the alarm. */
async function hourly() {
  const duties = [
    { kind: "guardDuty", region: LINKED, data: { detectorId: await detector() } },
    { kind: "inspector", region: LINKED, data: {} },
    { kind: "securityHubMembers", region: LINKED, data: {} },
  ];
  const { result, log = "" } = await runZip(
    zip,
    { duties },
    {
      NODE_PATH: runtimeModules(),
      AWS_REGION: HOME,
      ...Object.fromEntries(
        (["guardduty", "inspector2", "securityhub", "organizations"] as const).map((service) => [
          `AWS_ENDPOINT_URL_${service.toUpperCase()}`,
          running.endpoint(service),
        ]),
      ),
      AWS_ACCESS_KEY_ID: AUDIT,
      AWS_SECRET_ACCESS_KEY: "x",
    },
  );
  const counted = log.split("\n").flatMap((line) => (line.startsWith('{"_aws"') ? [JSON.parse(line).Uncovered] : []));
  return { report: result as { warnings: string[]; lacking?: string[] }, counted };
}

describe("an account that lacks a region which others have", () => {
  it("is told with AWS's words by each service, and raises no alarm", async () => {
    const { report, counted } = await hourly();

    expect(report.warnings).toEqual([]);
    expect(report.lacking?.sort()).toEqual([
      expect.stringMatching(`^account ${PROD} lacks the region ${LINKED}, and with it GuardDuty: AWS says ".*Region`),
      expect.stringMatching(`^account ${PROD} lacks the region ${LINKED}, and with it Inspector: AWS says ".*Region`),
      expect.stringMatching(
        `^account ${PROD} lacks the region ${LINKED}, and with it Security Hub: AWS says ".*Region`,
      ),
    ]);
    expect(counted).toEqual([0]);
  });

  it("hides no account that AWS refuses for another reason", async () => {
    const management = running.guardDuty(MANAGEMENT, LINKED);
    const [DetectorId] = (await management.listDetectors({})).DetectorIds ?? [];
    await management.deleteDetector({ DetectorId });

    const { report, counted } = await hourly();

    expect(report.warnings).toEqual([
      expect.stringMatching(`^account ${MANAGEMENT} is not covered by GuardDuty in ${LINKED}: AWS says ".*not enabled`),
    ]);
    expect(report.lacking).toHaveLength(3);
    expect(counted).toEqual([1]);
  });
});
