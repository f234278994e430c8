import { afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { AUDIT, HOME, PROD } from "../sandbox/doubles/plane";
import { detectionDefaults } from "../settings/configs";
import { type Org, organization } from "./organization";
import { reconcilerZip, type Zip } from "./zips";

const PARTNER = "999900001111";
/** Of another company too, and invited by hand. */
const OTHER = "999900002222";
const ALL = { autoEnable: "ALL" as const, enabledIn: [], disabledIn: [] };
const guardDuty = {
  ...detectionDefaults.guardDuty,
  adminAccountId: AUDIT,
  invited: [PARTNER],
  plans: {
    ...detectionDefaults.guardDuty.plans,
    RDS_LOGIN_EVENTS: { ...ALL, autoEnable: "NEW" as const },
    EKS_AUDIT_LOGS: { ...ALL, autoEnable: "NONE" as const },
    S3_DATA_EVENTS: { ...ALL, autoEnable: "NEW" as const, disabledIn: [PARTNER] },
    RUNTIME_MONITORING: ALL,
  },
  agents: ["EC2_AGENT_MANAGEMENT" as const],
};
const everyPlan = { ...guardDuty, plans: { ...guardDuty.plans, EKS_AUDIT_LOGS: ALL, S3_DATA_EVENTS: ALL } };

let zip: Zip;
let leftToAws: Zip;
let org: Org;
beforeAll(async () => {
  zip = await reconcilerZip({ guardDuty });
  leftToAws = await reconcilerZip({ guardDuty: everyPlan });
});
beforeEach(async () => {
  org = await organization(0);
  await org.invite(PARTNER);
});
afterEach(() => org.close());

const run = (action: "create" | "delete" = "create", which = zip) =>
  org.run(which, { duty: org.duty(HOME), settings: "", tf: { action } });
const statusOf = async (account: string, plan: string) => (await org.plan(account, plan))?.Status;

it("sets each plan of an invited account, since AWS sets none there: ALL and NEW are on, with the agents that are wanted", async () => {
  await org.setPlan(PARTNER, { Name: "RDS_LOGIN_EVENTS", Status: "DISABLED" });

  await run();
  const again = await run();

  const plans = ["AI_PROTECTION", "RDS_LOGIN_EVENTS", "EKS_AUDIT_LOGS", "S3_DATA_EVENTS", "RUNTIME_MONITORING"];
  expect(await Promise.all(plans.map((plan) => statusOf(PARTNER, plan)))).toEqual([
    ...["ENABLED", "ENABLED"],
    ...["DISABLED", "DISABLED"],
    "ENABLED",
  ]);
  const { AdditionalConfiguration } = (await org.plan(PARTNER, "RUNTIME_MONITORING")) ?? {};
  expect(AdditionalConfiguration?.filter(({ Status }) => Status === "ENABLED").map(({ Name }) => Name)).toEqual([
    "EC2_AGENT_MANAGEMENT",
  ]);
  expect(again.result).toEqual({ done: {}, warnings: [] });
});

it("switches a plan on again there, also where AWS does all of it for the organization, whose members it leaves alone", async () => {
  await run("create", leftToAws);
  await org.setPlan(PARTNER, { Name: "AI_PROTECTION", Status: "DISABLED" });
  await org.setPlan(PROD, { Name: "AI_PROTECTION", Status: "DISABLED" });

  const { result } = await org.run(leftToAws, { duties: [org.duty(HOME)] });

  expect(result).toEqual({ done: { "members' plans set": 1 }, warnings: [] });
  expect(await statusOf(PARTNER, "AI_PROTECTION")).toBe("ENABLED");
});

it("releases nobody while an invited account is a member, says who must leave first, and leaves auto-enable as it is", async () => {
  await run();
  const members = await org.members(HOME);

  const { error } = await run("delete");

  expect(error?.message).toMatch(
    /^guardDuty in ap-northeast-1: Error: nobody was released: 999900001111 of hakken:invitedAccounts is a member in ap-northeast-1 still, .* pulumi destroy of that account's own stack first; .* disassociate-members --region ap-northeast-1 --detector-id [0-9a-f]{32} --account-ids 999900001111$/,
  );
  expect([await org.members(HOME), await org.autoEnabled(HOME)]).toEqual([members, "ALL"]);
});

it("releases everybody once it has left, those too that were invited by hand", async () => {
  await org.invite(OTHER);
  await run();
  await org.leave(PARTNER);

  const { result } = await run("delete");

  // With prod and the management account, and the one that is listed as having left.
  expect(result).toEqual({ done: { "members released": 4 }, warnings: [] });
  expect(await org.members(HOME)).toEqual([]);
});
