import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AUDIT, errorOf, HOME, LINKED, PROD, RunningPlane, UNIT } from "../sandbox/doubles/plane";
import { runtimeModules, runZip } from "./run";
import { reconcilerZip, type Zip } from "./zips";

let zip: Zip;
let running: RunningPlane;
let policyId: string;
beforeAll(async () => {
  const regions = [HOME, LINKED, "ap-northeast-3"];
  zip = await reconcilerZip({ securityHub: { homeRegion: HOME, controlFindings: "STANDARD_CONTROL", regions } });
});
beforeEach(async () => {
  running = await new RunningPlane({ association: 60_000 }).start();
  policyId = await running.deploySecurityHub();
});
afterEach(() => running.close());

const run = (data: Record<string, string>, action: "create" | "delete", crashAfter?: number) =>
  runZip(
    zip,
    { duty: { kind: "securityHub", region: HOME, data }, tf: { action } },
    {
      NODE_PATH: runtimeModules(),
      AWS_REGION: HOME,
      AWS_ENDPOINT_URL_SECURITYHUB: running.endpoint("securityhub"),
      AWS_ENDPOINT_URL_ORGANIZATIONS: running.endpoint("organizations"),
      AWS_ACCESS_KEY_ID: AUDIT,
      AWS_SECRET_ACCESS_KEY: "x",
    },
    crashAfter,
  );
const audit = () => running.securityHub(AUDIT);
let passing: NodeJS.Timeout | undefined;
afterEach(() => clearInterval(passing));
/** Lets AWS's time pass while the function waits, however late a busy machine has it ask. */
const later = () => {
  passing = setInterval(() => running.clock.pass(60_000), 1_000);
};

describe("the reconciler, of Security Hub's policies", () => {
  it("takes a policy from its targets before it is deleted, and waits until AWS has done so", async () => {
    running.clock.pass(60_000);
    const early = await errorOf(audit().deleteConfigurationPolicy({ Identifier: policyId }));
    later();

    const { result } = await run({ policyId }, "delete");
    await audit().deleteConfigurationPolicy({ Identifier: policyId });

    expect(early.name).toBe("ResourceConflictException");
    expect(result).toEqual({ done: { "targets released": 1 }, warnings: [] });
  });

  it("waits for what the deployment has begun to take away", async () => {
    running.clock.pass(60_000);
    const target = { ConfigurationPolicyIdentifier: policyId, Target: { OrganizationalUnitId: UNIT } };
    await audit().startConfigurationPolicyDisassociation(target);
    later();

    const { result } = await run({ policyId }, "delete");

    expect(result).toEqual({ done: { "targets released": 1 }, warnings: [] });
    await expect(audit().deleteConfigurationPolicy({ Identifier: policyId })).resolves.toBeDefined();
  });

  it("goes on where it was killed, and has nothing to do once central configuration is over", async () => {
    running.clock.pass(60_000);
    await run({ policyId }, "delete", 3); // once AWS has been asked to take it away
    running.clock.pass(60_000);
    await audit().deleteConfigurationPolicy({ Identifier: policyId });
    await audit().updateOrganizationConfiguration({
      AutoEnable: false,
      OrganizationConfiguration: { ConfigurationType: "LOCAL" },
    });

    expect((await run({ policyId }, "delete")).result).toEqual({ done: {}, warnings: [] });
  });

  it("says how controls are reported wherever the administrator's policy has come, which members follow, and once", async () => {
    const before = await run({}, "create");
    const target = { ConfigurationPolicyIdentifier: policyId, Target: { AccountId: AUDIT } };
    await audit().startConfigurationPolicyAssociation(target);
    running.clock.pass(60_000);

    const after = await run({}, "create");
    const again = await run({}, "create");

    // At first it is on in the home region alone.
    expect(before.result).toEqual({ done: { "regions' control findings set": 1 }, warnings: [] });
    expect(after.result).toEqual({ done: { "regions' control findings set": 2 }, warnings: [] });
    expect(again.result).toEqual({ done: {}, warnings: [] });
    const member = await running.securityHub(PROD, LINKED).describeHub({});
    expect(member.ControlFindingGenerator).toBe("STANDARD_CONTROL");
  });

  it("takes nothing away when it is made, and tells by the hour what failed, with account and reason", async () => {
    running.plane.organization.addAccount({ id: "555566667777", name: "old", parent: UNIT, status: "SUSPENDED" });
    running.clock.pass(60_000);

    const made = await run({ policyId }, "create");
    const hourly = await run({}, "create");

    expect(made.result).toEqual({ done: {}, warnings: [] });
    expect(hourly.result).toEqual({
      done: { "regions' control findings set": 1 },
      warnings: [
        expect.stringMatching(/failed for ou-hakk-workload: AWS says ".*could not be applied to 555566667777\."/),
      ],
    });
  });
});
