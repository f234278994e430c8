import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AUDIT, errorOf, HOME, LINKED, MANAGEMENT, PROD, policy, RunningPlane, UNIT } from "./plane";

let running: RunningPlane;
beforeEach(async () => {
  running = await new RunningPlane({ association: 60_000 }).start();
});
afterEach(() => running.close());

const minute = () => running.clock.pass(60_000);
const hubIsOn = async (account: string, region = HOME) =>
  (await errorOf(running.securityHub(account, region).describeHub({}))).name !== "InvalidAccessException";
const designate = (region = HOME, AdminAccountId = AUDIT) =>
  running.securityHub(MANAGEMENT, region).enableOrganizationAdminAccount({ AdminAccountId });
const goCentral = (more: object = {}) =>
  running.securityHub(AUDIT).updateOrganizationConfiguration({
    AutoEnable: false,
    AutoEnableStandards: "NONE",
    OrganizationConfiguration: { ConfigurationType: "CENTRAL" },
    ...more,
  });

describe("a hub", () => {
  it("is enabled once for each account and region, changed, tagged and disabled", async () => {
    const prod = running.securityHub(PROD);
    const off = await errorOf(prod.describeHub({}));
    await prod.enableSecurityHub({ EnableDefaultStandards: false, Tags: { team: "soc" } });

    const again = await errorOf(prod.enableSecurityHub({}));
    await prod.updateSecurityHubConfiguration({ AutoEnableControls: false });
    const hub = await prod.describeHub({});
    const { Tags } = await prod.listTagsForResource({ ResourceArn: hub.HubArn });
    const { StandardsSubscriptions } = await prod.getEnabledStandards({});
    await prod.disableSecurityHub({});
    const gone = await errorOf(prod.disableSecurityHub({}));

    expect(off).toEqual({
      name: "InvalidAccessException",
      status: 401,
      message: `Account ${PROD} is not subscribed to AWS Security Hub`,
    });
    expect(again).toMatchObject({ name: "ResourceConflictException", status: 409 });
    expect(hub).toMatchObject({ HubArn: `arn:aws:securityhub:${HOME}:${PROD}:hub/default`, AutoEnableControls: false });
    expect([Tags, StandardsSubscriptions]).toEqual([{ team: "soc" }, []]);
    expect(gone).toMatchObject({ name: "ResourceNotFoundException", status: 404 });
  });

  it("has two standards unless told otherwise, and takes and gives up others", async () => {
    const prod = running.securityHub(PROD);
    await prod.enableSecurityHub({});
    const { Standards = [] } = await prod.describeStandards({});
    const StandardsArn = Standards.at(-1)?.StandardsArn ?? "";

    const { StandardsSubscriptions: added } = await prod.batchEnableStandards({
      StandardsSubscriptionRequests: [{ StandardsArn }],
    });
    const unknown = await errorOf(
      prod.batchEnableStandards({ StandardsSubscriptionRequests: [{ StandardsArn: "arn:aws:none" }] }),
    );
    const before = (await prod.getEnabledStandards({})).StandardsSubscriptions?.length;
    await prod.batchDisableStandards({ StandardsSubscriptionArns: [added?.[0]?.StandardsSubscriptionArn ?? ""] });
    const after = (await prod.getEnabledStandards({})).StandardsSubscriptions?.length;

    expect(unknown.name).toBe("InvalidInputException");
    expect([before, after]).toEqual([3, 2]);
  });
});

describe("designation", () => {
  it("is the management account's, of one account, and enables Security Hub there", async () => {
    const byAudit = await errorOf(running.securityHub(AUDIT).enableOrganizationAdminAccount({ AdminAccountId: AUDIT }));
    const stranger = await errorOf(designate(HOME, "999999999999"));
    await designate();
    const another = await errorOf(designate(LINKED, PROD));
    const { AdminAccounts } = await running.securityHub(MANAGEMENT).listOrganizationAdminAccounts({});

    expect([byAudit.name, stranger.name, another.name]).toEqual([
      "AccessDeniedException",
      "InvalidInputException",
      "ResourceConflictException",
    ]);
    expect(AdminAccounts).toEqual([{ AccountId: AUDIT, Status: "ENABLED" }]);
    expect([await hubIsOn(AUDIT), await hubIsOn(MANAGEMENT)]).toEqual([true, false]);
  });

  it("conflicts with another region's while the organization's first one is under way", async () => {
    const first = await Promise.all([designate(HOME), designate(LINKED)].map((call) => errorOf(call)));

    const refused = first.filter(({ name }) => name === "ResourceConflictException");
    const later = await designate(LINKED);

    expect(refused).toHaveLength(1);
    expect(later.AdminAccountId).toBe(AUDIT);
  });

  it("knows only CSPM", async () => {
    const error = await errorOf(
      running
        .securityHub(MANAGEMENT)
        .enableOrganizationAdminAccount({ AdminAccountId: AUDIT, Feature: "SecurityHubV2" }),
    );

    expect(error).toMatchObject({ name: "NotImplementedException", status: 501 });
  });
});

