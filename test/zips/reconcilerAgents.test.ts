import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AUDIT, HOME, MANAGEMENT, PROD } from "../sandbox/doubles/plane";
import { detectionDefaults } from "../settings/configs";
import { type Org, organization } from "./organization";
import { reconcilerZip, type Zip } from "./zips";

/** More than one call of 50 holds. */
const MANY = 60;
const everybody = MANY + 2; // with PROD and the management account
const ALL_THREE = ["ECS_FARGATE_AGENT_MANAGEMENT", "EC2_AGENT_MANAGEMENT", "EKS_ADDON_MANAGEMENT"] as const;

const settings = (autoEnable: "ALL" | "NEW") => ({
  ...detectionDefaults.guardDuty,
  adminAccountId: AUDIT,
  invited: [],
  plans: {
    ...detectionDefaults.guardDuty.plans,
    RUNTIME_MONITORING: { autoEnable, enabledIn: [], disabledIn: [] },
  },
  agents: ["EC2_AGENT_MANAGEMENT" as const],
});

const zips: Partial<Record<"ALL" | "NEW", Zip>> = {};
let org: Org;
beforeAll(async () => {
  zips.ALL = await reconcilerZip({ guardDuty: settings("ALL") });
  zips.NEW = await reconcilerZip({ guardDuty: settings("NEW") });
});
beforeEach(async () => {
  org = await organization(MANY);
});
afterEach(() => org.close());

const run = async (autoEnable: "ALL" | "NEW") =>
  (await org.run(zips[autoEnable] as Zip, { duty: org.duty(HOME), tf: { action: "update" } })).result;
const runtime = async (account: string) => {
  const plan = await org.plan(account, "RUNTIME_MONITORING");
  const agents = plan?.AdditionalConfiguration?.filter(({ Status }) => Status === "ENABLED").map(({ Name }) => Name);
  return [plan?.Status, ...(agents ?? [])];
};
const withAgents = (account: string, Status: "ENABLED" | "DISABLED" = "ENABLED") =>
  org.setPlan(account, {
    Name: "RUNTIME_MONITORING",
    Status,
    AdditionalConfiguration: ALL_THREE.map((Name) => ({ Name, Status: "ENABLED" })),
  });

describe.each(["ALL", "NEW"] as const)("agents that were taken out of the settings, with the plan %s", (autoEnable) => {
  it("are taken off members that have them; the others, and accounts without the plan, are left as they are", async () => {
    await run(autoEnable);
    await withAgents(PROD);
    await withAgents("100000000055");
    await withAgents(MANAGEMENT, "DISABLED");
    await org.setPlan("100000000002", { Name: "RUNTIME_MONITORING", Status: "ENABLED" });

    const first = await run(autoEnable);
    const again = await run(autoEnable);

    expect(first).toEqual({ done: { "members' plans set": 2 }, warnings: [] });
    expect(again).toEqual({ done: {}, warnings: [] });
    expect(await runtime(PROD)).toEqual(["ENABLED", "EC2_AGENT_MANAGEMENT"]);
    expect(await runtime("100000000055")).toEqual(["ENABLED", "EC2_AGENT_MANAGEMENT"]);
    expect(await runtime("100000000002")).toEqual(["ENABLED"]);
    expect(await runtime(MANAGEMENT)).toEqual(["DISABLED", ...ALL_THREE]);
    expect(await org.members(HOME)).toHaveLength(everybody);
  });
});
