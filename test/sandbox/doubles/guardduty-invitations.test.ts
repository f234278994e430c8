import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RunningGuardDuty } from "./guardduty";
import { AUDIT, errorOf, HOME, MANAGEMENT, PROD } from "./plane";

const PARTNER = "666666666666";
const STRANGER = "777777777777";

let running: RunningGuardDuty;
beforeEach(async () => {
  running = new RunningGuardDuty();
  await running.start();
  await running.guardDuty(MANAGEMENT).createDetector({ Enable: true });
  await running.guardDuty(AUDIT).createDetector({ Enable: true });
});
afterEach(() => running.close());

/** Creates an account as a member of another, and invites it. */
async function invite(by: string, account: string) {
  const DetectorId = await running.detectorOf(by);
  await running.guardDuty(by).createMembers({
    DetectorId,
    AccountDetails: [{ AccountId: account, Email: "security@partner.example.com" }],
  });
  return running.guardDuty(by).inviteMembers({ DetectorId, AccountIds: [account] });
}

async function accept(account: string, AdministratorId: string) {
  const { Invitations = [] } = await running.guardDuty(account).listInvitations({});
  const InvitationId = Invitations.find((one) => one.AccountId === AdministratorId)?.InvitationId ?? "none";
  const DetectorId = await running.detectorOf(account);
  return running.guardDuty(account).acceptAdministratorInvitation({ DetectorId, AdministratorId, InvitationId });
}

const statusOf = async (by: string, account: string) => {
  const DetectorId = await running.detectorOf(by);
  const { Members = [] } = await running.guardDuty(by).getMembers({ DetectorId, AccountIds: [account] });
  return Members[0]?.RelationshipStatus;
};

describe("an account outside the organization", () => {
  beforeEach(async () => {
    await running.designate();
    await running.guardDuty(PARTNER).createDetector({ Enable: true });
  });

  it("is a member once it accepts, keeps what the administrator decides, and may leave again", async () => {
    const partner = running.guardDuty(PARTNER);
    const DetectorId = await running.detectorOf(PARTNER);
    const invited = await invite(AUDIT, PARTNER);
    const pending = await statusOf(AUDIT, PARTNER);
    const { InvitationsCount } = await partner.getInvitationsCount({});

    await accept(PARTNER, AUDIT);
    const enabled = await statusOf(AUDIT, PARTNER);
    const { Administrator } = await partner.getAdministratorAccount({ DetectorId });
    const refused = await errorOf(partner.updateDetector({ DetectorId, FindingPublishingFrequency: "ONE_HOUR" }));
    await partner.disassociateFromAdministratorAccount({ DetectorId });
    const left = await statusOf(AUDIT, PARTNER);

    expect(invited.UnprocessedAccounts).toEqual([]);
    expect([pending, enabled, left]).toEqual(["Invited", "Enabled", "Resigned"]);
    expect(InvitationsCount).toBe(1);
    expect((await partner.getInvitationsCount({})).InvitationsCount).toBe(0);
    expect(Administrator).toMatchObject({ AccountId: AUDIT, RelationshipStatus: "Enabled" });
    expect(refused.name).toBe("BadRequestException");
  });

  it("is asked only once it was created as a member, and accepts only what was sent to it", async () => {
    const DetectorId = await running.detectorOf(AUDIT);
    const early = await running.guardDuty(AUDIT).inviteMembers({ DetectorId, AccountIds: [PARTNER] });
    const unasked = await errorOf(accept(PARTNER, AUDIT));

    expect(early.UnprocessedAccounts?.[0]?.Result).toContain("not created by the current account as a member");
    expect(unasked).toMatchObject({
      name: "BadRequestException",
      message: expect.stringContaining("invitation ID is not associated"),
    });
  });

  it("is let go by the administrator even under ALL, which holds the organization's own accounts alone", async () => {
    await running.configure("ALL");
    running.minute();
    await invite(AUDIT, PARTNER);
    await accept(PARTNER, AUDIT);
    const guardDuty = running.guardDuty(AUDIT);
    const DetectorId = await running.detectorOf(AUDIT);

    const own = await errorOf(guardDuty.disassociateMembers({ DetectorId, AccountIds: [PROD] }));
    await guardDuty.disassociateMembers({ DetectorId, AccountIds: [PARTNER] });
    const removed = await statusOf(AUDIT, PARTNER);
    await guardDuty.deleteMembers({ DetectorId, AccountIds: [PARTNER] });

    expect(own.name).toBe("BadRequestException");
    expect(removed).toBe("Removed");
    expect(await statusOf(AUDIT, PARTNER)).toBeUndefined();
  });

  it("gets no plan by auto-enable, which is for the organization's accounts, but by its administrator's own call", async () => {
    await running.configure("ALL", [{ Name: "AI_PROTECTION", AutoEnable: "ALL" }]);
    await invite(AUDIT, PARTNER);
    await accept(PARTNER, AUDIT);
    running.minute();
    const [own, invited] = [
      await running.planOf(PROD, "AI_PROTECTION"),
      await running.planOf(PARTNER, "AI_PROTECTION"),
    ];

    await running.guardDuty(AUDIT).updateMemberDetectors({
      DetectorId: await running.detectorOf(AUDIT),
      AccountIds: [PARTNER],
      Features: [{ Name: "AI_PROTECTION", Status: "ENABLED" }],
    });

    expect([own?.Status, invited?.Status]).toEqual(["ENABLED", "DISABLED"]);
    expect(await running.planOf(PARTNER, "AI_PROTECTION")).toMatchObject({ Status: "ENABLED" });
  });

  it("has its invitation withdrawn with its membership, and can decline one", async () => {
    const guardDuty = running.guardDuty(AUDIT);
    const DetectorId = await running.detectorOf(AUDIT);
    await invite(AUDIT, PARTNER);
    await guardDuty.deleteMembers({ DetectorId, AccountIds: [PARTNER] });
    const withdrawn = await running.guardDuty(PARTNER).listInvitations({});
    await invite(AUDIT, PARTNER);
    await running.guardDuty(PARTNER).declineInvitations({ AccountIds: [AUDIT] });

    expect(withdrawn.Invitations).toEqual([]);
    expect((await running.guardDuty(PARTNER).getInvitationsCount({})).InvitationsCount).toBe(0);
  });

  it("keeps an administrator that invited it from deleting its detector", async () => {
    await invite(AUDIT, PARTNER);

    const error = await errorOf(
      running.guardDuty(AUDIT).deleteDetector({ DetectorId: await running.detectorOf(AUDIT) }),
    );

    expect(error.message).toContain("cannot delete detector while it has invited or associated members");
  });
});

