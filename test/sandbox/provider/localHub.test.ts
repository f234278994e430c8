import * as aws from "@pulumi/aws";
import { afterAll, beforeAll, expect, it } from "vitest";
import { LocalSecurityHub } from "../../../components/detection/LocalSecurityHub";
import type { LocalStandards } from "../../../components/detection/localStandards";
import { MemberStandards } from "../../../components/detection/MemberStandards";
import { OwnStandards } from "../../../components/detection/OwnStandards";
import { AUDIT, HOME, LINKED, MANAGEMENT, PROD, RunningPlane, UNIT } from "../doubles/plane";
import { type Cloud, startCloud, values } from "./cloud";

const HAS_FSBP = "666666666666";
const NEWCOMER = "777777777777";
const FSBP = "aws-foundational-security-best-practices";
const CIS = "cis-aws-foundations-benchmark";

let running: RunningPlane;
let cloud: Cloud;

beforeAll(async () => {
  running = await new RunningPlane({ stackSetOperation: 20, autoDeployment: 0, enrolment: 0 }).start();
  running.plane.stackSets.activate();
  running.plane.organization.addAccount({ id: HAS_FSBP, name: "has fsbp", parent: UNIT });
  cloud = await startCloud({
    doubles: {
      cloudformation: running.endpoint("cloudformation"),
      organizations: running.endpoint("organizations"),
      securityhub: running.endpoint("securityhub"),
    },
  });
  running.local = cloud.endpoint;
});
afterAll(async () => {
  await cloud?.close();
  await running?.close();
});

const everywhere: LocalStandards = {
  standards: ["fsbp", "cis-1.2"],
  disabledControls: [{ control: "IAM.6", reason: "no root", ids: { "cis-1.2": "1.14" } }],
  parameters: [
    { control: "IAM.7", name: "MaxPasswordAge", value: 60, reason: "our rules: NIST; 60 days" },
    { control: "IAM.7", name: "RequireSymbols", value: false, reason: "length counts" },
  ],
};
const linked: LocalStandards = { standards: ["fsbp"], disabledControls: [], parameters: [] };
const of = (home: LocalStandards) => ({ [HOME]: home, [LINKED]: linked });

const audit =
  (on: readonly string[] = []) =>
  async () => {
    const provider = new aws.Provider("audit", { region: HOME, profile: "audit" });
    const homeHub = new aws.securityhub.Account(
      "securityhub",
      { enableDefaultStandards: false, region: HOME },
      { provider },
    );
    const args = { homeRegion: HOME, homeHub, linkedRegions: [LINKED], controlFindings: "STANDARD_CONTROL" };
    new OwnStandards(
      "standards",
      {
        ...args,
        standardsIn: (region) =>
          region === HOME ? { ...everywhere, ...(on.length > 0 && { disabledControls: [] }) } : linked,
        onAgain: (region) => (region === HOME ? on : []),
      },
      { provider },
    );
  };
const management = (home: LocalStandards) => async () => {
  const provider = new aws.Provider("management", { region: HOME, profile: "management" });
  const { failed } = new MemberStandards(
    "member-standards",
    {
      stackSetName: "hakken",
      homeRegion: HOME,
      standards: of(home),
      unitIds: [running.plane.organization.rootId],
      excludedAccounts: [AUDIT],
    },
    { provider },
  );
  return { failed };
};
const organization = async () => {
  const provider = new aws.Provider("audit", { region: HOME, profile: "audit" });
  const args = { homeRegion: HOME, regions: [HOME, LINKED], autoEnable: true, autoEnableStandards: "NONE" as const };
  const linking = { mode: "SPECIFIED_REGIONS" as const, regions: [LINKED] };
  new LocalSecurityHub("securityhub", { ...args, linking }, { provider });
};

const standards = async (account: string, region: string) =>
  ((await running.securityHub(account, region).getEnabledStandards({})).StandardsSubscriptions ?? [])
    .map(({ StandardsArn = "" }) => StandardsArn.split("/")[1])
    .sort();
const offIn = async (account: string, region: string, SecurityControlId = "IAM.6") =>
  (
    (await running.securityHub(account, region).listStandardsControlAssociations({ SecurityControlId }))
      .StandardsControlAssociationSummaries ?? []
  )
    .filter(({ AssociationStatus }) => AssociationStatus === "DISABLED")
    .map(({ StandardsArn = "", UpdatedReason }) => `${StandardsArn.split("/")[1]}: ${UpdatedReason}`)
    .sort();
const parameters = async (account: string, region: string) => {
  const { SecurityControls } = await running
    .securityHub(account, region)
    .batchGetSecurityControls({ SecurityControlIds: ["IAM.7"] });
  const all = Object.entries(SecurityControls?.[0]?.Parameters ?? {});
  return Object.fromEntries(
    all.filter(([, { ValueType }]) => ValueType === "CUSTOM").map(([name, { Value }]) => [name, Value]),
  );
};
const OFF = [`${FSBP}: no root`, `${CIS}: no root`];

