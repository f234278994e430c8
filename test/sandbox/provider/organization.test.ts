import { GuardDuty } from "@aws-sdk/client-guardduty";
import * as aws from "@pulumi/aws";
import type { Stack } from "@pulumi/pulumi/automation";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ACCOUNTS, type OrganizationCloud, reason, startOrganization, values } from "./cloud";

const REGIONS = ["ap-northeast-1", "us-east-1", "ap-northeast-3"] as const;
const [HOME, ...LINKED] = REGIONS;

let cloud: OrganizationCloud;
let stack: Stack;

beforeAll(async () => {
  cloud = await startOrganization({
    regions: REGIONS,
  });
});
afterAll(() => cloud?.close());

interface Options {
  plan?: "ALL" | "NONE";
  /** Whether the management account turns Security Hub on, which nobody else can do for it. Default: true. */
  managementHub?: boolean;
}

/** Detectors, designations, and central configuration, in the order that AWS wants. */
const organization =
  ({ plan = "ALL", managementHub = true }: Options = {}) =>
  async () => {
    const of = (profile: keyof typeof ACCOUNTS) =>
      new aws.Provider(profile, { region: HOME, profile, allowedAccountIds: [ACCOUNTS[profile]] });
    const [audit, management] = [of("audit"), of("management")];
    const adminAccountId = ACCOUNTS.audit;

    const trust = new aws.organizations.AwsServiceAccess(
      "config",
      { servicePrincipal: "config.amazonaws.com" },
      { provider: management },
    );
    new aws.organizations.DelegatedAdministrator(
      "config",
      { accountId: adminAccountId, servicePrincipal: "config.amazonaws.com" },
      { provider: management, dependsOn: trust },
    );

    const detectors = Object.fromEntries(
      REGIONS.map((region) => [
        region,
        new aws.guardduty.Detector(
          `audit-${region}`,
          { region, findingPublishingFrequency: "FIFTEEN_MINUTES" },
          { provider: audit },
        ),
      ]),
    ) as Record<(typeof REGIONS)[number], aws.guardduty.Detector>;
    const designate = (region: (typeof REGIONS)[number], after: aws.guardduty.OrganizationAdminAccount[] = []) =>
      new aws.guardduty.OrganizationAdminAccount(
        `guardduty-${region}`,
        { adminAccountId, region },
        { provider: management, dependsOn: [detectors[region], ...after] },
      );
    const first = designate(HOME);
    const designations = [first, ...LINKED.map((region) => designate(region, [first]))];
    for (const region of REGIONS) {
      const detectorId = detectors[region].id;
      new aws.guardduty.DetectorFeature(
        `s3-${region}`,
        { detectorId, name: "S3_DATA_EVENTS", status: "ENABLED", region },
        { provider: audit },
      );
      const all = new aws.guardduty.OrganizationConfiguration(
        `guardduty-${region}`,
        { detectorId, autoEnableOrganizationMembers: plan, region },
        { provider: audit, dependsOn: designations },
      );
      new aws.guardduty.OrganizationConfigurationFeature(
        `s3-${region}`,
        { detectorId, name: "S3_DATA_EVENTS", autoEnable: plan, region },
        { provider: audit, dependsOn: all },
      );
    }

    const hub = new aws.securityhub.Account("hub", { enableDefaultStandards: false }, { provider: audit });
    const own = managementHub
      ? [
          new aws.securityhub.Account("management", { enableDefaultStandards: false }, { provider: management }),
          ...LINKED.map(
            (region) =>
              new aws.securityhub.Account(
                `management-${region}`,
                { enableDefaultStandards: false, region },
                { provider: management },
              ),
          ),
        ]
      : [];
    const admin = new aws.securityhub.OrganizationAdminAccount(
      "securityhub",
      { adminAccountId },
      { provider: management, dependsOn: hub },
    );
    const aggregator = new aws.securityhub.FindingAggregator(
      "aggregator",
      { linkingMode: "SPECIFIED_REGIONS", specifiedRegions: [...LINKED] },
      { provider: audit, dependsOn: admin },
    );
    const central = new aws.securityhub.OrganizationConfiguration(
      "central",
      {
        autoEnable: false,
        autoEnableStandards: "NONE",
        organizationConfiguration: { configurationType: "CENTRAL" },
      },
      { provider: audit, dependsOn: aggregator },
    );
    const policy = new aws.securityhub.ConfigurationPolicy(
      "policy",
      {
        configurationPolicy: {
          serviceEnabled: true,
          enabledStandardArns: [],
          securityControlsConfiguration: {
            disabledControlIdentifiers: [],
            securityControlCustomParameters: [
              {
                securityControlId: "IAM.7",
                parameters: [
                  { name: "MaxPasswordAge", valueType: "CUSTOM", int: { value: 60 } },
                  { name: "RequireSymbols", valueType: "CUSTOM", bool: { value: false } },
                ],
              },
              {
                securityControlId: "S3.11",
                parameters: [
                  { name: "eventTypes", valueType: "CUSTOM", enumList: { values: ["s3:ObjectCreated:Put"] } },
                ],
              },
            ],
          },
        },
      },
      { provider: audit, dependsOn: central },
    );
    const association = new aws.securityhub.ConfigurationPolicyAssociation(
      "root",
      { targetId: cloud.plane.organization.rootId, policyId: policy.id },
      { provider: audit, customTimeouts: { create: "20s" }, dependsOn: own },
    );

    const { roots, masterAccountId } = await aws.organizations.getOrganization({}, { provider: management });
    return {
      root: roots[0]?.id,
      master: masterAccountId,
      hub: hub.id,
      admin: first.id,
      association: association.id,
      detector: detectors[HOME].id,
      feature: detectors[HOME].arn,
      serviceAccess: trust.dateEnabled,
      found: aws.guardduty.getDetectorOutput({}, { provider: audit, dependsOn: [detectors[HOME]] }).id,
    };
  };

