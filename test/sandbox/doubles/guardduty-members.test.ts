import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RunningGuardDuty } from "./guardduty";
import { AUDIT, errorOf, MANAGEMENT, PROD } from "./plane";

let running: RunningGuardDuty;
beforeEach(async () => {
  running = await new RunningGuardDuty().start();
});
afterEach(() => running.close());

describe("organization configuration", () => {
  beforeEach(() => running.designate());

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
    const DetectorId = await running.detectorOf(AUDIT);
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
    await running.configure("ALL", [{ Name: "S3_DATA_EVENTS", AutoEnable: "ALL" }]);

    const atOnce = await running.members();
    running.minute();
    const later = await running.members();
    await running.guardDuty(MANAGEMENT).createDetector({ Enable: true });
    const withManagement = await running.members();

    expect([atOnce, later, withManagement]).toEqual([[], [PROD], [PROD, MANAGEMENT]]);
    expect((await running.planOf(PROD, "S3_DATA_EVENTS"))?.Status).toBe("ENABLED");
    expect((await running.planOf(PROD, "EKS_AUDIT_LOGS"))?.Status).toBe("DISABLED");
  });

  it("enrols only accounts that join later under NEW", async () => {
    await running.configure("NEW");
    running.clock.pass(1);
    running.plane.organization.addAccount({ id: "444444444444", name: "new" });
    running.minute();

    expect(await running.members()).toEqual(["444444444444"]);
  });

  it("merges the plans of one call into those of earlier ones", async () => {
    await running.configure("ALL", [{ Name: "S3_DATA_EVENTS", AutoEnable: "ALL" }]);
    await running.configure("ALL", [{ Name: "EKS_AUDIT_LOGS", AutoEnable: "NEW" }]);

    const { Features = [] } = await running
      .guardDuty(AUDIT)
      .describeOrganizationConfiguration({ DetectorId: await running.detectorOf(AUDIT) });

    expect(Features.filter(({ AutoEnable }) => AutoEnable !== "NONE").map(({ Name }) => Name)).toEqual([
      "S3_DATA_EVENTS",
      "EKS_AUDIT_LOGS",
    ]);
  });

  it("does not reach the administrator's own detector", async () => {
    await running.configure("ALL", [{ Name: "RUNTIME_MONITORING", AutoEnable: "ALL" }]);
    running.minute();

    expect((await running.planOf(PROD, "RUNTIME_MONITORING"))?.Status).toBe("ENABLED");
    expect((await running.planOf(AUDIT, "RUNTIME_MONITORING"))?.Status).toBe("DISABLED");
  });
});

describe("members", () => {
  beforeEach(async () => {
    await running.designate();
    await running.configure("ALL", [{ Name: "S3_DATA_EVENTS", AutoEnable: "ALL" }]);
    running.minute();
  });

  it("may not decide what the administrator decides", async () => {
    const DetectorId = await running.detectorOf(PROD);
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
    const DetectorId = await running.detectorOf(AUDIT);
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
    const DetectorId = await running.detectorOf(AUDIT);
    const guardDuty = running.guardDuty(AUDIT);
    const AccountIds = [PROD];

    const underAll = await errorOf(guardDuty.disassociateMembers({ DetectorId, AccountIds }));
    await running.configure("NONE");
    const still = await running.members();
    const tooEarly = await guardDuty.deleteMembers({ DetectorId, AccountIds });
    await guardDuty.disassociateMembers({ DetectorId, AccountIds });
    await guardDuty.deleteMembers({ DetectorId, AccountIds });
    const gone = await running.members();
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
    expect(created.UnprocessedAccounts?.map(({ AccountId }) => AccountId)).toEqual([MANAGEMENT, AUDIT]);
    expect(created.UnprocessedAccounts?.[0]?.Result).toContain("the management account has not enabled GuardDuty");
    expect(await running.members()).toEqual([PROD]);
  });

  it("are named 50 at a time", async () => {
    const DetectorId = await running.detectorOf(AUDIT);
    const AccountDetails = Array.from({ length: 51 }, (_, n) => ({
      AccountId: `${400000000000 + n}`,
      Email: "a@example.com",
    }));

    const error = await errorOf(running.guardDuty(AUDIT).createMembers({ DetectorId, AccountDetails }));

    expect(error.name).toBe("BadRequestException");
  });

  it("keep the administrator from deleting its detector, until the administrator is removed; their detectors stay", async () => {
    const guardDuty = running.guardDuty(AUDIT);
    const DetectorId = await running.detectorOf(AUDIT);
    const management = running.guardDuty(MANAGEMENT);

    const refused = await errorOf(guardDuty.deleteDetector({ DetectorId }));
    const wrong = await errorOf(management.disableOrganizationAdminAccount({ AdminAccountId: PROD }));
    await management.disableOrganizationAdminAccount({ AdminAccountId: AUDIT });
    await guardDuty.deleteDetector({ DetectorId });
    const { DelegatedAdministrators } = await running.organizations(MANAGEMENT).listDelegatedAdministrators({});

    expect(refused.message).toContain("cannot delete detector while it has invited or associated members");
    expect(wrong.name).toBe("BadRequestException");
    expect(await running.detectorOf(PROD)).not.toBe("none");
    expect(DelegatedAdministrators).toEqual([]);
  });
});
