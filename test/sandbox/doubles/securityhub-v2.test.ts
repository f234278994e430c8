import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AUDIT, errorOf, HOME, LINKED, MANAGEMENT, PROD, RunningPlane, UNIT } from "./plane";

const ROOT = "r-hakk";
const MINUTE = 60_000;
const managed = {
  name: "AccessDeniedException",
  message: "Account is part of an AWS Organization and is being managed by a Security Hub policy",
};

let running: RunningPlane;
beforeEach(async () => {
  running = await new RunningPlane({ organizationPolicy: MINUTE }).start();
});
afterEach(() => running.close());

const hub = (account: string, region = HOME) => running.securityHub(account, region);
const isOn = (account: string, region = HOME) =>
  hub(account, region)
    .describeSecurityHubV2({})
    .then(
      () => true,
      ({ name }: Error) => name,
    );
const OFF = "ResourceNotFoundException";

const content = (enable: object, disable: object = { "@@assign": [] }) =>
  JSON.stringify({ securityhub: { enable_in_regions: enable, disable_in_regions: disable } });
/** A policy, attached to the target. Returns its id. */
const attach = async (TargetId: string, Name: string, Content: string): Promise<string> => {
  const organizations = running.organizations(MANAGEMENT);
  await organizations.enablePolicyType({ RootId: ROOT, PolicyType: "SECURITYHUB_POLICY" }).catch(() => {});
  const { Policy } = await organizations.createPolicy({ Name, Description: "", Type: "SECURITYHUB_POLICY", Content });
  const PolicyId = Policy?.PolicySummary?.Id ?? "";
  await organizations.attachPolicy({ PolicyId, TargetId });
  return PolicyId;
};

describe("Security Hub V2 in an account that decides by itself", () => {
  it("is switched on and off by region, twice as well, and says where it is off as AWS does", async () => {
    const before = await errorOf(hub(PROD).describeSecurityHubV2({}));
    const { HubV2Arn } = await hub(PROD).enableSecurityHubV2({ Tags: { Owner: "team" } });
    const again = await hub(PROD).enableSecurityHubV2({});
    const { Tags } = await hub(PROD).listTagsForResource({ ResourceArn: HubV2Arn });
    const linked = await isOn(PROD, LINKED);
    await hub(PROD).disableSecurityHubV2({});

    expect(before).toMatchObject({ name: OFF, message: "You are not subscribed to HubV2" });
    expect(HubV2Arn).toMatch(new RegExp(`^arn:aws:securityhub:${HOME}:${PROD}:hubv2/`));
    expect(again).toMatchObject({ HubV2Arn });
    expect(Tags).toEqual({ Owner: "team" });
    expect([linked, await isOn(PROD)]).toEqual([OFF, OFF]);
  });
});

describe("Security Hub V2 under a policy of AWS Organizations", () => {
  it("comes on in time, in the regions named, in every account below, the management account and one that joins too", async () => {
    await attach(ROOT, "on", content({ "@@assign": [HOME] }));
    const early = await isOn(PROD);
    running.clock.pass(MINUTE);
    const reached = await Promise.all([MANAGEMENT, AUDIT, PROD].map((account) => isOn(account)));
    const elsewhere = await isOn(PROD, LINKED);
    running.plane.organization.addAccount({ id: "777788889999", name: "new" });
    const joining = await isOn("777788889999");
    running.clock.pass(MINUTE);

    expect([early, joining]).toEqual([OFF, OFF]);
    expect(reached).toEqual([true, true, true]);
    expect(elsewhere).toBe(OFF);
    expect(await isOn("777788889999")).toBe(true);
  });

  it("is not the account's to decide, in the regions that the policy names", async () => {
    await attach(ROOT, "on", content({ "@@assign": [HOME] }));

    const refused = await Promise.all([
      errorOf(hub(PROD).enableSecurityHubV2({})),
      errorOf(hub(PROD).disableSecurityHubV2({})),
    ]);

    expect(refused).toMatchObject([managed, managed]);
    await expect(hub(PROD, LINKED).enableSecurityHubV2({})).resolves.toHaveProperty("HubV2Arn");
  });

  it("is off where a policy nearer to the account has it off, whichever region the one above it names", async () => {
    await attach(ROOT, "on", content({ "@@assign": ["ALL_SUPPORTED"] }));
    await attach(UNIT, "off", content({ "@@assign": [] }, { "@@assign": [LINKED] }));
    await attach(PROD, "one", content({ "@@append": [HOME, LINKED] }, { "@@append": [] }));
    running.clock.pass(MINUTE);

    expect(await isOn(PROD)).toBe(true);
    expect(await isOn(PROD, LINKED)).toBe(OFF);
    expect(await isOn(AUDIT, LINKED)).toBe(true);
  });

  it("stays on when the policy goes, and goes off by one that says so", async () => {
    const policyId = await attach(ROOT, "on", content({ "@@assign": [HOME] }));
    running.clock.pass(MINUTE);
    const on = await isOn(PROD);
    await running.organizations(MANAGEMENT).detachPolicy({ PolicyId: policyId, TargetId: ROOT });
    running.clock.pass(MINUTE);
    const detached = await isOn(PROD);
    await attach(ROOT, "off", content({ "@@assign": [] }, { "@@assign": [HOME] }));
    running.clock.pass(MINUTE);

    expect([on, detached, await isOn(PROD)]).toEqual([true, true, OFF]);
  });
});

