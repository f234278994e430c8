import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AUDIT, HOME, LINKED, MANAGEMENT, PROD, UNIT } from "../sandbox/doubles/plane";
import { detectionDefaults } from "../settings/configs";
import { type Org, organization } from "./organization";
import { reconcilerZip, type Zip } from "./zips";

const guardDuty = {
  ...detectionDefaults.guardDuty,
  adminAccountId: AUDIT,
  invited: [],
  plans: {
    ...detectionDefaults.guardDuty.plans,
    EKS_AUDIT_LOGS: { autoEnable: "NONE" as const, enabledIn: [], disabledIn: [] },
    RUNTIME_MONITORING: { autoEnable: "NONE" as const, enabledIn: [UNIT], disabledIn: [] },
  },
};
/** More than one call of 50 holds. */
const MANY = 120;
const everybody = MANY + 2; // with PROD and the management account

let zip: Zip;
let org: Org;
beforeAll(async () => {
  zip = await reconcilerZip({ guardDuty });
});
beforeEach(async () => {
  org = await organization(MANY);
});
afterEach(() => org.close());

const run = (action: "create" | "delete" = "create", crashAfter?: number) =>
  org.run(zip, { duty: org.duty(HOME), settings: "", tf: { action } }, crashAfter);

describe("the reconciler on deployment", () => {
  it("enrols every active account under ALL, the management account too, 50 a call, and changes nothing the second time", async () => {
    org.suspend("100000000001");

    const first = await run();
    const again = await run();

    expect(first.result).toEqual({
      done: { "members enrolled": everybody - 1, "members' plans set": 2 },
      warnings: [],
    });
    expect(again.result).toEqual({ done: {}, warnings: [] });
    const members = await org.members(HOME);
    expect(members).toHaveLength(everybody - 1);
    expect(members).toContain(MANAGEMENT);
    expect(members).not.toContain("100000000001");
  });

  it("enrols nobody under NEW and NONE, which leave existing accounts alone", async () => {
    await org.autoEnable("NEW");
    const underNew = await run();
    await org.autoEnable("NONE");
    const underNone = await run();

    expect([underNew.result, underNone.result]).toEqual([
      { done: {}, warnings: [] },
      { done: {}, warnings: [] },
    ]);
    expect(await org.members(HOME)).toEqual([]);
  });

  it("switches a plan off in members that have it, and on in a unit with all below it, agents too", async () => {
    await run();
    await org.setPlan("100000000007", { Name: "EKS_AUDIT_LOGS", Status: "ENABLED" });
    await org.setPlan(PROD, { Name: "RUNTIME_MONITORING", Status: "DISABLED" });

    const { result } = await run();

    expect(result).toEqual({ done: { "members' plans set": 2 }, warnings: [] });
    expect(await org.plan("100000000007", "EKS_AUDIT_LOGS")).toMatchObject({ Status: "DISABLED" });
    const runtime = await org.plan(PROD, "RUNTIME_MONITORING");
    expect(runtime).toMatchObject({ Status: "ENABLED" });
    expect(runtime?.AdditionalConfiguration?.map(({ Status }) => Status)).toEqual(["ENABLED", "ENABLED", "ENABLED"]);
    expect(await org.plan("100000000007", "RUNTIME_MONITORING")).toMatchObject({ Status: "DISABLED" });
  });

  it("goes on with the others where AWS refuses an account, and names it with region, reason and what to do", async () => {
    await org.deleteOwnDetector(MANAGEMENT);

    const { result } = await run();

    expect(result).toEqual({
      done: { "members enrolled": everybody - 1, "members' plans set": 1 },
      warnings: [
        expect.stringMatching(
          /^account 111111111111 is not covered by GuardDuty in ap-northeast-1: AWS says ".*has not enabled GuardDuty.*tried again every hour/,
        ),
      ],
    });
  });

  it("fails, naming service and region, where AWS refuses the whole call", async () => {
    const { error } = await org.run(zip, { duty: org.duty(HOME, "0".repeat(32)), tf: { action: "create" } });

    expect(error?.message).toMatch(
      /^guardDuty in ap-northeast-1: BadRequestException: .*not owned by the current account/,
    );
  });

  it("waits out throttling, and errors that pass", async () => {
    for (const operation of ["ListMembers", "CreateMembers", "GetMemberDetectors", "UpdateMemberDetectors"]) {
      org.plane.faults.guardduty.next(operation, { kind: "throttled" }, 2);
    }
    org.plane.faults.organizations.next("ListAccounts", { kind: "throttled" }, 2);

    const { result } = await run();

    expect(result).toMatchObject({ warnings: [] });
    expect(await org.members(HOME)).toHaveLength(everybody);
  });

  it("takes an account for enrolled whose reply was lost", async () => {
    org.plane.faults.guardduty.next("CreateMembers", { kind: "lostReply" });

    await run();
    const again = await run();

    expect(again.result).toEqual({ done: {}, warnings: [] });
    expect(await org.members(HOME)).toHaveLength(everybody);
  });
});

