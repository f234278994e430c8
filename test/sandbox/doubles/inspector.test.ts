import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AUDIT, errorOf, HOME, LINKED, MANAGEMENT, PROD, RunningPlane } from "./plane";

const NEW = "555555555555";
let running: RunningPlane;
beforeEach(async () => {
  running = await new RunningPlane({ scanning: 60_000, designation: 5 }).start();
});
afterEach(() => running.close());

const client = (account: string, region = HOME) => running.inspector(account, region);
const designate = (region = HOME, delegatedAdminAccountId = AUDIT) =>
  client(MANAGEMENT, region).enableDelegatedAdminAccount({ delegatedAdminAccountId });
const enable = (account = AUDIT) => client(account).enable({ resourceTypes: ["EC2", "LAMBDA"] });
const statusOf = async (account: string) => {
  const { accounts } = await client(account).batchGetAccountStatus({ accountIds: [account] });
  return accounts?.[0]?.resourceState?.ec2?.status;
};

describe("designation", () => {
  it("is the management account's, region by region, for one account, the first region alone", async () => {
    const byMember = await errorOf(client(AUDIT).enableDelegatedAdminAccount({ delegatedAdminAccountId: AUDIT }));
    const toManagement = await errorOf(designate(HOME, MANAGEMENT));
    const [first, second] = await Promise.allSettled([designate(HOME), designate(LINKED)]);
    await designate(LINKED);
    const again = await errorOf(designate(HOME));
    const other = await errorOf(designate("ap-northeast-3", PROD));
    const listed = await client(MANAGEMENT, LINKED).listDelegatedAdminAccounts({});

    expect(byMember.name).toBe("AccessDeniedException");
    expect(toManagement.name).toBe("ValidationException");
    expect([first.status, second.status === "rejected" && second.reason.name]).toEqual([
      "fulfilled",
      "ConflictException",
    ]);
    expect([again.name, other.name]).toEqual(["ConflictException", "ConflictException"]);
    expect(listed.delegatedAdminAccounts).toEqual([{ accountId: AUDIT, status: "ENABLED" }]);
  });

  it("ends where it is taken back, and nowhere else", async () => {
    await designate();
    await designate(LINKED);

    await client(MANAGEMENT).disableDelegatedAdminAccount({ delegatedAdminAccountId: AUDIT });
    const again = await errorOf(client(MANAGEMENT).disableDelegatedAdminAccount({ delegatedAdminAccountId: AUDIT }));
    const here = await errorOf(client(AUDIT).listMembers({}));
    const there = await client(AUDIT, LINKED).listMembers({});

    expect([again.name, here.name]).toEqual(["ResourceNotFoundException", "AccessDeniedException"]);
    expect(there.members).toEqual([]);
  });
});