describe("the aggregator of V2", () => {
  const create = (account: string, linked: string[] = [LINKED], mode = "SPECIFIED_REGIONS") =>
    hub(account).createAggregatorV2({ RegionLinkingMode: mode, LinkedRegions: linked });
  beforeEach(() => running.deploySecurityHub());

  it("needs V2 where it is made, is the administrator's, and one alone, of regions by name", async () => {
    const early = await errorOf(create(AUDIT));
    await hub(AUDIT).enableSecurityHubV2({});
    await hub(PROD).enableSecurityHubV2({});
    const errors = await Promise.all([
      errorOf(create(PROD)),
      errorOf(create(AUDIT, [], "ALL_REGIONS")),
      errorOf(create(AUDIT, [HOME])),
      errorOf(create(AUDIT, [])),
    ]);
    const made = await create(AUDIT);
    const second = await errorOf(create(AUDIT));

    expect(early).toMatchObject({ name: "ConflictException", message: "Security Hub V2 is not enabled" });
    expect(errors.map(({ name }) => name)).toEqual([
      "AccessDeniedException",
      "ValidationException",
      "ValidationException",
      "ValidationException",
    ]);
    expect(made).toMatchObject({ AggregationRegion: HOME, LinkedRegions: [LINKED] });
    expect(second.name).toBe("ServiceQuotaExceededException");
  });

  it("is read and changed in its home region, and neither read nor deleted where V2 is off", async () => {
    await hub(AUDIT).enableSecurityHubV2({});
    await hub(AUDIT, LINKED).enableSecurityHubV2({});
    const { AggregatorV2Arn = "" } = await create(AUDIT);
    const elsewhere = await errorOf(hub(AUDIT, LINKED).deleteAggregatorV2({ AggregatorV2Arn }));
    const both = { RegionLinkingMode: "SPECIFIED_REGIONS", LinkedRegions: [LINKED, "ap-northeast-3"] };
    await hub(AUDIT).updateAggregatorV2({ AggregatorV2Arn, ...both });
    const listed = await hub(AUDIT).listAggregatorsV2({});
    const now = await hub(AUDIT).getAggregatorV2({ AggregatorV2Arn });
    await hub(AUDIT).disableSecurityHubV2({});
    const off = await Promise.all([
      errorOf(hub(AUDIT).getAggregatorV2({ AggregatorV2Arn })),
      errorOf(hub(AUDIT).deleteAggregatorV2({ AggregatorV2Arn })),
    ]);
    await hub(AUDIT).enableSecurityHubV2({});
    await hub(AUDIT).deleteAggregatorV2({ AggregatorV2Arn });

    expect(elsewhere.name).toBe("ValidationException");
    expect(listed.AggregatorsV2).toEqual([{ AggregatorV2Arn }]);
    expect(now).toMatchObject(both);
    expect(off.map(({ name }) => name)).toEqual(["ConflictException", "ConflictException"]);
    expect((await errorOf(hub(AUDIT).getAggregatorV2({ AggregatorV2Arn }))).name).toBe(OFF);
  });
});
