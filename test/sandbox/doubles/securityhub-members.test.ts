import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AUDIT, errorOf, HOME, LINKED, MANAGEMENT, PROD, RunningPlane, UNIT } from "./plane";

const NEW = "444455556666";
let running: RunningPlane;

beforeEach(async () => {
  running = new RunningPlane({ enrolment: 1000, association: 1000 });
  await running.start();
  await running.securityHub(MANAGEMENT).enableOrganizationAdminAccount({ AdminAccountId: AUDIT });
});
afterEach(() => running.close());

const audit = (region = HOME) => running.securityHub(AUDIT, region);
const create = (...ids: string[]) => audit().createMembers({ AccountDetails: ids.map((AccountId) => ({ AccountId })) });
const statuses = async () =>
  ((await audit().listMembers({ OnlyAssociated: false })).Members ?? []).map((one) => [
    one.AccountId,
    one.MemberStatus,
  ]);

describe("members of Security Hub under LOCAL", () => {
  it("get Security Hub and the default standards when the administrator adds them", async () => {
    const { UnprocessedAccounts } = await create(PROD);

    expect(UnprocessedAccounts).toEqual([]);
    const { StandardsSubscriptions } = await running.securityHub(PROD).getEnabledStandards({});
    expect(StandardsSubscriptions?.map(({ StandardsArn }) => StandardsArn)).toEqual([
      `arn:aws:securityhub:${HOME}::standards/aws-foundational-security-best-practices/v/1.0.0`,
      "arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0",
    ]);
    expect(await statuses()).toEqual([[PROD, "Enabled"]]);
  });

  it("keep standards that they have already", async () => {
    await running.securityHub(PROD).enableSecurityHub({ EnableDefaultStandards: false });

    await create(PROD);

    expect((await running.securityHub(PROD).getEnabledStandards({})).StandardsSubscriptions).toEqual([]);
  });

  it("are not the administrator, nobody's account, a suspended one, or a management account without Security Hub", async () => {
    running.plane.organization.addAccount({ id: NEW, name: "old", parent: UNIT, status: "SUSPENDED" });

    const { UnprocessedAccounts } = await create(AUDIT, MANAGEMENT, NEW, "999999999999");

    expect(UnprocessedAccounts?.map(({ AccountId, ProcessingResult }) => `${AccountId}: ${ProcessingResult}`)).toEqual([
      `${AUDIT}: An account cannot be a member of itself`,
      `${MANAGEMENT}: The organization management account must enable Security Hub before it can become a member`,
      `${NEW}: Account ${NEW} is suspended`,
      "999999999999: Account 999999999999 does not exist",
    ]);
  });

  it("are at most 50 a call, and the administrator's alone to add", async () => {
    const many = Array.from({ length: 51 }, (_, index) => String(100000000000 + index));

    const [tooMany, tooManyLeft, nobody, elsewhere] = await Promise.all([
      errorOf(create(...many)),
      errorOf(audit().disassociateMembers({ AccountIds: many })),
      errorOf(running.securityHub(MANAGEMENT).createMembers({ AccountDetails: [{ AccountId: PROD }] })),
      errorOf(audit(LINKED).createMembers({ AccountDetails: [{ AccountId: PROD }] })),
    ]);

    expect([tooMany.name, tooManyLeft.name]).toEqual(["InvalidInputException", "InvalidInputException"]);
    expect([nobody.name, elsewhere.name]).toEqual(["InvalidAccessException", "InvalidAccessException"]);
  });

  it("of the organization are disassociated, keep Security Hub, and stay in the list, where nothing deletes them", async () => {
    await create(PROD);

    const early = await audit().deleteMembers({ AccountIds: [PROD] });
    await audit().disassociateMembers({ AccountIds: [PROD] });
    const late = await audit().deleteMembers({ AccountIds: [PROD] });

    for (const { UnprocessedAccounts } of [early, late])
      expect(UnprocessedAccounts?.[0]?.ProcessingResult).toBe(
        `Account ${PROD} belongs to the organization and cannot be deleted`,
      );
    expect(await statuses()).toEqual([[PROD, "Removed"]]);
    await expect(running.securityHub(PROD).describeHub({})).resolves.toMatchObject({ AutoEnableControls: true });
  });

  it.each([
    ["DEFAULT", 2],
    ["NONE", 0],
  ] as const)(
    "join by themselves when auto-enable is on, after a while, with standards %s",
    async (standards, count) => {
      await audit().updateOrganizationConfiguration({ AutoEnable: true, AutoEnableStandards: standards });
      running.clock.pass(1);
      running.plane.organization.addAccount({ id: NEW, name: "new", parent: UNIT });

      const soon = await statuses();
      running.clock.pass(1000);

      expect(soon).toEqual([]);
      expect(await statuses()).toEqual([[NEW, "Enabled"]]); // not PROD, which was there before
      expect((await running.securityHub(NEW).getEnabledStandards({})).StandardsSubscriptions).toHaveLength(count);
    },
  );

  it("do not join where auto-enable is off", async () => {
    await audit().updateOrganizationConfiguration({ AutoEnable: false });
    running.plane.organization.addAccount({ id: NEW, name: "new", parent: UNIT });
    running.clock.pass(5000);

    expect(await statuses()).toEqual([]);
  });
});

describe("an association that ends", () => {
  it("takes its time, during which its policy can't be deleted", async () => {
    const hub = audit();
    await hub.createFindingAggregator({ RegionLinkingMode: "SPECIFIED_REGIONS", Regions: [LINKED] });
    await hub.updateOrganizationConfiguration({
      AutoEnable: false,
      AutoEnableStandards: "NONE",
      OrganizationConfiguration: { ConfigurationType: "CENTRAL" },
    });
    const { Id } = await hub.createConfigurationPolicy({
      Name: "all",
      ConfigurationPolicy: {
        SecurityHub: {
          ServiceEnabled: true,
          EnabledStandardIdentifiers: [],
          SecurityControlsConfiguration: { DisabledSecurityControlIdentifiers: [] },
        },
      },
    });
    const target = { ConfigurationPolicyIdentifier: Id, Target: { OrganizationalUnitId: UNIT } };
    await hub.startConfigurationPolicyAssociation(target);
    running.clock.pass(1000);

    await hub.startConfigurationPolicyDisassociation(target);
    const early = await errorOf(hub.deleteConfigurationPolicy({ Identifier: Id }));
    const left = await hub.listConfigurationPolicyAssociations({
      Filters: { ConfigurationPolicyId: Id, AssociationType: "APPLIED" },
    });
    const governed = await errorOf(running.securityHub(PROD).disableSecurityHub({}));
    running.clock.pass(1000);
    await hub.deleteConfigurationPolicy({ Identifier: Id });

    expect(early.name).toBe("ResourceConflictException");
    expect(left.ConfigurationPolicyAssociationSummaries?.map((one) => [one.TargetId, one.AssociationStatus])).toEqual([
      [UNIT, "PENDING"],
    ]);
    expect(governed).toMatchObject({
      name: "AccessDeniedException",
      message: expect.stringContaining("managed by a configuration policy"),
    });
    await expect(running.securityHub(PROD).disableSecurityHub({})).resolves.toBeDefined();
  });
});
