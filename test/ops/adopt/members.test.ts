import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { GuardDutyDutySettings } from "../../../handlers/reconcile/guardDuty";
import type { InspectorDutySettings } from "../../../handlers/reconcile/inspector";
import type { SecurityHubDutySettings } from "../../../handlers/reconcile/securityHub";
import type { SecurityHubMembersSettings } from "../../../handlers/reconcile/securityHubMembers";
import { reconcilerHandler } from "../../../handlers/reconciler";
import type { Inputs, Sought } from "../../../ops/adopt/finding";
import { gatheredChanges, lookAtMembers } from "../../../ops/adopt/members";
import { AUDIT, HOME, LINKED, MANAGEMENT, PROD, RunningPlane } from "../../sandbox/doubles/plane";
import { detectionDefaults } from "../../settings/configs";
import { accountIn } from "./inDoubles";

const [DEV, SUSPENDED, OUTSIDE] = ["100000000001", "100000000002", "100000000003"] as const;
const REGIONS = [HOME, LINKED];
let plane: RunningPlane;

beforeEach(async () => {
  // AWS enrols and switches on by itself after a time that never passes.
  plane = await new RunningPlane({ enrolment: 60_000 }).start();
  for (const id of [DEV, SUSPENDED, OUTSIDE]) plane.plane.organization.addAccount({ id, name: `account ${id}` });
  const suspended = plane.plane.organization.accounts.get(SUSPENDED);
  if (suspended) suspended.status = "SUSPENDED";
  vi.stubEnv("AWS_ACCESS_KEY_ID", AUDIT);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "any");
  vi.stubEnv("AWS_REGION", HOME);
  for (const service of ["guardduty", "securityhub", "inspector2", "organizations"] as const)
    vi.stubEnv(`AWS_ENDPOINT_URL_${service.toUpperCase()}`, plane.endpoint(service));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await plane.close();
});

const sought = (type: string, inputs: Inputs): Sought => ({
  ...{ type, name: "one", urn: "urn", inputs, protect: false },
  ...(typeof inputs.region === "string" && { region: inputs.region }),
});

/** What the runs of the reconciler would change, told of as a preview tells of them. */
const look = async (
  duties: readonly { kind: string; region: string; data: object }[],
  settings: object,
  all: Sought[],
) => {
  const around = { account: accountIn(plane, AUDIT), homeRegion: HOME, all };
  const runs = duties.map((duty) =>
    sought("aws:lambda/invocation:Invocation", { input: JSON.stringify({ duty, settings }), region: HOME }),
  );
  return gatheredChanges(await Promise.all(runs.map((run) => lookAtMembers(run, around))));
};

