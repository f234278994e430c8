import { Inspector2 } from "@aws-sdk/client-inspector2";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { differences } from "../../../ops/adopt/differences";
import { FINDERS } from "../../../ops/adopt/finders";
import type { Around, Found } from "../../../ops/adopt/finding";
import { AUDIT, HOME, LINKED, MANAGEMENT, PROD, policy, RunningPlane, UNIT } from "../../sandbox/doubles/plane";
import { accountIn, finding } from "./inDoubles";

const plane = new RunningPlane();
beforeAll(() => plane.start());
afterAll(() => plane.close());

const account = (id: string) => accountIn(plane, id);
const find = finding(plane);

describe("what GuardDuty has", () => {
  const DETECTOR = "aws:guardduty/detector:Detector";
  const ADMIN = "aws:guardduty/organizationAdminAccount:OrganizationAdminAccount";
  let id: string;

  beforeAll(async () => {
    const made = await plane.guardDuty(AUDIT).createDetector({ Enable: true, FindingPublishingFrequency: "ONE_HOUR" });
    id = made.DetectorId ?? "";
  });

  it("is the account's detector in the region, with its settings and plans; nothing where there is none", async () => {
    const detector = await find(DETECTOR, { region: HOME });
    const feature = await find("aws:guardduty/detectorFeature:DetectorFeature", {
      region: HOME,
      name: "S3_DATA_EVENTS",
    });

    expect(detector).toEqual({ id, now: { enable: true, findingPublishingFrequency: "ONE_HOUR", tags: {} } });
    expect(feature).toMatchObject({ now: { status: "ENABLED" } });
    expect(feature).not.toHaveProperty("id");
    expect(await find(DETECTOR, { region: LINKED })).toBeUndefined();
  });

  it("is in the way where another account administers, with the command that ends it", async () => {
    await plane.guardDuty(PROD).createDetector({ Enable: true });
    const management = plane.guardDuty(MANAGEMENT);
    await management.createDetector({ Enable: true });
    await management.enableOrganizationAdminAccount({ AdminAccountId: PROD });
    const prod = plane.guardDuty(PROD);
    const { DetectorIds = [] } = await prod.listDetectors({});
    await prod.createMembers({
      DetectorId: DetectorIds[0],
      AccountDetails: [{ AccountId: AUDIT, Email: "audit@example.com" }],
    });

    const member = await find(DETECTOR, { region: HOME });
    const admin = await find(ADMIN, { region: HOME, adminAccountId: AUDIT }, MANAGEMENT);
    const ours = await find(ADMIN, { region: HOME, adminAccountId: PROD }, MANAGEMENT);
    const memberOfOurs = await find(DETECTOR, { region: HOME }, AUDIT, { administrator: PROD });

    expect(member).toMatchObject({
      what: expect.stringContaining(`account ${AUDIT} is a member of GuardDuty's administrator ${PROD} in ${HOME}`),
      fix: expect.stringContaining(`disassociate-from-administrator-account --detector-id ${id} --region ${HOME}`),
    });
    expect(admin).toMatchObject({
      what: `${PROD} is GuardDuty's delegated administrator in ${HOME}, and not ${AUDIT}`,
      fix: expect.stringContaining(
        `aws guardduty disable-organization-admin-account --admin-account-id ${PROD} --region ${HOME}`,
      ),
    });
    expect(ours).toEqual({ id: PROD, now: { adminAccountId: PROD } });
    expect(memberOfOurs).toMatchObject({ id });
  });

  it("is what the administrator set for the organization, and nothing for who is none", async () => {
    const ORGANIZATION = "aws:guardduty/organizationConfiguration:OrganizationConfiguration";
    const FEATURE = "aws:guardduty/organizationConfigurationFeature:OrganizationConfigurationFeature";
    const { DetectorIds = [] } = await plane.guardDuty(PROD).listDetectors({});

    const set = await find(ORGANIZATION, { region: HOME }, PROD);
    const feature = await find(FEATURE, { region: HOME, name: "S3_DATA_EVENTS" }, PROD);

    expect(set).toEqual({ id: DetectorIds[0], now: { autoEnableOrganizationMembers: "NONE" } });
    expect(feature).toMatchObject({ now: { autoEnable: "NONE" } });
    expect(await find(ORGANIZATION, { region: HOME }, AUDIT)).toBeUndefined();
  });
});