describe("the finding aggregator", () => {
  it("is one, of an account that is no member, and changes in its home region only", async () => {
    await running.deploySecurityHub();
    minute();
    const audit = running.securityHub(AUDIT);
    const { FindingAggregators = [] } = await audit.listFindingAggregators({});
    const FindingAggregatorArn = FindingAggregators[0]?.FindingAggregatorArn ?? "";
    const all = { RegionLinkingMode: "ALL_REGIONS" };

    const second = await errorOf(audit.createFindingAggregator(all));
    const byMember = await errorOf(running.securityHub(PROD).createFindingAggregator(all));
    const elsewhere = await errorOf(
      running.securityHub(AUDIT, LINKED).updateFindingAggregator({ FindingAggregatorArn, ...all }),
    );
    const underCentral = await errorOf(audit.deleteFindingAggregator({ FindingAggregatorArn }));
    const none = await errorOf(
      audit.updateFindingAggregator({ FindingAggregatorArn, RegionLinkingMode: "NO_REGIONS" }),
    );
    const changed = await audit.updateFindingAggregator({
      FindingAggregatorArn,
      RegionLinkingMode: "SPECIFIED_REGIONS",
      Regions: [LINKED],
    });
    const read = await audit.getFindingAggregator({ FindingAggregatorArn });

    expect([second, byMember, elsewhere, underCentral, none].map(({ name }) => name)).toEqual([
      "LimitExceededException",
      "AccessDeniedException",
      "InvalidInputException",
      "InvalidInputException",
      "InvalidInputException",
    ]);
    expect(changed).toMatchObject({ FindingAggregationRegion: HOME, Regions: [LINKED] });
    expect(read.RegionLinkingMode).toBe("SPECIFIED_REGIONS");
  });

  it("refuses modes and regions that don't go together", async () => {
    await running.securityHub(AUDIT).enableSecurityHub({});
    const create = (RegionLinkingMode: string, Regions?: string[]) =>
      errorOf(running.securityHub(AUDIT).createFindingAggregator({ RegionLinkingMode, Regions }));

    const errors = await Promise.all([
      create("SOME_REGIONS"),
      create("SPECIFIED_REGIONS"),
      create("ALL_REGIONS", [LINKED]),
      create("SPECIFIED_REGIONS", [HOME]),
      create("SPECIFIED_REGIONS", ["ap-northeast-9"]),
    ]);

    expect(errors.map(({ name }) => name)).toEqual(Array(5).fill("InvalidInputException"));
  });
});