describe("an organization", () => {
  it("is described to any account in it, and no more than that to one that administers nothing", async () => {
    const described = await cloud.stack("described", async () => {
      const ask = async (profile: keyof typeof ACCOUNTS, only?: boolean) => {
        const provider = new aws.Provider(`${profile}-${only}`, { region: HOME, profile });
        const { id, masterAccountId, accounts, roots } = await aws.organizations.getOrganization(
          { returnOrganizationOnly: only },
          { provider },
        );
        return [id, masterAccountId, accounts.length, roots.length];
      };
      return { member: await ask("prod"), only: await ask("prod", true), management: await ask("management") };
    });

    const up = await described.up();

    const { id } = cloud.plane.organization;
    expect(values(up.outputs)).toEqual({
      member: [id, ACCOUNTS.management, 0, 0],
      only: [id, ACCOUNTS.management, 0, 0],
      management: [id, ACCOUNTS.management, 3, 1],
    });
  });
});

describe("the organization's services", () => {
  it("say why a thing failed half-way, and keep it in the state", async () => {
    stack = await cloud.stack("organization", organization({ managementHub: false }));

    const failed = await stack.up().then(() => "up", reason);

    expect(failed).toMatch(/could not be applied to 111111111111/);
    const { resources } = (await stack.exportStack()).deployment;
    const association = resources.find(({ type }: { type: string }) => /ConfigurationPolicyAssociation$/.test(type));
    expect(association).toMatchObject({
      id: cloud.plane.organization.rootId,
      initErrors: [expect.stringMatching(/111111111111/)],
    });
  });

  it("come up in the order that they want, with the ids of the official provider", async () => {
    stack = await cloud.stack("organization", organization());

    const up = await stack.up();

    expect(up.summary.resourceChanges).toMatchObject({ create: 3, update: 1 });
    const outputs = values(up.outputs);
    expect(outputs).toMatchObject({
      root: cloud.plane.organization.rootId,
      master: ACCOUNTS.management,
      hub: ACCOUNTS.audit,
      admin: ACCOUNTS.audit,
      association: cloud.plane.organization.rootId,
      found: outputs.detector,
      serviceAccess: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
    const prod = new GuardDuty(cloud.as(ACCOUNTS.prod, "us-east-1"));
    expect((await prod.listDetectors({})).DetectorIds).toHaveLength(1);
  });

  it("stay as they are on preview, refresh and up", async () => {
    const preview = await stack.preview({ expectNoChanges: true });
    const refresh = await stack.refresh();
    const up = await stack.up();

    expect(Object.keys(preview.changeSummary)).toEqual(["same"]);
    expect(Object.keys(refresh.summary.resourceChanges ?? {})).toEqual(["same"]);
    expect(Object.keys(up.summary.resourceChanges ?? {})).toEqual(["same"]);
  });

  it("show as drift what a person changed", async () => {
    const guardduty = new GuardDuty(cloud.as(ACCOUNTS.audit));
    const DetectorId = String(values(await stack.outputs()).detector);
    await guardduty.updateOrganizationConfiguration({ DetectorId, AutoEnableOrganizationMembers: "NEW" });

    const refresh = await stack.refresh();
    const up = await stack.up();

    expect(refresh.summary.resourceChanges).toMatchObject({ update: 1 });
    expect(up.summary.resourceChanges).toMatchObject({ update: 1 });
    const now = await guardduty.describeOrganizationConfiguration({ DetectorId });
    expect(now.AutoEnableOrganizationMembers).toBe("ALL");
  });

  it("refuse a second detector as GuardDuty does", async () => {
    const second = await cloud.stack("second", async () => {
      const provider = new aws.Provider("audit", { region: HOME, profile: "audit" });
      new aws.guardduty.Detector("again", {}, { provider });
    });

    const refused = await second.up().then(() => "made", reason);

    expect(refused).toMatch(
      /creating aws:guardduty\/detector:Detector: BadRequestException: .*detector already exists/,
    );
    await second.destroy();
  });

  it("keep what deleting leaves as it is, and say so only by what remains", async () => {
    const guardduty = new GuardDuty(cloud.as(ACCOUNTS.audit));
    const DetectorId = String(values(await stack.outputs()).detector);
    const urn = (await stack.exportStack()).deployment.resources
      .map((one: { urn: string }) => one.urn)
      .find((one: string) => one.endsWith(`OrganizationConfigurationFeature::s3-${HOME}`));

    await stack.destroy({ target: [urn] });

    const now = await guardduty.describeOrganizationConfiguration({ DetectorId });
    expect(now.Features?.find(({ Name }) => Name === "S3_DATA_EVENTS")).toMatchObject({ AutoEnable: "ALL" });
  });
});