describe("what Security Hub has", () => {
  it("is nothing where it is off", async () => {
    expect(await find("aws:securityhub/account:Account", { region: LINKED })).toBeUndefined();
    expect(await find("aws:securityhub/findingAggregator:FindingAggregator", { region: LINKED })).toBeUndefined();
  });

  it("is hub, aggregator, configuration, policy and association, and what goes with a policy", async () => {
    const id = await plane.deploySecurityHub();
    const standard = policy("all").ConfigurationPolicy.SecurityHub.EnabledStandardIdentifiers[0];
    const arn = (await plane.securityHub(AUDIT).listFindingAggregators({})).FindingAggregators?.[0];

    const hub = await find("aws:securityhub/account:Account", { region: HOME });
    const aggregator = await find("aws:securityhub/findingAggregator:FindingAggregator", { region: HOME });
    const central = await find("aws:securityhub/organizationConfiguration:OrganizationConfiguration", { region: HOME });
    const named = await find("aws:securityhub/configurationPolicy:ConfigurationPolicy", { region: HOME, name: "all" });
    const other = await find("aws:securityhub/configurationPolicy:ConfigurationPolicy", { region: HOME, name: "ours" });
    const ASSOCIATION = "aws:securityhub/configurationPolicyAssociation:ConfigurationPolicyAssociation";
    const association = await find(ASSOCIATION, { region: HOME, targetId: UNIT });
    const admin = await find(
      "aws:securityhub/organizationAdminAccount:OrganizationAdminAccount",
      { region: HOME, adminAccountId: PROD },
      MANAGEMENT,
    );

    expect(hub).toMatchObject({ id: AUDIT, now: { controlFindingGenerator: "SECURITY_CONTROL" } });
    expect(aggregator).toMatchObject({ id: arn?.FindingAggregatorArn, now: { linkingMode: "ALL_REGIONS" } });
    expect(central).toMatchObject({
      id: AUDIT,
      now: { autoEnable: false, organizationConfiguration: { configurationType: "CENTRAL" } },
    });
    expect(named).toMatchObject({
      id,
      now: { name: "all", configurationPolicy: { serviceEnabled: true, enabledStandardArns: [standard] } },
    });
    expect(other).toBeUndefined();
    expect(association).toMatchObject({
      id: UNIT,
      now: { policyId: id },
      loses: [expect.stringContaining(`${standard} goes off`)],
    });
    expect(admin).toMatchObject({
      what: expect.stringContaining(`${AUDIT} is Security Hub's delegated administrator`),
    });
  });

  it("is an aggregator elsewhere, which is in the way of the home region", async () => {
    const found = await find("aws:securityhub/findingAggregator:FindingAggregator", {
      region: LINKED,
      specifiedRegions: [HOME],
    });

    expect(found).toMatchObject({
      what: `Security Hub gathers findings in ${HOME}, and not in ${LINKED}`,
      fix: expect.stringContaining("set hakken:homeRegion"),
    });
  });
});

describe("who is a member by invitation", () => {
  const PARTNER = "666666666666";
  const types = {
    guardDuty: ["aws:guardduty/member:Member", "aws:guardduty/inviteAccepter:InviteAccepter"],
    securityHub: ["aws:securityhub/member:Member", "aws:securityhub/inviteAccepter:InviteAccepter"],
  } as const;
  const region = HOME;
  const all = async (administrator: string) => ({
    guardDuty: await find(types.guardDuty[0], { region, accountId: PARTNER }, administrator),
    securityHub: await find(types.securityHub[0], { region, accountId: PARTNER }, administrator),
    acceptedGuardDuty: await find(types.guardDuty[1], { region, masterAccountId: administrator }, PARTNER),
    acceptedSecurityHub: await find(types.securityHub[1], { region, masterId: administrator }, PARTNER),
  });

  it("is found by its administrator, and by itself once it has accepted", async () => {
    plane.plane.organization.addAccount({ id: PARTNER, name: "partner" });
    plane.plane.organization.removeAccount(PARTNER);
    const nothing = await all(AUDIT);
    const [audit, partner] = [plane.guardDuty(AUDIT), plane.guardDuty(PARTNER)];
    const { DetectorIds: [DetectorId] = [] } = await audit.listDetectors({});
    await audit.createMembers({ DetectorId, AccountDetails: [{ AccountId: PARTNER, Email: "aws@example.com" }] });
    await audit.inviteMembers({ DetectorId, AccountIds: [PARTNER] });
    const hub = plane.securityHub(AUDIT);
    await hub.createMembers({ AccountDetails: [{ AccountId: PARTNER, Email: "aws@example.com" }] });
    const created = await find(types.securityHub[0], { region, accountId: PARTNER }, AUDIT);
    await hub.inviteMembers({ AccountIds: [PARTNER] });
    const invited = await all(AUDIT);
    const { DetectorId: own } = await partner.createDetector({ Enable: true });
    const { Invitations: [first] = [] } = await partner.listInvitations({});
    const AdministratorId = AUDIT;
    await partner.acceptAdministratorInvitation({
      AdministratorId,
      DetectorId: own,
      InvitationId: first?.InvitationId,
    });
    const theirs = plane.securityHub(PARTNER);
    await theirs.enableSecurityHub({});
    const { Invitations: [second] = [] } = await theirs.listInvitations({});
    await theirs.acceptAdministratorInvitation({ AdministratorId, InvitationId: second?.InvitationId });

    const member = {
      guardDuty: {
        id: `${DetectorId}:${PARTNER}`,
        now: { accountId: PARTNER, email: "aws@example.com", invite: true },
      },
      securityHub: { id: PARTNER, now: { accountId: PARTNER } },
    };
    expect([nothing, created]).toEqual([{}, undefined]);
    expect(invited).toEqual(member);
    expect(await all(AUDIT)).toEqual({
      ...member,
      acceptedGuardDuty: { id: own, now: { masterAccountId: AUDIT } },
      acceptedSecurityHub: { id: PARTNER, now: { masterId: AUDIT } },
    });
    expect((await all(MANAGEMENT)).acceptedSecurityHub).toBeUndefined();
  });
});

