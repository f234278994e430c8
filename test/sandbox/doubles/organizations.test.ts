import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AUDIT, errorOf, MANAGEMENT, PROD, RunningPlane, UNIT } from "./plane";

const service = "config.amazonaws.com";
let running: RunningPlane;
beforeEach(async () => {
  running = await new RunningPlane().start();
});
afterEach(() => running.close());

const register = (AccountId: string, ServicePrincipal = service) =>
  running.organizations(MANAGEMENT).registerDelegatedAdministrator({ AccountId, ServicePrincipal });
const trust = (ServicePrincipal = service) =>
  running.organizations(MANAGEMENT).enableAWSServiceAccess({ ServicePrincipal });

describe("reading", () => {
  it("tells every account of its organization", async () => {
    const { Organization } = await running.organizations(PROD).describeOrganization({});

    expect(Organization).toMatchObject({ MasterAccountId: MANAGEMENT, FeatureSet: "ALL" });
  });

  it("does not know an account of nobody's", async () => {
    const error = await errorOf(running.organizations("999999999999").describeOrganization({}));

    expect(error).toMatchObject({ name: "AWSOrganizationsNotInUseException", status: 400 });
  });

  it("shows accounts, units and parents to the management account", async () => {
    const management = running.organizations(MANAGEMENT);
    const root = (await management.listRoots({})).Roots?.[0]?.Id;

    const { Accounts = [] } = await management.listAccounts({});
    const { OrganizationalUnits } = await management.listOrganizationalUnitsForParent({ ParentId: root });
    const { Parents } = await management.listParents({ ChildId: PROD });
    const { Account } = await management.describeAccount({ AccountId: PROD });

    expect(Accounts.map(({ Id }) => Id)).toEqual([MANAGEMENT, AUDIT, PROD]);
    expect(OrganizationalUnits?.map(({ Name }) => Name)).toEqual(["workload"]);
    expect(Parents).toEqual([{ Id: UNIT, Type: "ORGANIZATIONAL_UNIT" }]);
    expect(Account).toMatchObject({ Name: "prod", Status: "ACTIVE" });
    expect(Account?.JoinedTimestamp).toBeInstanceOf(Date);
  });

  it("gives 20 accounts a page, and refuses a token of another's", async () => {
    for (let n = 0; n < 20; n += 1) running.plane.organization.addAccount({ id: `${400000000000 + n}`, name: `n${n}` });
    const management = running.organizations(MANAGEMENT);

    const first = await management.listAccounts({});
    const second = await management.listAccounts({ NextToken: first.NextToken });
    const error = await errorOf(management.listAccounts({ NextToken: "made-up" }));

    expect([first.Accounts?.length, second.Accounts?.length, second.NextToken]).toEqual([20, 3, undefined]);
    expect(error.name).toBe("InvalidInputException");
  });

  it("is for the management account and for delegated administrators", async () => {
    const before = await errorOf(running.organizations(AUDIT).listAccounts({}));
    await trust();
    await register(AUDIT);
    const after = await running.organizations(AUDIT).listAccounts({});

    expect(before).toMatchObject({ name: "AccessDeniedException" });
    expect(after.Accounts).toHaveLength(3);
  });

  it("names what is not there", async () => {
    const management = running.organizations(MANAGEMENT);

    const names = await Promise.all([
      errorOf(management.describeAccount({ AccountId: "999999999999" })),
      errorOf(management.listParents({ ChildId: "999999999999" })),
      errorOf(management.listOrganizationalUnitsForParent({ ParentId: "ou-none" })),
    ]);

    expect(names.map(({ name }) => name)).toEqual([
      "AccountNotFoundException",
      "ChildNotFoundException",
      "ParentNotFoundException",
    ]);
  });
});

