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
const associationOf = (Target: { AccountId: string } | { OrganizationalUnitId: string }) =>
  running.securityHub(AUDIT).getConfigurationPolicyAssociation({ Target });

describe("a configuration policy", () => {
  it("is refused where its schema is not kept", async () => {
    await running.deploySecurityHub();
    const hub = policy("x").ConfigurationPolicy.SecurityHub;
    const create = (Name: string, SecurityHub: object) =>
      errorOf(running.securityHub(AUDIT).createConfigurationPolicy({ Name, ConfigurationPolicy: { SecurityHub } }));

    const withParameter = (name: string, Integer: number) => ({
      ...hub,
      SecurityControlsConfiguration: {
        DisabledSecurityControlIdentifiers: [],
        SecurityControlCustomParameters: [
          { SecurityControlId: "IAM.7", Parameters: { [name]: { ValueType: "CUSTOM", Value: { Integer } } } },
        ],
      },
    });

    const errors = await Promise.all([
      create("nothing", {}),
      create("no controls", { ...hub, SecurityControlsConfiguration: undefined }),
      create("both lists", {
        ...hub,
        SecurityControlsConfiguration: {
          EnabledSecurityControlIdentifiers: ["S3.1"],
          DisabledSecurityControlIdentifiers: [],
        },
      }),
      create("off with standards", {
        ServiceEnabled: false,
        EnabledStandardIdentifiers: hub.EnabledStandardIdentifiers,
      }),
      create("no standard", { ...hub, EnabledStandardIdentifiers: ["arn:aws:s3:::bucket"] }),
      create("no control", { ...hub, SecurityControlsConfiguration: { DisabledSecurityControlIdentifiers: ["root"] } }),
      create("no such parameter", withParameter("MaxAge", 60)),
      create("out of bounds", withParameter("MaxPasswordAge", 91)),
      create("", hub),
    ]);
    const sameName = await create("all", hub);

    expect(errors.map(({ name }) => name)).toEqual(Array(9).fill("InvalidInputException"));
    expect(errors[1]?.message).toContain("Enabled standards and security control configurations must be configured");
    expect(sameName.name).toBe("ResourceConflictException");
  });

  it("is read by id or ARN, listed, and changed", async () => {
    const Identifier = await running.deploySecurityHub();
    const audit = running.securityHub(AUDIT);

    const byId = await audit.getConfigurationPolicy({ Identifier });
    await audit.updateConfigurationPolicy({ Identifier: byId.Arn, Name: "renamed", Description: "for all" });
    const byArn = await audit.getConfigurationPolicy({ Identifier: byId.Arn });
    const { ConfigurationPolicySummaries } = await audit.listConfigurationPolicies({});
    const unknown = await errorOf(audit.getConfigurationPolicy({ Identifier: "none" }));

    expect(byArn).toMatchObject({ Id: Identifier, Name: "renamed", Description: "for all" });
    expect(byArn.ConfigurationPolicy).toEqual(policy("x").ConfigurationPolicy);
    expect(ConfigurationPolicySummaries?.map(({ Name }) => Name)).toEqual(["renamed"]);
    expect(unknown.name).toBe("ResourceNotFoundException");
  });

  it("switches controls off in its standards, sets parameters, and takes both back when it says so no more", async () => {
    const Identifier = await running.deploySecurityHub();
    const audit = running.securityHub(AUDIT);
    const { SecurityHub: hub } = policy("x").ConfigurationPolicy;
    const set = (off: string[], age?: number) =>
      audit.updateConfigurationPolicy({
        Identifier,
        ConfigurationPolicy: {
          SecurityHub: {
            ...hub,
            SecurityControlsConfiguration: {
              DisabledSecurityControlIdentifiers: off,
              SecurityControlCustomParameters: age
                ? [
                    {
                      SecurityControlId: "IAM.7",
                      Parameters: { MaxPasswordAge: { ValueType: "CUSTOM", Value: { Integer: age } } },
                    },
                  ]
                : [],
            },
          },
        },
      });
    const now = async () => {
      const prod = running.securityHub(PROD, LINKED);
      const { SecurityControls = [] } = await prod.batchGetSecurityControls({ SecurityControlIds: ["IAM.6", "IAM.7"] });
      return SecurityControls.map(({ SecurityControlStatus, Parameters }) => [
        SecurityControlStatus,
        Parameters?.MaxPasswordAge?.Value?.Integer,
      ]);
    };

    await set(["IAM.6"], 60);
    minute();
    const governed = await now();
    await set([]);
    const back = await now();

    expect(governed).toEqual([
      ["DISABLED", undefined],
      ["ENABLED", 60],
    ]);
    expect(back).toEqual([
      ["ENABLED", undefined],
      ["ENABLED", undefined],
    ]);
  });

  it("reaches the accounts of its target in home and linked regions, and takes their own decisions away", async () => {
    await running.deploySecurityHub();

    const before = await associationOf({ OrganizationalUnitId: UNIT });
    const offBefore = await hubIsOn(PROD);
    minute();
    const inherited = await associationOf({ AccountId: PROD });
    const refused = await Promise.all(
      [
        running.securityHub(PROD).disableSecurityHub({}),
        running.securityHub(PROD, LINKED).enableSecurityHub({}),
        running.securityHub(PROD).batchEnableStandards({ StandardsSubscriptionRequests: [] }),
        running.securityHub(PROD).updateSecurityHubConfiguration({ AutoEnableControls: false }),
      ].map((call) => errorOf(call)),
    );

    expect([before.AssociationStatus, before.AssociationType, offBefore]).toEqual(["PENDING", "APPLIED", false]);
    expect(inherited).toMatchObject({
      AssociationStatus: "SUCCESS",
      AssociationType: "INHERITED",
      TargetType: "ACCOUNT",
    });
    expect([await hubIsOn(PROD), await hubIsOn(PROD, LINKED), await hubIsOn(MANAGEMENT)]).toEqual([true, true, false]);
    expect(refused.map(({ name }) => name)).toEqual(Array(4).fill("AccessDeniedException"));
    expect(refused[0]?.message).toContain(`Account ${PROD} is managed by a configuration policy`);
  });

  it("leaves the way of reporting controls to the administrator, by a call of nothing else, which its members follow", async () => {
    const Id = await running.deploySecurityHub();
    const Target = { AccountId: AUDIT };
    await running.securityHub(AUDIT).startConfigurationPolicyAssociation({ ConfigurationPolicyIdentifier: Id, Target });
    minute();
    const audit = running.securityHub(AUDIT);
    const whole = await errorOf(
      audit.updateSecurityHubConfiguration({ AutoEnableControls: true, ControlFindingGenerator: "STANDARD_CONTROL" }),
    );
    await audit.updateSecurityHubConfiguration({ ControlFindingGenerator: "STANDARD_CONTROL" });
    const members = await errorOf(
      running.securityHub(PROD).updateSecurityHubConfiguration({ ControlFindingGenerator: "SECURITY_CONTROL" }),
    );

    expect([whole.name, members.name]).toEqual(["AccessDeniedException", "InvalidAccessException"]);
    expect(members.message).toBe(`Request contains configurations that cannot be updated by a member account ${PROD}`);
    const follows = async (account: string, region: string) =>
      (await running.securityHub(account, region).describeHub({})).ControlFindingGenerator;
    expect([await follows(AUDIT, HOME), await follows(PROD, HOME)]).toEqual(Array(2).fill("STANDARD_CONTROL"));
    expect([await follows(AUDIT, LINKED), await follows(PROD, LINKED)]).toEqual(Array(2).fill("SECURITY_CONTROL"));
  });

  it("fails for a management account that has not enabled Security Hub, and for a suspended one", async () => {
    const ConfigurationPolicyIdentifier = await running.deploySecurityHub();
    const audit = running.securityHub(AUDIT);
    running.plane.organization.addAccount({ id: "444444444444", name: "closed", status: "SUSPENDED" });

    const associate = (AccountId: string) =>
      audit.startConfigurationPolicyAssociation({ ConfigurationPolicyIdentifier, Target: { AccountId } });
    const started = await associate(MANAGEMENT);
    await associate("444444444444");
    minute();
    const management = await associationOf({ AccountId: MANAGEMENT });
    const suspended = await associationOf({ AccountId: "444444444444" });
    await running.securityHub(MANAGEMENT).enableSecurityHub({});
    await associate(MANAGEMENT);
    minute();
    const withHub = await associationOf({ AccountId: MANAGEMENT });

    expect(started.AssociationStatus).toBe("PENDING");
    expect([management, suspended, withHub].map(({ AssociationStatus }) => AssociationStatus)).toEqual([
      "FAILED",
      "FAILED",
      "SUCCESS",
    ]);
    expect(management.AssociationStatusMessage).toContain(MANAGEMENT);
  });

  it("is not there for a target of nobody's, nor for a target without association", async () => {
    const ConfigurationPolicyIdentifier = await running.deploySecurityHub();
    const audit = running.securityHub(AUDIT);

    const unknown = await errorOf(
      audit.startConfigurationPolicyAssociation({
        ConfigurationPolicyIdentifier,
        Target: { OrganizationalUnitId: "ou-none" },
      }),
    );
    const none = await errorOf(associationOf({ AccountId: MANAGEMENT }));
    await audit.startConfigurationPolicyAssociation({
      ConfigurationPolicyIdentifier: "SELF_MANAGED_SECURITY_HUB",
      Target: { AccountId: PROD },
    });
    minute();
    await running.securityHub(PROD).enableSecurityHub({});

    expect([unknown.name, none.name]).toEqual(["InvalidInputException", "ResourceNotFoundException"]);
    expect(await hubIsOn(PROD)).toBe(true);
  });
});
