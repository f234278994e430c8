import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AUDIT, errorOf, HOME, LINKED, MANAGEMENT, PROD, RunningPlane } from "./plane";

let running: RunningPlane;
beforeEach(async () => {
  running = await new RunningPlane({ enrolment: 60_000 }).start();
});
afterEach(() => running.close());

const minute = () => running.clock.pass(60_000);
const detectorOf = async (account: string, region = HOME): Promise<string> => {
  const { DetectorIds = [] } = await running.guardDuty(account, region).listDetectors({});
  return DetectorIds[0] ?? "none";
};
const designate = (region = HOME, AdminAccountId = AUDIT) =>
  running.guardDuty(MANAGEMENT, region).enableOrganizationAdminAccount({ AdminAccountId });
const configure = async (autoEnable: "ALL" | "NEW" | "NONE", Features?: object[]) =>
  running.guardDuty(AUDIT).updateOrganizationConfiguration({
    DetectorId: await detectorOf(AUDIT),
    AutoEnableOrganizationMembers: autoEnable,
    Features: Features as never,
  });
const members = async () => {
  const { Members = [] } = await running.guardDuty(AUDIT).listMembers({ DetectorId: await detectorOf(AUDIT) });
  return Members.map(({ AccountId }) => AccountId);
};
const planOf = async (account: string, name: string) => {
  const detector = await running.guardDuty(account).getDetector({ DetectorId: await detectorOf(account) });
  return detector.Features?.find(({ Name }) => Name === name);
};

describe("a detector", () => {
  it("is one for each account and region", async () => {
    const guardDuty = running.guardDuty(PROD);
    const { DetectorId } = await guardDuty.createDetector({ Enable: true, Tags: { team: "soc" } });

    const again = await errorOf(guardDuty.createDetector({ Enable: true }));
    const elsewhere = await running.guardDuty(PROD, LINKED).createDetector({ Enable: true });
    const detector = await guardDuty.getDetector({ DetectorId });

    expect(again).toEqual({
      name: "BadRequestException",
      status: 400,
      message: "The request is rejected because a detector already exists for the current account.",
    });
    expect(elsewhere.DetectorId).not.toBe(DetectorId);
    expect(detector).toMatchObject({
      Status: "ENABLED",
      FindingPublishingFrequency: "SIX_HOURS",
      Tags: { team: "soc" },
    });
  });

  it("is changed, tagged and deleted by its own account only", async () => {
    const guardDuty = running.guardDuty(PROD);
    const { DetectorId } = await guardDuty.createDetector({ Enable: true });
    const ResourceArn = `arn:aws:guardduty:${HOME}:${PROD}:detector/${DetectorId}`;

    await guardDuty.updateDetector({
      DetectorId,
      FindingPublishingFrequency: "FIFTEEN_MINUTES",
      Features: [
        {
          Name: "RUNTIME_MONITORING",
          Status: "ENABLED",
          AdditionalConfiguration: [{ Name: "EC2_AGENT_MANAGEMENT", Status: "ENABLED" }],
        },
      ],
    });
    await guardDuty.tagResource({ ResourceArn, Tags: { a: "1", b: "2" } });
    await guardDuty.untagResource({ ResourceArn, TagKeys: ["a"] });
    const strangers = await errorOf(running.guardDuty(AUDIT).getDetector({ DetectorId }));
    const { Tags } = await guardDuty.listTagsForResource({ ResourceArn });
    const runtime = await planOf(PROD, "RUNTIME_MONITORING");
    await guardDuty.deleteDetector({ DetectorId });

    expect(strangers.message).toContain("detectorId is not owned by the current account");
    expect(Tags).toEqual({ b: "2" });
    expect(runtime?.Status).toBe("ENABLED");
    expect(runtime?.AdditionalConfiguration?.map(({ Name, Status }) => `${Name} ${Status}`)).toEqual([
      "ECS_FARGATE_AGENT_MANAGEMENT DISABLED",
      "EC2_AGENT_MANAGEMENT ENABLED",
      "EKS_ADDON_MANAGEMENT DISABLED",
    ]);
    expect(await detectorOf(PROD)).toBe("none");
  });

  it("refuses values and combinations that the service refuses", async () => {
    const create = (input: object) => errorOf(running.guardDuty(PROD).createDetector({ Enable: true, ...input }));

    const errors = await Promise.all([
      create({ FindingPublishingFrequency: "DAILY" }),
      create({ Features: [{ Name: "TYPO", Status: "ENABLED" }] }),
      create({ Features: [{ Name: "S3_DATA_EVENTS", Status: "ON" }] }),
      create({
        Features: [
          { Name: "EKS_RUNTIME_MONITORING", Status: "ENABLED" },
          { Name: "RUNTIME_MONITORING", Status: "ENABLED" },
        ],
      }),
      create({ DataSources: { S3Logs: { Enable: true } }, Features: [{ Name: "S3_DATA_EVENTS", Status: "ENABLED" }] }),
    ]);

    expect(errors.map(({ name }) => name)).toEqual(Array(5).fill("BadRequestException"));
    expect(await detectorOf(PROD)).toBe("none");
  });
});