describe("scanning", () => {
  it("goes on and off in time, and Lambda's code with Lambda alone", async () => {
    const code = await errorOf(client(PROD).enable({ resourceTypes: ["LAMBDA_CODE"] }));
    await enable(PROD);
    const at = [await statusOf(PROD)];
    const early = await client(PROD).disable({});
    running.clock.pass(60_000);
    at.push(await statusOf(PROD));
    await client(PROD).disable({});
    at.push(await statusOf(PROD));
    const late = await client(PROD).enable({ resourceTypes: ["EC2"] });
    running.clock.pass(60_000);
    at.push(await statusOf(PROD));

    expect(code.name).toBe("ValidationException");
    expect(at).toEqual(["ENABLING", "ENABLED", "DISABLING", "DISABLED"]);
    expect([early, late].map(({ failedAccounts }) => failedAccounts?.[0]?.errorCode)).toEqual([
      "ENABLE_IN_PROGRESS",
      "DISABLE_IN_PROGRESS",
    ]);
  });

  it("of other accounts is the administrator's, once they are associated", async () => {
    await designate();
    const strangers = await client(AUDIT).enable({ accountIds: [PROD], resourceTypes: ["EC2"] });
    await client(AUDIT).associateMember({ accountId: PROD });
    const members = await client(AUDIT).enable({ accountIds: [PROD], resourceTypes: ["EC2"] });
    running.clock.pass(60_000);
    const own = await client(PROD).disable({});
    const others = await client(PROD).batchGetAccountStatus({ accountIds: [AUDIT] });
    const many = await errorOf(
      client(AUDIT).enable({ accountIds: Array.from({ length: 101 }, () => PROD), resourceTypes: ["EC2"] }),
    );

    expect(strangers.failedAccounts).toEqual([
      {
        accountId: PROD,
        errorCode: "ACCESS_DENIED",
        errorMessage: "Invoking account does not have access to this account",
      },
    ]);
    expect(members).toMatchObject({ accounts: [{ accountId: PROD, status: "ENABLING" }], failedAccounts: [] });
    expect([own, others].map(({ failedAccounts }) => failedAccounts?.[0]?.errorCode)).toEqual([
      "ACCESS_DENIED",
      "ACCESS_DENIED",
    ]);
    expect(many.name).toBe("ValidationException");
  });

  it("of the administrator ends after its last member has gone", async () => {
    await designate();
    await enable();
    running.clock.pass(60_000);
    await client(AUDIT).associateMember({ accountId: PROD });

    const early = await client(AUDIT).disable({});
    await client(AUDIT).disassociateMember({ accountId: PROD });
    const late = await client(AUDIT).disable({});

    expect([early, late].map(({ failedAccounts }) => failedAccounts?.map(({ errorCode }) => errorCode))).toEqual([
      ["DISASSOCIATE_ALL_MEMBERS"],
      [],
    ]);
  });
});

describe("members", () => {
  it("are associated once, active ones of the organization, the management account after it enabled Inspector itself", async () => {
    await designate();
    running.plane.organization.addAccount({ id: NEW, name: "closing", status: "SUSPENDED" });
    const associate = (accountId: string) => client(AUDIT).associateMember({ accountId });
    await associate(PROD);

    const errors = [
      await errorOf(associate(PROD)),
      await errorOf(associate(AUDIT)),
      await errorOf(associate("999999999999")),
      await errorOf(associate(NEW)),
      await errorOf(associate(MANAGEMENT)),
      await errorOf(client(PROD).associateMember({ accountId: MANAGEMENT })),
    ];
    await enable(MANAGEMENT);
    await associate(MANAGEMENT);
    const { members } = await client(AUDIT).listMembers({});

    expect(errors.map(({ name }) => name)).toEqual([
      "ValidationException",
      "ValidationException",
      "AccessDeniedException",
      "ValidationException",
      "ValidationException",
      "AccessDeniedException",
    ]);
    expect(members?.map(({ accountId, relationshipStatus }) => [accountId, relationshipStatus])).toEqual([
      [PROD, "ENABLED"],
      [MANAGEMENT, "ENABLED"],
    ]);
  });

  it("come by themselves only from among accounts that join after auto-enable was set", async () => {
    await designate();
    const autoEnable = { ec2: true, ecr: false, lambda: false };
    const update = (more: object = {}) =>
      client(AUDIT).updateOrganizationConfiguration({ autoEnable: { ...autoEnable, ...more } });
    const disabled = await errorOf(update());
    await enable();
    const codeAlone = await errorOf(update({ lambdaCode: true }));
    await update();
    running.clock.pass(1_000);
    running.plane.organization.addAccount({ id: NEW, name: "new" });

    const { members } = await client(AUDIT).listMembers({});
    running.clock.pass(60_000);

    expect([disabled.name, codeAlone.name]).toEqual(["AccessDeniedException", "ValidationException"]);
    expect(members?.map(({ accountId }) => accountId)).toEqual([NEW]);
    expect(await statusOf(NEW)).toBe("ENABLED");
    expect(await statusOf(PROD)).toBe("DISABLED");
  });
});
