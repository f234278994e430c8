import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RunningGuardDuty } from "./guardduty";
import { AUDIT, errorOf, HOME, LINKED, MANAGEMENT, PROD } from "./plane";

let running: RunningGuardDuty;
beforeEach(async () => {
  running = await new RunningGuardDuty().start();
});
afterEach(() => running.close());

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
    const runtime = await running.planOf(PROD, "RUNTIME_MONITORING");
    await guardDuty.deleteDetector({ DetectorId });

    expect(strangers.message).toContain("detectorId is not owned by the current account");
    expect(Tags).toEqual({ b: "2" });
    expect(runtime?.Status).toBe("ENABLED");
    expect(runtime?.AdditionalConfiguration?.map(({ Name, Status }) => `${Name} ${Status}`)).toEqual([
      "ECS_FARGATE_AGENT_MANAGEMENT DISABLED",
      "EC2_AGENT_MANAGEMENT ENABLED",
      "EKS_ADDON_MANAGEMENT DISABLED",
    ]);
    expect(await running.detectorOf(PROD)).toBe("none");
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
    expect(await running.detectorOf(PROD)).toBe("none");
  });
});

describe("designation", () => {
  it("is the management account's, of one account everywhere", async () => {
    const byAudit = await errorOf(running.guardDuty(AUDIT).enableOrganizationAdminAccount({ AdminAccountId: AUDIT }));
    const stranger = await errorOf(running.designate(HOME, "999999999999"));
    await running.designate();
    const again = await errorOf(running.designate());
    const another = await errorOf(running.designate(LINKED, PROD));
    const { AdminAccounts } = await running.guardDuty(MANAGEMENT).listOrganizationAdminAccounts({});

    expect([byAudit, stranger, again, another].map(({ name }) => name)).toEqual(Array(4).fill("BadRequestException"));
    expect(another.message).toContain("another account is already enabled as GuardDuty delegated administrator");
    expect(AdminAccounts).toEqual([{ AdminAccountId: AUDIT, AdminStatus: "ENABLED" }]);
  });

  it("fails in all regions but one when the first ones go in parallel, and goes through after the home region", async () => {
    const first = await Promise.allSettled([
      running.designate(HOME),
      running.designate(LINKED),
      running.designate("ap-northeast-3"),
    ]);
    const failed = [HOME, LINKED, "ap-northeast-3"].filter((_region, index) => first[index]?.status === "rejected");

    const later = await Promise.allSettled(failed.map((region) => running.designate(region)));

    expect(first.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(later.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled"]);
  });

  it("makes a detector for the administrator, so that a later CreateDetector collides, and none for the management account", async () => {
    await running.designate();

    const collision = await errorOf(running.guardDuty(AUDIT).createDetector({ Enable: true }));
    const { EnabledServicePrincipals } = await running
      .organizations(MANAGEMENT)
      .listAWSServiceAccessForOrganization({});

    expect(collision.message).toContain("a detector already exists");
    expect(await running.detectorOf(MANAGEMENT)).toBe("none");
    expect(EnabledServicePrincipals?.map((one) => one.ServicePrincipal)).toEqual(["guardduty.amazonaws.com"]);
  });

  it("leaves an existing detector of the administrator as it is", async () => {
    const { DetectorId } = await running.guardDuty(AUDIT).createDetector({ Enable: true });

    await running.designate();

    expect(await running.detectorOf(AUDIT)).toBe(DetectorId);
  });
});