describe("GuardDuty's members", () => {
  const plans = {
    ...detectionDefaults.guardDuty.plans,
    EKS_AUDIT_LOGS: { autoEnable: "NEW" as const, enabledIn: [], disabledIn: [] },
  };
  const settings: GuardDutyDutySettings = { adminAccountId: AUDIT, invited: [], plans, absentPlans: {} };
  const will = (autoEnableOrganizationMembers: string) =>
    REGIONS.map((region) =>
      sought("aws:guardduty/organizationConfiguration:OrganizationConfiguration", {
        region,
        autoEnableOrganizationMembers,
      }),
    );

  /** Designated, with two members in each region, one of which watches the run time at home. */
  const setUp = async () => {
    const duties: { kind: "guardDuty"; region: string; data: Record<string, string> }[] = [];
    for (const region of REGIONS) {
      const audit = plane.guardDuty(AUDIT, region);
      const { DetectorId = "" } = await audit.createDetector({ Enable: true });
      await plane.guardDuty(MANAGEMENT, region).createDetector({ Enable: true });
      await plane.guardDuty(MANAGEMENT, region).enableOrganizationAdminAccount({ AdminAccountId: AUDIT });
      const AccountDetails = [MANAGEMENT, PROD, DEV].map((AccountId) => ({ AccountId, Email: `${AccountId}@x.jp` }));
      await audit.createMembers({ DetectorId, AccountDetails });
      const all = [
        "S3_DATA_EVENTS",
        "EBS_MALWARE_PROTECTION",
        "RDS_LOGIN_EVENTS",
        "LAMBDA_NETWORK_LOGS",
        "AI_PROTECTION",
      ];
      await audit.updateMemberDetectors({
        DetectorId,
        AccountIds: [MANAGEMENT, PROD, DEV],
        Features: all.map((Name) => ({ Name: Name as "S3_DATA_EVENTS", Status: "ENABLED" as const })),
      });
      duties.push({ kind: "guardDuty" as const, region, data: { detectorId: DetectorId } });
    }
    const set = (region: string, account: string, Name: "RUNTIME_MONITORING" | "S3_DATA_EVENTS", on: boolean) =>
      plane.guardDuty(AUDIT, region).updateMemberDetectors({
        DetectorId: duties.find((duty) => duty.region === region)?.data.detectorId,
        AccountIds: [account],
        Features: [{ Name, Status: on ? "ENABLED" : "DISABLED" }],
      });
    await set(HOME, PROD, "RUNTIME_MONITORING", true);
    await set(LINKED, PROD, "RUNTIME_MONITORING", true);
    await set(HOME, DEV, "RUNTIME_MONITORING", true);
    await set(LINKED, DEV, "S3_DATA_EVENTS", false);
    return duties;
  };

  it("are told with each plan that goes off and on, by account and region, and with who becomes one", async () => {
    const duties = await setUp();

    const changes = await look(duties, settings, will("ALL"));

    expect(changes).toEqual([
      {
        service: "GuardDuty",
        setting: "member",
        now: "no",
        ours: "yes",
        note: expect.stringContaining("can't be read before it is one"),
        accounts: [{ account: OUTSIDE, regions: REGIONS }],
      },
      {
        service: "GuardDuty",
        setting: "RUNTIME_MONITORING",
        now: "ENABLED",
        ours: "DISABLED",
        accounts: [
          { account: DEV, regions: [HOME] },
          { account: PROD, regions: REGIONS },
        ],
      },
      {
        service: "GuardDuty",
        setting: "S3_DATA_EVENTS",
        now: "DISABLED",
        ours: "ENABLED",
        accounts: [{ account: DEV, regions: [LINKED] }],
      },
    ]);
  });

  it("are no more than AWS's own to make so, once the reconciler has run", async () => {
    const duties = await setUp();
    const before = await look(duties, settings, will("NEW"));
    const reconcile = reconcilerHandler({ guardDuty: settings })();

    for (const duty of duties) await reconcile({ duty });
    const after = await look(duties, settings, will("NEW"));

    expect(before.map(({ setting }) => setting)).toEqual(["RUNTIME_MONITORING", "S3_DATA_EVENTS"]);
    // ALL is AWS's to do.
    expect(after.map(({ setting }) => setting)).toEqual(["S3_DATA_EVENTS"]);
  });

  it("are told by the agents too, where a plan is on in them", async () => {
    const duties = await setUp();
    const off = { autoEnable: "NONE" as const, enabledIn: [], disabledIn: [] };
    const watched = { ...plans, RUNTIME_MONITORING: { ...off, enabledIn: [PROD, DEV] } };

    const changes = await look(duties, { ...settings, plans: watched, agents: ["EC2_AGENT_MANAGEMENT"] }, will("NONE"));

    expect(changes.filter(({ setting }) => setting.startsWith("RUNTIME"))).toEqual([
      {
        ...{ service: "GuardDuty", setting: "RUNTIME_MONITORING", now: "DISABLED", ours: "ENABLED" },
        accounts: [{ account: DEV, regions: [LINKED] }],
      },
      {
        ...{
          service: "GuardDuty",
          setting: "RUNTIME_MONITORING.EC2_AGENT_MANAGEMENT",
          now: "DISABLED",
          ours: "ENABLED",
        },
        accounts: [
          { account: DEV, regions: REGIONS },
          { account: PROD, regions: REGIONS },
        ],
      },
    ]);
  });

  it("fail with AWS's reason where the account administers none", async () => {
    const duty = { kind: "guardDuty", region: HOME, data: { detectorId: "00000000000000000000000000000000" } };

    await expect(look([duty], settings, [])).rejects.toThrow(/detectorId is not owned/);
  });
});