describe("designation", () => {
  it("is the management account's, of one account everywhere", async () => {
    const byAudit = await errorOf(running.guardDuty(AUDIT).enableOrganizationAdminAccount({ AdminAccountId: AUDIT }));
    const stranger = await errorOf(designate(HOME, "999999999999"));
    await designate();
    const again = await errorOf(designate());
    const another = await errorOf(designate(LINKED, PROD));
    const { AdminAccounts } = await running.guardDuty(MANAGEMENT).listOrganizationAdminAccounts({});

    expect([byAudit, stranger, again, another].map(({ name }) => name)).toEqual(Array(4).fill("BadRequestException"));
    expect(another.message).toContain("another account is already enabled as GuardDuty delegated administrator");
    expect(AdminAccounts).toEqual([{ AdminAccountId: AUDIT, AdminStatus: "ENABLED" }]);
  });

  it("fails in all regions but one when the first ones go in parallel, and goes through after the home region", async () => {
    const first = await Promise.allSettled([designate(HOME), designate(LINKED), designate("ap-northeast-3")]);
    const failed = [HOME, LINKED, "ap-northeast-3"].filter((_region, index) => first[index]?.status === "rejected");

    const later = await Promise.allSettled(failed.map((region) => designate(region)));

    expect(first.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(later.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled"]);
  });

  it("makes a detector for the administrator, so that a later CreateDetector collides, and none for the management account", async () => {
    await designate();

    const collision = await errorOf(running.guardDuty(AUDIT).createDetector({ Enable: true }));
    const { EnabledServicePrincipals } = await running
      .organizations(MANAGEMENT)
      .listAWSServiceAccessForOrganization({});

    expect(collision.message).toContain("a detector already exists");
    expect(await detectorOf(MANAGEMENT)).toBe("none");
    expect(EnabledServicePrincipals?.map((one) => one.ServicePrincipal)).toEqual(["guardduty.amazonaws.com"]);
  });

  it("leaves an existing detector of the administrator as it is", async () => {
    const { DetectorId } = await running.guardDuty(AUDIT).createDetector({ Enable: true });

    await designate();

    expect(await detectorOf(AUDIT)).toBe(DetectorId);
  });
});

describe("organization configuration", () => {
  beforeEach(() => designate());

  it("is the administrator's only", async () => {
    const { DetectorId } = await running.guardDuty(PROD).createDetector({ Enable: true });

    const read = await errorOf(running.guardDuty(PROD).describeOrganizationConfiguration({ DetectorId }));
    const foreign = await errorOf(
      running.guardDuty(AUDIT).updateOrganizationConfiguration({ DetectorId, AutoEnableOrganizationMembers: "ALL" }),
    );

    expect(read.message).toContain("not the GuardDuty delegated administrator");
    expect(foreign.message).toContain("not owned by the current account");
  });

  it("refuses older and newer fields together, and unknown values", async () => {
    const DetectorId = await detectorOf(AUDIT);
    const update = (input: object) =>
      errorOf(running.guardDuty(AUDIT).updateOrganizationConfiguration({ DetectorId, ...input } as never));

    const errors = await Promise.all([
      update({}),
      update({ AutoEnable: true, AutoEnableOrganizationMembers: "ALL" }),
      update({ AutoEnableOrganizationMembers: "SOME" }),
      update({
        AutoEnableOrganizationMembers: "ALL",
        DataSources: { S3Logs: { AutoEnable: true } },
        Features: [{ Name: "S3_DATA_EVENTS", AutoEnable: "ALL" }],
      }),
      update({ AutoEnableOrganizationMembers: "ALL", Features: [{ Name: "S3_DATA_EVENTS", AutoEnable: "ON" }] }),
    ]);

    expect(errors.map(({ name }) => name)).toEqual(Array(5).fill("BadRequestException"));
  });

  it("enrols existing accounts under ALL, in time, with a detector where none is, but not a management account without one", async () => {
    await configure("ALL", [{ Name: "S3_DATA_EVENTS", AutoEnable: "ALL" }]);

    const atOnce = await members();
    minute();
    const later = await members();
    await running.guardDuty(MANAGEMENT).createDetector({ Enable: true });
    const withManagement = await members();

    expect([atOnce, later, withManagement]).toEqual([[], [PROD], [PROD, MANAGEMENT]]);
    expect((await planOf(PROD, "S3_DATA_EVENTS"))?.Status).toBe("ENABLED");
    expect((await planOf(PROD, "EKS_AUDIT_LOGS"))?.Status).toBe("DISABLED");
  });

  it("enrols only accounts that join later under NEW", async () => {
    await configure("NEW");
    running.clock.pass(1);
    running.plane.organization.addAccount({ id: "444444444444", name: "new" });
    minute();

    expect(await members()).toEqual(["444444444444"]);
  });

  it("merges the plans of one call into those of earlier ones", async () => {
    await configure("ALL", [{ Name: "S3_DATA_EVENTS", AutoEnable: "ALL" }]);
    await configure("ALL", [{ Name: "EKS_AUDIT_LOGS", AutoEnable: "NEW" }]);

    const { Features = [] } = await running
      .guardDuty(AUDIT)
      .describeOrganizationConfiguration({ DetectorId: await detectorOf(AUDIT) });

    expect(Features.filter(({ AutoEnable }) => AutoEnable !== "NONE").map(({ Name }) => Name)).toEqual([
      "S3_DATA_EVENTS",
      "EKS_AUDIT_LOGS",
    ]);
  });

  it("does not reach the administrator's own detector", async () => {
    await configure("ALL", [{ Name: "RUNTIME_MONITORING", AutoEnable: "ALL" }]);
    minute();

    expect((await planOf(PROD, "RUNTIME_MONITORING"))?.Status).toBe("ENABLED");
    expect((await planOf(AUDIT, "RUNTIME_MONITORING"))?.Status).toBe("DISABLED");
  });
});

describe("members", () => {
  beforeEach(async () => {
    await designate();
    await configure("ALL", [{ Name: "S3_DATA_EVENTS", AutoEnable: "ALL" }]);
    minute();
  });

  it("may not decide what the administrator decides", async () => {
    const DetectorId = await detectorOf(PROD);
    const update = (input: object) => errorOf(running.guardDuty(PROD).updateDetector({ DetectorId, ...input }));

    const errors = [
      await update({ FindingPublishingFrequency: "ONE_HOUR" }),
      await update({ Features: [{ Name: "S3_DATA_EVENTS", Status: "DISABLED" }] }),
      await update({ Enable: false }),
      await errorOf(running.guardDuty(PROD).deleteDetector({ DetectorId })),
    ];

    expect(errors.map(({ name }) => name)).toEqual(Array(4).fill("BadRequestException"));
  });

  it("have their plans read and switched by the administrator, and switched on again under ALL", async () => {
    const DetectorId = await detectorOf(AUDIT);
    const guardDuty = running.guardDuty(AUDIT);
    const AccountIds = [PROD, "999999999999"];

    const changed = await guardDuty.updateMemberDetectors({
      DetectorId,
      AccountIds,
      Features: [
        { Name: "S3_DATA_EVENTS", Status: "DISABLED" },
        { Name: "RDS_LOGIN_EVENTS", Status: "ENABLED" },
      ],
    });
    const read = await guardDuty.getMemberDetectors({ DetectorId, AccountIds });
    const on = read.MemberDataSourceConfigurations?.[0]?.Features?.filter(({ Status }) => Status === "ENABLED");

    expect(changed.UnprocessedAccounts?.map(({ AccountId }) => AccountId)).toEqual(["999999999999"]);
    expect(read.UnprocessedAccounts).toHaveLength(1);
    expect(on?.map(({ Name }) => Name)).toEqual([
      "CLOUD_TRAIL",
      "DNS_LOGS",
      "FLOW_LOGS",
      "S3_DATA_EVENTS",
      "RDS_LOGIN_EVENTS",
    ]);
  });

  it("stay under ALL; under NONE they are disassociated, deleted, and made anew", async () => {
    const DetectorId = await detectorOf(AUDIT);
    const guardDuty = running.guardDuty(AUDIT);
    const AccountIds = [PROD];

    const underAll = await errorOf(guardDuty.disassociateMembers({ DetectorId, AccountIds }));
    await configure("NONE");
    const still = await members();
    const tooEarly = await guardDuty.deleteMembers({ DetectorId, AccountIds });
    await guardDuty.disassociateMembers({ DetectorId, AccountIds });
    await guardDuty.deleteMembers({ DetectorId, AccountIds });
    const gone = await members();
    const created = await guardDuty.createMembers({
      DetectorId,
      AccountDetails: [PROD, MANAGEMENT, AUDIT, "999999999999"].map((AccountId) => ({
        AccountId,
        Email: "a@example.com",
      })),
    });

    expect(underAll.name).toBe("BadRequestException");
    expect(still).toEqual([PROD]);
    expect(tooEarly.UnprocessedAccounts?.[0]?.Result).toContain("disassociated before");
    expect(gone).toEqual([]);
    expect(created.UnprocessedAccounts?.map(({ AccountId }) => AccountId)).toEqual([MANAGEMENT, AUDIT, "999999999999"]);
    expect(created.UnprocessedAccounts?.[0]?.Result).toContain("the management account has not enabled GuardDuty");
    expect(await members()).toEqual([PROD]);
  });

  it("are named 50 at a time", async () => {
    const DetectorId = await detectorOf(AUDIT);
    const AccountDetails = Array.from({ length: 51 }, (_, n) => ({
      AccountId: `${400000000000 + n}`,
      Email: "a@example.com",
    }));

    const error = await errorOf(running.guardDuty(AUDIT).createMembers({ DetectorId, AccountDetails }));

    expect(error.name).toBe("BadRequestException");
  });

  it("keep the administrator from deleting its detector, until the administrator is removed; their detectors stay", async () => {
    const guardDuty = running.guardDuty(AUDIT);
    const DetectorId = await detectorOf(AUDIT);
    const management = running.guardDuty(MANAGEMENT);

    const refused = await errorOf(guardDuty.deleteDetector({ DetectorId }));
    const wrong = await errorOf(management.disableOrganizationAdminAccount({ AdminAccountId: PROD }));
    await management.disableOrganizationAdminAccount({ AdminAccountId: AUDIT });
    await guardDuty.deleteDetector({ DetectorId });
    const { DelegatedAdministrators } = await running.organizations(MANAGEMENT).listDelegatedAdministrators({});

    expect(refused.message).toContain("cannot delete detector while it has invited or associated members");
    expect(wrong.name).toBe("BadRequestException");
    expect(await detectorOf(PROD)).not.toBe("none");
    expect(DelegatedAdministrators).toEqual([]);
  });
});