describe("delegation", () => {
  it("refuses everybody but the management account", async () => {
    const audit = running.organizations(AUDIT);
    const whom = { AccountId: AUDIT, ServicePrincipal: service };

    const errors = await Promise.all([
      errorOf(audit.enableAWSServiceAccess({ ServicePrincipal: service })),
      errorOf(audit.disableAWSServiceAccess({ ServicePrincipal: service })),
      errorOf(audit.registerDelegatedAdministrator(whom)),
      errorOf(audit.deregisterDelegatedAdministrator(whom)),
    ]);

    expect(errors.map(({ name }) => name)).toEqual(Array(4).fill("AccessDeniedException"));
  });

  it("needs trusted access first", async () => {
    const error = await errorOf(register(AUDIT));

    expect(error).toMatchObject({
      name: "ConstraintViolationException",
      message: "You must enable service access before you register a delegated administrator.",
    });
  });

  it("registers once, lists, and deregisters once", async () => {
    await trust();
    await register(AUDIT);
    const management = running.organizations(MANAGEMENT);
    const whom = { AccountId: AUDIT, ServicePrincipal: service };

    const again = await errorOf(register(AUDIT));
    const listed = await management.listDelegatedAdministrators({ ServicePrincipal: service });
    const services = await management.listDelegatedServicesForAccount({ AccountId: AUDIT });
    const inUse = await errorOf(management.disableAWSServiceAccess({ ServicePrincipal: service }));
    await management.deregisterDelegatedAdministrator(whom);
    const gone = await errorOf(management.deregisterDelegatedAdministrator(whom));
    await management.disableAWSServiceAccess({ ServicePrincipal: service });
    const { EnabledServicePrincipals } = await management.listAWSServiceAccessForOrganization({});

    expect(again.name).toBe("AccountAlreadyRegisteredException");
    expect(listed.DelegatedAdministrators?.map(({ Id }) => Id)).toEqual([AUDIT]);
    expect(services.DelegatedServices?.map((one) => one.ServicePrincipal)).toEqual([service]);
    expect(inUse.name).toBe("ConstraintViolationException");
    expect(gone.name).toBe("AccountNotRegisteredException");
    expect(EnabledServicePrincipals).toEqual([]);
  });

  it("refuses the management account, strangers, and a second administrator of GuardDuty", async () => {
    const guardDuty = "guardduty.amazonaws.com";
    await trust(guardDuty);
    await register(AUDIT, guardDuty);

    const errors = [
      await errorOf(register(MANAGEMENT, guardDuty)),
      await errorOf(register("999999999999", guardDuty)),
      await errorOf(register(PROD, guardDuty)),
    ];

    expect(errors.map(({ name }) => name)).toEqual([
      "ConstraintViolationException",
      "AccountNotFoundException",
      "ConstraintViolationException",
    ]);
  });

  it("takes the administrator of a service away in every region when it is deregistered here", async () => {
    await running.guardDuty(MANAGEMENT).enableOrganizationAdminAccount({ AdminAccountId: AUDIT });
    await running.guardDuty(MANAGEMENT, "us-east-1").enableOrganizationAdminAccount({ AdminAccountId: AUDIT });

    await running
      .organizations(MANAGEMENT)
      .deregisterDelegatedAdministrator({ AccountId: AUDIT, ServicePrincipal: "guardduty.amazonaws.com" });
    const home = await running.guardDuty(MANAGEMENT).listOrganizationAdminAccounts({});
    const linked = await running.guardDuty(MANAGEMENT, "us-east-1").listOrganizationAdminAccounts({});

    expect([home.AdminAccounts, linked.AdminAccounts]).toEqual([[], []]);
  });
});

it("refuses members and operations that the service does not know", async () => {
  const url = running.endpoint("organizations");
  const post = (target: string, body: object) =>
    fetch(url, {
      method: "POST",
      body: JSON.stringify(body),
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": `AWSOrganizationsV20161128.${target}`,
        "x-sandbox-account": MANAGEMENT,
        "x-sandbox-region": "us-east-1",
      },
    });

  const answers = await Promise.all([
    post("ListAccounts", { Typo: 1 }),
    post("DescribeAccount", {}),
    post("Nonsense", {}),
    post("CreateAccount", { AccountName: "a", Email: "a@example.com" }),
    fetch(url, { method: "POST", headers: { "x-amz-target": "AWSOrganizationsV20161128.ListAccounts" } }),
  ]);

  expect(answers.map((answer) => [answer.status, answer.headers.get("x-amzn-errortype")])).toEqual([
    [400, "InvalidInputException"],
    [400, "InvalidInputException"],
    [400, "UnknownOperationException"],
    [501, "NotImplementedException"],
    [403, "UnrecognizedClientException"],
  ]);
});