describe("Inspector's members", () => {
  const settings: InspectorDutySettings = { adminAccountId: AUDIT, scan: ["EC2", "ECR"], absentTypes: {} };
  const duty = { kind: "inspector" as const, region: HOME, data: {} };

  it("are told with what goes off and on in them, and nothing is left once the reconciler has run", async () => {
    const audit = plane.inspector(AUDIT);
    await plane.inspector(MANAGEMENT).enableDelegatedAdminAccount({ delegatedAdminAccountId: AUDIT });
    await audit.enable({ resourceTypes: ["EC2"] });
    await plane.inspector(MANAGEMENT).enable({ resourceTypes: ["EC2", "ECR"] });
    await audit.updateOrganizationConfiguration({ autoEnable: { ec2: true, ecr: true } });
    for (const accountId of [MANAGEMENT, PROD, DEV]) await audit.associateMember({ accountId });
    await audit.enable({ accountIds: [PROD], resourceTypes: ["EC2", "ECR"] });
    await audit.enable({ accountIds: [PROD, DEV], resourceTypes: ["LAMBDA"] });
    plane.clock.pass(600_000);

    const before = await look([duty], settings, []);
    await reconcilerHandler({ inspector: settings })()({ duty });
    plane.clock.pass(600_000);
    const after = await look([duty], settings, []);

    const home = (account: string) => ({ account, regions: [HOME] });
    const on = { service: "Inspector", now: "DISABLED", ours: "ENABLED" };
    expect(before).toEqual([
      { ...on, setting: "EC2", accounts: [home(DEV)] },
      { ...on, setting: "ECR", accounts: [home(DEV)] },
      {
        ...{ service: "Inspector", setting: "LAMBDA", now: "ENABLED", ours: "DISABLED" },
        accounts: [home(DEV), home(PROD)],
      },
      expect.objectContaining({ setting: "member", now: "no", ours: "yes", accounts: [home(OUTSIDE)] }),
    ]);
    expect(after).toEqual([]);
  });
});

describe("Security Hub's members under LOCAL", () => {
  const control = { control: "IAM.7", reason: "policy", values: { MaxPasswordAge: { Integer: 60 } } };
  const settings: SecurityHubMembersSettings = { adminAccountId: AUDIT, parameters: { [HOME]: [control] } };
  const duty = { kind: "securityHubMembers" as const, region: HOME, data: {} };
  const organization = (autoEnable: boolean) => [
    sought("aws:securityhub/organizationConfiguration:OrganizationConfiguration", { region: HOME, autoEnable }),
  ];

  it("are told with who becomes one, and with the parameters of the administrator's own controls", async () => {
    const audit = plane.securityHub(AUDIT);
    await audit.enableSecurityHub({ EnableDefaultStandards: true });
    await plane.securityHub(MANAGEMENT).enableSecurityHub({ EnableDefaultStandards: false });
    await plane.securityHub(MANAGEMENT).enableOrganizationAdminAccount({ AdminAccountId: AUDIT });
    await audit.updateOrganizationConfiguration({ AutoEnable: true, AutoEnableStandards: "NONE" });
    await audit.createMembers({ AccountDetails: [MANAGEMENT, PROD].map((AccountId) => ({ AccountId })) });

    const before = await look([duty], settings, organization(true));
    const alone = await look([duty], settings, organization(false));
    await reconcilerHandler({ securityHubMembers: settings })()({ duty });
    const after = await look([duty], settings, organization(true));

    const home = (account: string) => ({ account, regions: [HOME] });
    expect(before).toEqual([
      {
        ...{ service: "Security Hub", setting: "IAM.7.MaxPasswordAge", now: "AWS's default", ours: 60 },
        accounts: [home(AUDIT)],
      },
      expect.objectContaining({ setting: "member", ours: "yes", accounts: [home(DEV), home(OUTSIDE)] }),
    ]);
    expect(alone.map(({ setting }) => setting)).toEqual(["IAM.7.MaxPasswordAge"]);
    expect(after).toEqual([]);
  });
});

describe("the administrator's own Security Hub under CENTRAL", () => {
  const settings: SecurityHubDutySettings = {
    homeRegion: HOME,
    regions: REGIONS,
    controlFindings: "SECURITY_CONTROL",
  };
  const duty = { kind: "securityHub" as const, region: HOME, data: {} };

  it("is told with the regions where controls will be reported another way", async () => {
    await plane.securityHub(AUDIT).enableSecurityHub({ ControlFindingGenerator: "SECURITY_CONTROL" });
    const linked = plane.securityHub(AUDIT, LINKED);
    const off = await look([duty], settings, []);
    await linked.enableSecurityHub({ ControlFindingGenerator: "STANDARD_CONTROL" });

    const before = await look([duty], settings, []);
    const released = await look([{ ...duty, data: { policyId: "one" } }], settings, []);
    await reconcilerHandler({ securityHub: settings })()({ duty });
    const after = await look([duty], settings, []);

    expect(before).toEqual([
      {
        ...{
          service: "Security Hub",
          setting: "controlFindingGenerator",
          now: "STANDARD_CONTROL",
          ours: "SECURITY_CONTROL",
        },
        accounts: [{ account: AUDIT, regions: [LINKED] }],
      },
    ]);
    expect([off, released, after]).toEqual([[], [], []]);
  });
});