it("sets what LOCAL leaves to each account, in those that join too, in place, and takes it away again", async () => {
  // Somebody clicked Security Hub on here, with AWS's default standards.
  await running.securityHub(HAS_FSBP).enableSecurityHub({});
  const ownStack = await cloud.stack("audit", audit());
  await ownStack.up();
  for (const region of [HOME, LINKED])
    await running.securityHub(MANAGEMENT, region).enableOrganizationAdminAccount({ AdminAccountId: AUDIT });

  expect([await standards(AUDIT, HOME), await standards(AUDIT, LINKED)]).toEqual([[FSBP, CIS], [FSBP]]);
  expect([await offIn(AUDIT, HOME), await offIn(AUDIT, LINKED)]).toEqual([OFF, []]);
  expect((await running.securityHub(AUDIT, LINKED).describeHub({})).ControlFindingGenerator).toBe("STANDARD_CONTROL");
  expect((await ownStack.up()).summary.resourceChanges).toEqual({ same: 10 });

  const stack = await cloud.stack("management", management(everywhere));
  const { outputs } = await stack.up();

  expect(values(outputs).failed).toEqual([
    { account: HAS_FSBP, region: HOME, reason: expect.stringContaining("Standards is already enabled") },
  ]);
  expect([await standards(PROD, HOME), await standards(PROD, LINKED)]).toEqual([[FSBP, CIS], [FSBP]]);
  expect(await standards(HAS_FSBP, LINKED)).toEqual([FSBP]);
  expect([await offIn(PROD, HOME), await offIn(PROD, LINKED)]).toEqual([OFF, []]);
  const custom = { MaxPasswordAge: { Integer: 60 }, RequireSymbols: { Boolean: false } };
  expect([await parameters(PROD, HOME), await parameters(PROD, LINKED)]).toEqual([custom, {}]);
  expect((await stack.up()).summary.resourceChanges).toEqual({ same: 7 });

  const members = await cloud.stack("organization", organization);
  await members.up();
  expect((await members.up()).summary.resourceChanges).toEqual({ same: 6 });
  running.clock.pass(1);
  running.plane.organization.addAccount({ id: NEWCOMER, name: "newcomer", parent: UNIT });
  await running.securityHub(AUDIT).listMembers({}); // AWS's auto-enable comes first, with no standard
  running.plane.stackSets.settle();
  await running.plane.stackSets.idle();

  expect(await standards(NEWCOMER, HOME)).toEqual([FSBP, CIS]);
  const { Members = [] } = await running.securityHub(AUDIT).listMembers({});
  expect(Members.map(({ AccountId }) => AccountId)).toEqual([NEWCOMER]);

  // The same names in the template: nothing is on twice, and what is not named any more is on again.
  const other = {
    ...everywhere,
    disabledControls: [{ control: "S3.8", reason: "public site", standards: ["fsbp" as const] }],
  };
  const changed = await cloud.stack(
    "management",
    management({ ...other, parameters: everywhere.parameters.slice(0, 1) }),
  );
  await changed.up();

  expect([await offIn(PROD, HOME), await offIn(PROD, HOME, "S3.8")]).toEqual([[], [`${FSBP}: public site`]]);
  expect(await parameters(PROD, HOME)).toEqual({ MaxPasswordAge: { Integer: 60 } });

  await members.destroy();
  expect(await running.securityHub(AUDIT, LINKED).describeOrganizationConfiguration({})).toMatchObject({
    AutoEnable: false,
  });
  await changed.destroy();
  expect(await standards(PROD, HOME)).toEqual([]);
  await expect(running.securityHub(PROD).describeHub({})).resolves.toBeDefined();
  for (const region of [HOME, LINKED])
    await running.securityHub(MANAGEMENT, region).disableOrganizationAdminAccount({ AdminAccountId: AUDIT });
  await ownStack.destroy();
  await expect(running.securityHub(AUDIT, LINKED).describeHub({})).rejects.toThrow("not subscribed");
}, 240_000);

it("switches a control on again in place, and has nothing to do after that", async () => {
  const before = await cloud.stack("audit", audit());
  await before.up();
  const off = await offIn(AUDIT, HOME);
  const stack = await cloud.stack("audit", audit(["IAM.6"]));

  const { summary } = await stack.up();
  const again = await stack.up();

  expect([off, await offIn(AUDIT, HOME)]).toEqual([OFF, []]);
  expect(summary.resourceChanges).toMatchObject({ update: 2 });
  expect(Object.keys(again.summary.resourceChanges ?? {})).toEqual(["same"]);
}, 300_000);
