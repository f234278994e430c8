import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { finding } from "./findings";
import { AUDIT, errorOf, HOME, LINKED, MANAGEMENT, PROD, RunningPlane } from "./plane";

const PARTNER = "666666666666";
const STRANGER = "777777777777";

let running: RunningPlane;
beforeEach(async () => {
  running = new RunningPlane();
  await running.start();
  const { organization } = running.plane;
  for (const id of [PARTNER, STRANGER]) {
    organization.addAccount({ id, name: id });
    organization.removeAccount(id);
  }
  await running.deploySecurityHub();
  await running.securityHub(AUDIT, LINKED).enableSecurityHub({ EnableDefaultStandards: false });
  for (const region of [HOME, LINKED])
    await running.securityHub(PARTNER, region).enableSecurityHub({ EnableDefaultStandards: false });
});
afterEach(() => running.close());

/** Creates an account as a member of another, and invites it. */
async function invite(by: string, account: string, region = HOME) {
  const hub = running.securityHub(by, region);
  await hub.createMembers({ AccountDetails: [{ AccountId: account, Email: "security@partner.example.com" }] });
  return (await hub.inviteMembers({ AccountIds: [account] })).UnprocessedAccounts?.[0]?.ProcessingResult;
}

async function accept(account: string, AdministratorId: string, region = HOME) {
  const hub = running.securityHub(account, region);
  const { Invitations = [] } = await hub.listInvitations({});
  const InvitationId = Invitations.find((one) => one.AccountId === AdministratorId)?.InvitationId ?? "none";
  return hub.acceptAdministratorInvitation({ AdministratorId, InvitationId });
}

const statusOf = async (by: string, account: string, region = HOME) => {
  const { Members = [] } = await running.securityHub(by, region).getMembers({ AccountIds: [account] });
  return Members[0]?.MemberStatus;
};

const administratorOf = async (account: string, region = HOME) =>
  (await running.securityHub(account, region).getAdministratorAccount({})).Administrator?.AccountId;

describe("an account outside the organization", () => {
  it("is a member once it accepts, may leave by itself, and accept the same invitation again", async () => {
    const partner = running.securityHub(PARTNER);
    const refused = await invite(AUDIT, PARTNER);
    const pending = await statusOf(AUDIT, PARTNER);
    const { InvitationsCount } = await partner.getInvitationsCount({});

    await accept(PARTNER, AUDIT);
    const enabled = [await statusOf(AUDIT, PARTNER), await administratorOf(PARTNER)];
    const twice = await errorOf(accept(PARTNER, AUDIT));
    await partner.disassociateFromAdministratorAccount({});
    const left = [await statusOf(AUDIT, PARTNER), await administratorOf(PARTNER)];
    await accept(PARTNER, AUDIT);

    expect(refused).toBeUndefined();
    expect([pending, ...enabled, ...left]).toEqual(["Invited", "Enabled", AUDIT, "Resigned", undefined]);
    expect([InvitationsCount, (await partner.getInvitationsCount({})).InvitationsCount]).toEqual([1, 0]);
    expect(twice.name).toBe("InvalidInputException");
    expect(await statusOf(AUDIT, PARTNER)).toBe("Enabled");
  });

  it("is governed by no policy, and decides by itself", async () => {
    await invite(AUDIT, PARTNER);
    await accept(PARTNER, AUDIT);
    running.clock.pass(1000);
    const partner = running.securityHub(PARTNER);
    const standard = "arn:aws:securityhub:ap-northeast-1::standards/aws-foundational-security-best-practices/v/1.0.0";

    const { StandardsSubscriptions } = await partner.getEnabledStandards({});
    await partner.batchEnableStandards({ StandardsSubscriptionRequests: [{ StandardsArn: standard }] });
    const aggregator = await errorOf(partner.createFindingAggregator({ RegionLinkingMode: "ALL_REGIONS" }));

    expect(StandardsSubscriptions).toEqual([]);
    expect(aggregator.name).toBe("AccessDeniedException");
  });

  it("is asked only once it was created as a member, and accepts only what was sent to it, with Security Hub on", async () => {
    const hub = running.securityHub(AUDIT);
    const early = await hub.inviteMembers({ AccountIds: [PARTNER, PROD] });
    const unasked = await errorOf(accept(PARTNER, AUDIT));
    await invite(AUDIT, STRANGER);
    const off = await errorOf(accept(STRANGER, AUDIT));

    expect(early.UnprocessedAccounts?.map(({ ProcessingResult }) => ProcessingResult)).toEqual([
      `Account ${PARTNER} is not a member`,
      `Account ${PROD} belongs to the organization and needs no invitation`,
    ]);
    expect(unasked).toMatchObject({ name: "ResourceNotFoundException", message: expect.stringContaining("no such") });
    expect(off).toMatchObject({ name: "InvalidAccessException", message: expect.stringContaining("not subscribed") });
  });

  it("is let go by the administrator, comes back by another invitation alone, and is deleted after that", async () => {
    const hub = running.securityHub(AUDIT);
    await invite(AUDIT, PARTNER);
    await accept(PARTNER, AUDIT);

    const enabled = await hub.deleteMembers({ AccountIds: [PARTNER] });
    await hub.disassociateMembers({ AccountIds: [PARTNER] });
    const removed = [await statusOf(AUDIT, PARTNER), await administratorOf(PARTNER)];
    const stale = await errorOf(accept(PARTNER, AUDIT));
    await hub.inviteMembers({ AccountIds: [PARTNER] });
    await accept(PARTNER, AUDIT);
    await hub.disassociateMembers({ AccountIds: [PARTNER] });
    const deleted = await hub.deleteMembers({ AccountIds: [PARTNER] });

    expect(enabled.UnprocessedAccounts?.[0]?.ProcessingResult).toContain("must be disassociated first");
    expect([...removed, stale.name]).toEqual(["Removed", undefined, "ResourceNotFoundException"]);
    expect(deleted.UnprocessedAccounts).toEqual([]);
    expect(await statusOf(AUDIT, PARTNER)).toBeUndefined();
    expect((await running.securityHub(PARTNER).listInvitations({})).Invitations).toEqual([]);
  });

  it("leaves with Security Hub itself, and can decline", async () => {
    const partner = running.securityHub(PARTNER);
    await invite(AUDIT, PARTNER);
    await accept(PARTNER, AUDIT);

    await partner.disableSecurityHub({});
    const off = await statusOf(AUDIT, PARTNER);
    await partner.declineInvitations({ AccountIds: [AUDIT] });
    const again = await partner.declineInvitations({ AccountIds: [AUDIT] });

    expect(off).toBe("Resigned");
    expect((await partner.listInvitations({})).Invitations).toEqual([]);
    expect(again.UnprocessedAccounts).toMatchObject([{ AccountId: AUDIT }]);
  });

  it("stays when an account of the organization leaves, which is then a member no more", async () => {
    await invite(AUDIT, PARTNER);
    await accept(PARTNER, AUDIT);

    running.plane.organization.removeAccount(PROD);

    expect([await statusOf(AUDIT, PARTNER), await statusOf(AUDIT, PROD)]).toEqual(["Enabled", undefined]);
  });
});