describe("the reconciler by its schedule", () => {
  it("does every duty whatever becomes of the others, and fails at the end with all reasons", async () => {
    const duties = [org.duty(HOME, "0".repeat(32)), org.duty(LINKED), org.duty("ap-northeast-3", "1".repeat(32))];

    const { error } = await org.run(zip, { duties });

    expect(error?.message.split("\n").sort()).toEqual([
      expect.stringMatching(/^guardDuty in ap-northeast-1: BadRequestException/),
      expect.stringMatching(/^guardDuty in ap-northeast-3: BadRequestException/),
    ]);
    expect(await org.members(LINKED)).toHaveLength(everybody);
  });

  it("covers an account that joined since", async () => {
    await org.run(zip, { duties: [org.duty(HOME)] });
    org.join("900000000001");

    const { result } = await org.run(zip, { duties: [org.duty(HOME)] });

    expect(result).toEqual({ done: { "members enrolled": 1 }, warnings: [] });
  });
});

describe("the reconciler on delete", () => {
  it("lets every member go under ALL, so that detector and designation can be deleted, and is quick the second time", async () => {
    await run();

    const { result } = await run("delete");
    const again = await run("delete");

    expect(result).toEqual({ done: { "members released": everybody }, warnings: [] });
    expect(again.result).toEqual({ done: {}, warnings: [] });
    expect(await org.members(HOME)).toEqual([]);
    await org.undesignate(HOME);
    await org.deleteOwnDetector(AUDIT);
  });

  it("has nothing to do where the detector is gone, whoever deleted it", async () => {
    const { result } = await org.run(zip, { duty: org.duty(HOME, "0".repeat(32)), tf: { action: "delete" } });

    expect(result).toEqual({ done: {}, warnings: [] });
  });

  it("leaves other regions as they are", async () => {
    await run();
    await org.run(zip, { duty: org.duty(LINKED), tf: { action: "create" } });

    await run("delete");

    expect(await org.members(LINKED)).toHaveLength(everybody);
    expect(await org.autoEnabled(LINKED)).toBe("ALL");
  });

  it("is not undone by an hourly run that comes after", async () => {
    await run();
    await run("delete");

    const { result } = await org.run(zip, { duties: [org.duty(HOME)] });

    expect(result).toEqual({ done: {}, warnings: [] });
    expect(await org.members(HOME)).toEqual([]);
  });
});

describe("the reconciler that is killed after its k-th call, for every k", () => {
  it.each([
    ["create", everybody],
    ["delete", 0],
  ] as const)(
    "comes to the same end by running again: %s",
    async (action, members) => {
      let calls = 0;
      for (let k = 1; k <= 40; k++) {
        await org.close();
        org = await organization(MANY);
        if (action === "delete") await run();
        const outcome = await run(action, k);
        const again = await run(action);

        expect(again.error).toBeUndefined();
        expect(await org.members(HOME)).toHaveLength(members);
        if (outcome.killed) continue;
        calls = outcome.calls;
        break;
      }
      expect(calls).toBeGreaterThan(8);
    },
    300_000,
  );
});