describe("central configuration", () => {
  it("is the administrator's, in the home region, with a linked region, and nothing auto-enabled", async () => {
    await designate();
    const audit = running.securityHub(AUDIT);
    const byMember = await errorOf(running.securityHub(PROD).describeOrganizationConfiguration({}));
    const noAggregator = await errorOf(goCentral());
    const { FindingAggregatorArn } = await audit.createFindingAggregator({ RegionLinkingMode: "NO_REGIONS" });
    const nothingLinked = await errorOf(goCentral());
    await audit.updateFindingAggregator({ FindingAggregatorArn, RegionLinkingMode: "ALL_REGIONS" });
    const autoEnable = await errorOf(goCentral({ AutoEnable: true }));
    const standards = await errorOf(goCentral({ AutoEnableStandards: "DEFAULT" }));

    await goCentral();
    const pending = await audit.describeOrganizationConfiguration({});
    minute();
    const enabled = await audit.describeOrganizationConfiguration({});
    const inLinked = await running.securityHub(AUDIT, LINKED).describeOrganizationConfiguration({});

    expect(byMember.message).toBe(`Account ${PROD} is not an administrator for this organization`);
    expect([noAggregator, nothingLinked, autoEnable, standards].map(({ name }) => name)).toEqual(
      Array(4).fill("InvalidInputException"),
    );
    expect(pending.OrganizationConfiguration).toMatchObject({ ConfigurationType: "CENTRAL", Status: "PENDING" });
    expect(enabled.OrganizationConfiguration?.Status).toBe("ENABLED");
    expect(inLinked.OrganizationConfiguration?.ConfigurationType).toBe("CENTRAL");
  });

  it("is begun neither from a linked region nor by the management account", async () => {
    await designate();
    await running.securityHub(MANAGEMENT, LINKED).enableOrganizationAdminAccount({ AdminAccountId: AUDIT });
    await running.securityHub(AUDIT).createFindingAggregator({ RegionLinkingMode: "ALL_REGIONS" });
    const central = {
      AutoEnable: false,
      AutoEnableStandards: "NONE" as const,
      OrganizationConfiguration: { ConfigurationType: "CENTRAL" as const },
    };

    const linked = await errorOf(running.securityHub(AUDIT, LINKED).updateOrganizationConfiguration(central));
    const management = await errorOf(running.securityHub(MANAGEMENT).updateOrganizationConfiguration(central));

    expect(linked).toMatchObject({ name: "InvalidAccessException", message: expect.stringContaining("home Region") });
    expect(management.name).toBe("InvalidAccessException");
  });

  it("has no home in a region that accounts must opt in to", async () => {
    const audit = running.securityHub(AUDIT, "ap-east-1");
    await running.securityHub(MANAGEMENT, "ap-east-1").enableOrganizationAdminAccount({ AdminAccountId: AUDIT });
    await audit.createFindingAggregator({ RegionLinkingMode: "ALL_REGIONS" });

    const refused = await errorOf(
      audit.updateOrganizationConfiguration({
        AutoEnable: false,
        AutoEnableStandards: "NONE",
        OrganizationConfiguration: { ConfigurationType: "CENTRAL" },
      }),
    );

    expect(refused).toMatchObject({
      name: "InvalidInputException",
      message: expect.stringContaining("opt-in Region ap-east-1"),
    });
  });

  it("is what policies need, in the home region", async () => {
    await designate();
    await running.securityHub(AUDIT).createFindingAggregator({ RegionLinkingMode: "ALL_REGIONS" });

    const local = await errorOf(running.securityHub(AUDIT).createConfigurationPolicy(policy("all")));
    await goCentral();
    const linked = await errorOf(running.securityHub(AUDIT, LINKED).createConfigurationPolicy(policy("all")));
    const member = await errorOf(running.securityHub(PROD).listConfigurationPolicies({}));

    expect([local, linked, member].map(({ name }) => name)).toEqual(Array(3).fill("AccessDeniedException"));
  });

  it("is taken down in one order: associations, policies, LOCAL, administrator", async () => {
    const Identifier = await running.deploySecurityHub();
    minute();
    const audit = running.securityHub(AUDIT);
    const management = running.securityHub(MANAGEMENT);
    const local = () =>
      audit.updateOrganizationConfiguration({
        AutoEnable: false,
        AutoEnableStandards: "NONE",
        OrganizationConfiguration: { ConfigurationType: "LOCAL" },
      });
    const removeAdmin = () => management.disableOrganizationAdminAccount({ AdminAccountId: AUDIT });
    const Target = { OrganizationalUnitId: UNIT };

    const policyFirst = await errorOf(audit.deleteConfigurationPolicy({ Identifier }));
    const localFirst = await errorOf(local());
    const adminFirst = await errorOf(removeAdmin());
    const hubFirst = await errorOf(audit.disableSecurityHub({}));
    await audit.startConfigurationPolicyDisassociation({ ConfigurationPolicyIdentifier: Identifier, Target });
    const twice = await errorOf(
      audit.startConfigurationPolicyDisassociation({ ConfigurationPolicyIdentifier: Identifier, Target }),
    );
    minute();
    await audit.deleteConfigurationPolicy({ Identifier });
    await local();
    const { FindingAggregators = [] } = await audit.listFindingAggregators({});
    await audit.deleteFindingAggregator({ FindingAggregatorArn: FindingAggregators[0]?.FindingAggregatorArn });
    await removeAdmin();
    await audit.disableSecurityHub({});
    const linked = await running.securityHub(MANAGEMENT, LINKED).listOrganizationAdminAccounts({});

    expect([policyFirst, localFirst, adminFirst, hubFirst, twice].map(({ name }) => name)).toEqual([
      "ResourceConflictException",
      "ResourceConflictException",
      "InvalidInputException",
      "InvalidInputException",
      "ResourceNotFoundException",
    ]);
    expect(linked.AdminAccounts).toEqual([]);
    expect(await hubIsOn(PROD)).toBe(true);
  });
});