describe("findings of an invited account", () => {
  const imported = async (region: string) => {
    const one = finding({
      AwsAccountId: PARTNER,
      ProductArn: `arn:aws:securityhub:${region}:${PARTNER}:product/${PARTNER}/default`,
    });
    const { FailedFindings } = await running.securityHub(PARTNER, region).batchImportFindings({ Findings: [one] });
    expect(FailedFindings).toEqual([]);
    await running.plane.drained();
    return running.heard.map(({ account, region: where }) => `${account} ${where}`).sort();
  };

  const seen = async (region: string) =>
    ((await running.securityHub(AUDIT, region).getFindings({})).Findings ?? []).length;

  it("are nobody's but its own before it accepts", async () => {
    await invite(AUDIT, PARTNER);

    expect(await imported(HOME)).toEqual([`${PARTNER} ${HOME}`]);
    expect(await seen(HOME)).toBe(0);
  });

  it("reach the administrator in the home region from a linked one, where it is a member in both", async () => {
    for (const region of [HOME, LINKED]) {
      await invite(AUDIT, PARTNER, region);
      await accept(PARTNER, AUDIT, region);
    }

    expect(await imported(LINKED)).toEqual([
      `${AUDIT} ${HOME}`,
      `${AUDIT} ${LINKED}`,
      `${PARTNER} ${HOME}`,
      `${PARTNER} ${LINKED}`,
    ]);
    expect([await seen(HOME), await seen(LINKED)]).toEqual([1, 1]);
  });

  it.each([
    ["in the linked region alone", LINKED, [`${AUDIT} ${LINKED}`, `${PARTNER} ${LINKED}`]],
    ["in the home region alone", HOME, [`${PARTNER} ${HOME}`, `${PARTNER} ${LINKED}`]],
  ])("don't get from a linked to the home region for a member %s", async (_where, region, heard) => {
    await invite(AUDIT, PARTNER, region);
    await accept(PARTNER, AUDIT, region);

    expect(await imported(LINKED)).toEqual(heard);
    expect(await seen(HOME)).toBe(0);
  });
});

describe("an account that accepted another administrator's invitation", () => {
  beforeEach(async () => {
    await running.securityHub(STRANGER).enableSecurityHub({});
    await invite(STRANGER, PARTNER);
    await accept(PARTNER, STRANGER);
  });

  it("can be neither a member of a second one, nor an administrator", async () => {
    const hub = running.securityHub(AUDIT);
    const created = await hub.createMembers({ AccountDetails: [{ AccountId: PARTNER }] });
    const asked = await errorOf(running.securityHub(PARTNER).createMembers({ AccountDetails: [{ AccountId: PROD }] }));

    expect(created.UnprocessedAccounts?.[0]?.ProcessingResult).toContain("already a member of another account");
    expect(asked).toMatchObject({ name: "InvalidAccessException", message: expect.stringContaining("is a member") });
  });

  it("keeps that one's Security Hub on", async () => {
    const error = await errorOf(running.securityHub(STRANGER).disableSecurityHub({}));

    expect(error).toMatchObject({ name: "InvalidInputException", message: expect.stringContaining("administrator") });
  });

  it("is not enrolled by the administrator of an organization that it joins", async () => {
    running.plane.organization.addAccount({ id: PARTNER, name: "partner" });

    expect(await administratorOf(PARTNER)).toBe(STRANGER);
    expect(await statusOf(AUDIT, PARTNER)).toBeUndefined();
  });
});

describe("a member of the organization", () => {
  it("cannot leave its administrator", async () => {
    await running.securityHub(MANAGEMENT).enableSecurityHub({});
    const error = await errorOf(running.securityHub(MANAGEMENT).disassociateFromAdministratorAccount({}));

    expect(error.name).toBe("InvalidAccessException");
  });
});