describe("what AWS Organizations has", () => {
  it("is trusted access and delegated administrators, by service", async () => {
    const organizations = plane.organizations(MANAGEMENT);
    await organizations.enableAWSServiceAccess({ ServicePrincipal: "config.amazonaws.com" });
    await organizations.registerDelegatedAdministrator({ AccountId: AUDIT, ServicePrincipal: "config.amazonaws.com" });
    const DELEGATED = "aws:organizations/delegatedAdministrator:DelegatedAdministrator";
    const servicePrincipal = "config.amazonaws.com";

    const access = await find("aws:organizations/awsServiceAccess:AwsServiceAccess", { servicePrincipal }, MANAGEMENT);
    const ours = await find(DELEGATED, { servicePrincipal, accountId: AUDIT }, MANAGEMENT);
    const other = await find(DELEGATED, { servicePrincipal, accountId: PROD }, MANAGEMENT);

    expect(access).toEqual({ id: servicePrincipal, now: { servicePrincipal } });
    expect(ours).toMatchObject({ id: `${AUDIT}/${servicePrincipal}` });
    expect(other).toBeUndefined();
  });

  it("is policies by name with their attachments, compared by what they say", async () => {
    const organizations = plane.organizations(MANAGEMENT);
    const { Roots = [] } = await organizations.listRoots({});
    await organizations.enablePolicyType({ RootId: Roots[0]?.Id, PolicyType: "SERVICE_CONTROL_POLICY" });
    const Statement = [{ Effect: "Deny", Action: "guardduty:DeleteDetector", Resource: "*" }];
    const { Policy: policy } = await organizations.createPolicy({
      Content: JSON.stringify({ Version: "2012-10-17", Statement }, undefined, 2),
      Description: "by hand",
      Name: "hakken",
      Type: "SERVICE_CONTROL_POLICY",
    });
    const id = policy?.PolicySummary?.Id;
    await organizations.attachPolicy({ PolicyId: id, TargetId: UNIT });
    const [POLICY, ATTACHMENT] = [
      "aws:organizations/policy:Policy",
      "aws:organizations/policyAttachment:PolicyAttachment",
    ];
    const urn = (type: string) => `urn:pulumi:s::p::our:Component$${type}::one`;
    const sought = { type: POLICY, name: "one", urn: urn(POLICY), inputs: { name: "hakken" }, protect: true };
    const around: Around = { account: account(MANAGEMENT), homeRegion: HOME, all: [sought] };
    const attached = (targetId: string) =>
      FINDERS[ATTACHMENT]?.({ ...sought, type: ATTACHMENT, urn: urn(ATTACHMENT), inputs: { targetId } }, around);

    const found = await FINDERS[POLICY]?.(sought, around);

    expect(found).toMatchObject({ id, now: { name: "hakken", description: "by hand" } });
    const content = JSON.stringify({ Statement, Version: "2012-10-17" });
    expect(differences((found as Found).now, { content, description: "ours", tags: {} })).toEqual([
      { setting: "description", now: "by hand", ours: "ours" },
    ]);
    expect(await attached(UNIT)).toEqual({ id: `${UNIT}:${id}`, now: { targetId: UNIT } });
    expect(await attached(PROD)).toBeUndefined();
  });
});

describe("what Inspector has", () => {
  const ADMIN = "aws:inspector2/delegatedAdminAccount:DelegatedAdminAccount";
  const ORGANIZATION = "aws:inspector2/organizationConfiguration:OrganizationConfiguration";

  it("is its administrator, in the way where it is another, and what that one set", async () => {
    expect(await find(ADMIN, { region: HOME, accountId: AUDIT }, MANAGEMENT)).toBeUndefined();
    const endpoint = plane.endpoint("inspector2");
    const management = new Inspector2({
      endpoint,
      region: HOME,
      credentials: { accessKeyId: MANAGEMENT, secretAccessKey: "any" },
    });
    await management.enableDelegatedAdminAccount({ delegatedAdminAccountId: AUDIT });

    const ours = await find(ADMIN, { region: HOME, accountId: AUDIT }, MANAGEMENT);
    const other = await find(ADMIN, { region: HOME, accountId: PROD }, MANAGEMENT);
    const set = await find(ORGANIZATION, { region: HOME }, AUDIT);

    expect(ours).toEqual({ id: AUDIT, now: { accountId: AUDIT } });
    expect(other).toMatchObject({
      what: expect.stringContaining(`${AUDIT} is Inspector's delegated administrator in ${HOME}`),
      fix: expect.stringContaining(`--delegated-admin-account-id ${AUDIT} --region ${HOME}`),
    });
    expect(set).toMatchObject({ now: { autoEnable: { ec2: false } } });
    expect(set).not.toHaveProperty("id");
    expect(await find(ORGANIZATION, { region: HOME }, PROD)).toBeUndefined();
  });
});