describe("an account that accepted another administrator's invitation", () => {
  beforeEach(async () => {
    await running.guardDuty(STRANGER).createDetector({ Enable: true });
    await running.guardDuty(PROD).createDetector({ Enable: true });
    await invite(STRANGER, PROD);
    await accept(PROD, STRANGER);
    await running.designate();
  });

  it("is enrolled neither by ALL nor by name, until it leaves", async () => {
    const DetectorId = await running.detectorOf(AUDIT);
    await running.configure("ALL");
    running.minute();
    const under = await running.members();
    const created = await running.guardDuty(AUDIT).createMembers({
      DetectorId,
      AccountDetails: [{ AccountId: PROD, Email: "prod@example.com" }],
    });
    await running.guardDuty(PROD).disassociateFromAdministratorAccount({ DetectorId: await running.detectorOf(PROD) });
    running.minute();

    expect(under).toEqual([MANAGEMENT]);
    expect(created.UnprocessedAccounts?.[0]?.Result).toContain("already a member of another account");
    expect(await running.members()).toContain(PROD);
  });

  it("can't accept a second one", async () => {
    await invite(AUDIT, PARTNER);
    await running.guardDuty(PARTNER).createDetector({ Enable: true });
    await accept(PARTNER, AUDIT);

    const invited = await invite(STRANGER, PARTNER);

    expect(invited.UnprocessedAccounts?.[0]?.AccountId).toBe(PARTNER);
  });
});

describe("a plan that the region lacks", () => {
  it("is neither listed nor taken there, by a detector or for the organization", async () => {
    const audit = running.guardDuty(AUDIT, "ap-northeast-3");
    const { DetectorId = "" } = await audit.createDetector({ Enable: true });
    await running.designate(HOME);
    await running.designate("ap-northeast-3");
    const feature = { Name: "AI_PROTECTION" } as const;

    const { Features = [] } = await audit.getDetector({ DetectorId });
    const own = await errorOf(audit.updateDetector({ DetectorId, Features: [{ ...feature, Status: "ENABLED" }] }));
    const all = await errorOf(
      audit.updateOrganizationConfiguration({
        DetectorId,
        AutoEnableOrganizationMembers: "ALL",
        Features: [{ ...feature, AutoEnable: "ALL" }],
      }),
    );

    expect(Features.map(({ Name }) => Name)).not.toContain("AI_PROTECTION");
    expect([own, all].map(({ name, message }) => `${name}: ${message}`)).toEqual(
      Array(2).fill(expect.stringMatching(/^BadRequestException: .*AI_PROTECTION is not supported in this Region/)),
    );
  });
});
